import { renameSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { homePaths } from '../../src-main/home.ts'
import { until } from '../support/until.ts'
import { expectAccessible, expectAccessibleInBothThemes, expectAccessibleInEveryLook } from './support/axe.ts'
import { scriptText, shellLine, useHost } from './support/host.ts'
import { keepScreenshot, keepScreenshots } from './support/screenshot.ts'
import { openAt } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
/** Ends only when it is killed, which comes late. */
const stubborn = { ...shellLine(`trap '' TERM; echo deaf; while :; do sleep 0.1; done`), graceMs: 600_000 }

/** A run of it that ignores the signal from now on. */
async function startStubborn(name: string): Promise<number> {
  const id = await host.submit(stubborn, { name })
  await until(`run ${id} is deaf`, async () => (await host.client.runs.get({ id })).logLines > 0)
  return id
}

const attention = (page: Page) => page.getByRole('region', { name: 'Needs attention' })

test.afterEach(() => host.endRuns())

test('25: the first start offers a sample, and nothing needs anybody', async ({ page }) => {
  await page.goto(host.url)
  await expect(page).toHaveTitle('Overview · Signalbox')
  await expect(page.getByRole('heading', { name: 'First steps' })).toBeVisible()
  await expect(attention(page)).toContainText('Nothing needs you.')
  await expect(page.getByText('Nothing is planned for the next half hour.')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Try the sample script' }).click()
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible()
})

test('7: what needs a person comes first with its cause and what to do, and goes when it is over', async ({ page }) => {
  await host.client.jobs.save({ name: 'nightly backup', definition: shellLine('exit 3') })
  const failed = await host.client.runs.submit({ what: 'job', job: 'nightly backup' })
  await host.untilFinished(failed.id)
  const puts = scriptText(
    `import { queue } from 'signalbox'
export default async function () {
  for (let n = 0; ; n += 1) await queue('pages', { maxsize: 3 }).put(n)
}`,
    { executor: 'async' },
  )
  const producer = await host.submit(puts, { name: 'crawl' })
  await openAt(page, host, '/overview')
  const items = attention(page).getByRole('listitem')
  await expect(items).toHaveCount(2)
  await expect(items.nth(0)).toContainText('pages 1 producer waits for')
  await expect(items.nth(1)).toContainText('nightly backup its last run went wrong')
  await items.nth(0).getByRole('button', { name: 'See who takes: pages' }).press('Enter')
  await expect(page.getByRole('region', { name: 'Producers' })).toContainText('crawl')
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  await host.client.runs.cancel({ id: producer })
  await expect(items).toHaveCount(1)
  await host.client.jobs.save({ name: 'nightly backup', definition: shellLine('true'), replace: true })
  await items.nth(0).getByRole('button', { name: 'Run it again: nightly backup' }).press('Enter')
  await expect(attention(page)).toContainText('Nothing needs you.')
})

test('secrets whose key is gone need a person while a run waits for them, and go on at a press of a button', async ({
  page,
  faults,
}) => {
  // The window looks for its host while that is started anew.
  faults.allow(/WebSocket|ERR_CONNECTION_REFUSED/)
  const { client } = host
  await client.secrets.set({ name: 'token', value: 'as long as need be' })
  const definition = { ...shellLine('true'), secrets: [{ env: 'TOKEN', name: 'token' }] }
  await client.jobs.save({ name: 'upload', definition })
  const key = homePaths(host.home).secretsKey
  await host.end('SIGTERM')
  renameSync(key, `${key}.away`)
  await host.start()
  const { id } = await host.client.runs.submit({ what: 'job', job: 'upload' })
  await openAt(page, host, '/overview')
  const locked = attention(page).getByRole('listitem').filter({ hasText: 'The secrets are locked' })
  await expect(locked).toContainText('1 run waits, the first, upload')
  const again = locked.getByRole('button', { name: 'Try again' })
  await again.press('Enter')
  await expect(page.getByText('secrets.key is missing').last()).toBeVisible()
  renameSync(`${key}.away`, key)
  await again.press('Enter')
  await host.untilFinished(id)
  await expect(locked).toHaveCount(0)
  await host.client.jobs.remove({ name: 'upload' })
})

test('15: a cancel that is ignored shows its age and its steps, and can be forced', async ({ page }) => {
  const id = await startStubborn('stubborn')
  await openAt(page, host, `/runs/${id}`)
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeEnabled()
  await page.keyboard.press('c')
  await expect(page.getByRole('dialog', { name: `Cancel run ${id}?` })).toBeVisible()
  await page.keyboard.press('Enter')
  const opener = page.getByRole('button', { name: /^\d+ stopping$/ })
  await expect(opener).toHaveText('1 stopping')
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('x')
  const drawer = page.getByRole('region', { name: 'Cancellations' })
  await expect(drawer).toBeFocused()
  const steps = drawer.getByRole('list', { name: `Steps of stopping run ${id}` }).getByRole('listitem')
  await expect(steps).toHaveText(['Requested', 'Signal delivered', /^Not reacting · \d+ s$/, 'Ended'])
  await expect(drawer).toContainText(/in all, forced in/)
  await keepScreenshot(page, 'cancellations-light')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(drawer).toHaveCount(0)
  await opener.press('Enter')
  await drawer.getByRole('button', { name: `Force run ${id} to end` }).press('Enter')
  await expect(steps).toHaveText(['Requested', 'Signal delivered', 'Did not react', 'Forced', 'Cancelled'])
  await expect(opener).toHaveText('0 stopping')
  expect((await host.client.runs.get({ id })).outcome).toBe('cancelled')
})

test('15: force is offered when the grace period after the signal is over, and the age is shown till then', async ({
  page,
}) => {
  const id = await startStubborn('deaf')
  await host.client.runs.cancel({ id })
  await host.untilRun(id, ({ stop }) => stop?.phase === 'signalled', 'has its signal')
  const { stop } = await host.client.runs.get({ id })
  const signalledAt = stop?.signalledAt ?? stop?.since ?? 0
  await openAt(page, host, '/overview')
  const drawer = page.getByRole('region', { name: 'Cancellations' })
  const force = drawer.getByRole('button', { name: `Force run ${id} to end` })
  await page.clock.setFixedTime(signalledAt + 2_500)
  await page.getByRole('button', { name: '1 stopping' }).click()
  await expect(drawer).toContainText('Ending · 2 s')
  await expect(drawer).toContainText(/2 s in all, can be forced in 2 s/)
  await expect(force).toHaveCount(0)
  await page.clock.setFixedTime(signalledAt + 5_500)
  await expect(drawer).toContainText('Not reacting · 5 s')
  await expect(drawer).toContainText(/5 s in all, forced in 9 m 54 s/)
  await force.click()
  await page.clock.setFixedTime(Date.now())
  await host.untilFinished(id)
  expect((await host.client.runs.get({ id })).outcome).toBe('cancelled')
  await expect(drawer).toContainText('Forced')
  await expect(force).toHaveCount(0)
})

test('22: the overview breaks no rule of WCAG 2.2 AA', async ({ page }) => {
  test.slow() // the whole page is checked several times over
  const quick = scriptText('export default () => 1', { executor: 'async' })
  for (let n = 0; n < 30; n += 1) await host.submit(quick, { name: 'quick' })
  await host.submit(shellLine('exit 1'), { name: 'check the links' })
  await host.client.jobs.save({ name: 'sync photos', definition: shellLine('exit 4'), replace: true })
  await host.client.runs.submit({ what: 'job', job: 'sync photos' })
  await host.client.jobs.save({ name: 'rotate logs', definition: shellLine('true'), replace: true })
  await host.client.schedules.save({
    name: 'often',
    job: 'rotate logs',
    timing: { kind: 'interval', everyMs: 600_000, anchorAt: Date.now() - 60_000, zone: 'Europe/Berlin' },
    replace: true,
  })
  await host.client.runs.submit({ what: 'job', job: 'rotate logs', delayMs: 900_000 })
  const works = scriptText(`import { progress, sleep } from 'signalbox'
export default async function () {
  progress(60, 240, 'page 60')
  await sleep('1h')
}`)
  await host.submit(works, { name: 'index the catalogue' })
  const deaf = await startStubborn('transcode')
  await host.client.runs.cancel({ id: deaf, reason: 'wrong folder' })
  await openAt(page, host, '/overview')
  await expect(attention(page)).toContainText('transcode')
  await expect(page.getByRole('region', { name: 'Running now', exact: true })).toContainText('60 / 240')
  await expect(page.getByRole('list', { name: 'Planned for the next half hour' })).toContainText('schedule often')
  await expect(
    page.getByRole('img', { name: /^Runs that ended in the last hour: \d\d+ succeeded, [1-9]/ }),
  ).toBeVisible()
  await keepScreenshots(page, 'overview')
  await expectAccessibleInEveryLook(page)
  await page.setViewportSize({ width: 720, height: 450 })
  await page.getByRole('region', { name: 'Throughput' }).scrollIntoViewIfNeeded()
  await expect(page.getByRole('region', { name: 'Throughput' })).toBeInViewport()
  await expectAccessibleInBothThemes(page)
})
