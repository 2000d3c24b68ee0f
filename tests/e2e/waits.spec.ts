import { expectAccessibleInBothThemes } from './support/axe.ts'
import { scriptText, useHost } from './support/host.ts'
import { keepScreenshots } from './support/screenshot.ts'
import { openApp, runPage, runRow } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

/** Takes `first`, waits until the other one has its lock too, and then takes `second`. */
const crossing = (first: string, second: string) =>
  scriptText(`import { barrier, lock } from 'signalbox'

export default async function () {
  await using one = await lock('${first}').acquire()
  await barrier('both', { parties: 2 }).wait()
  await using two = await lock('${second}').acquire()
  return two.id - one.id
}
`)
const late = scriptText(`import { lock, progress } from 'signalbox'

export default async function () {
  progress(3, 10, 'pages')
  await lock('photos').acquire({ timeout: '10m' })
}
`)

test('a deadlock is said with its cycle, leads to its runs, and ends with the suggested cancel', async ({ page }) => {
  const one = await host.submit(crossing('photos', 'index'), { name: 'sort photos' })
  const two = await host.submit(crossing('index', 'photos'), { name: 'index photos' })
  await host.untilRun(one, ({ deadlock }) => deadlock !== null, 'is in a deadlock')
  const behind = await host.submit(late, { name: 'resize photos' })
  await host.untilRun(behind, ({ waits }) => waits.length > 0, 'waits')

  await openApp(page, host)
  const notice = page.getByRole('region', { name: /^Deadlock \d+$/ })
  await expect(notice).toContainText(
    `run ${one} (sort photos) waits for the lock "index", which run ${two} (index photos) holds`,
  )
  await expect(runRow(page, behind)).toContainText(
    `3 / 10 · pages · lock photos · held by run ${one} (sort photos) · 1 ahead · gives up in`,
  )
  await keepScreenshots(page, 'deadlock')
  await expectAccessibleInBothThemes(page)

  await notice.getByRole('link', { name: `run ${one} (sort photos)` }).click()
  await expect(runPage(page, one)).toContainText('script.ts:6:')
  await expect(page.getByRole('region', { name: /^Deadlock \d+$/ })).toBeVisible()
  await keepScreenshots(page, 'run-in-deadlock')
  await expectAccessibleInBothThemes(page)
  await page
    .getByRole('list', { name: 'Who has index' })
    .getByRole('link', { name: `run ${two}` })
    .click()
  await expect(runPage(page, two)).toBeVisible()

  await page.getByRole('button', { name: /^Cancel run \d+…$/ }).click()
  await page.getByRole('button', { name: 'Cancel the run' }).click()
  for (const id of [one, two, behind]) await host.untilFinished(id)
  const outcomes = await Promise.all([one, two].map(async (id) => (await host.client.runs.get({ id })).outcome))
  expect(outcomes.sort()).toEqual(['cancelled', 'succeeded'])
  await expect(page.getByRole('region', { name: /^Deadlock \d+$/ })).toHaveCount(0)
})
