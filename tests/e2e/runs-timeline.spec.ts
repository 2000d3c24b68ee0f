import type { Page } from '@playwright/test'
import { expectAccessibleInBothThemes } from './support/axe.ts'
import { scriptText, shellLine, useHost } from './support/host.ts'
import { openAt, openApp, runPage } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
const list = (page: Page) => page.getByRole('listbox', { name: 'Runs over time' })
const bar = (page: Page, id: number) => page.locator(`[role="option"][data-key="run ${id}"]`)
const widthOf = async (page: Page, id: number) => (await bar(page, id).boundingBox())?.width ?? 0

const waits = scriptText(
  `import { sleep } from 'signalbox'
export default async (ms) => { await sleep(ms); if (ms === 2) throw new Error('two') }`,
  { executor: 'async' },
)

let [done, failed, running, listed] = [0, 0, 0, 0]
test.beforeAll(async () => {
  const { client } = host
  for (const name of ['fetch', 'pack']) await client.jobs.save({ name, definition: waits })
  await client.schedules.save({
    name: 'often',
    job: 'pack',
    timing: { kind: 'interval', everyMs: 120_000, anchorAt: Date.now() + 60_000, zone: 'UTC' },
  })
  const run = async (job: string, input: number) => (await client.runs.submit({ what: 'job', job, input })).id
  done = await run('fetch', 1_500)
  failed = await run('pack', 2)
  listed = await host.submit(shellLine('true'), { name: 'list' })
  for (const id of [done, failed, listed]) await host.untilFinished(id)
  running = await run('fetch', 3_600_000)
  await host.untilRun(running, ({ lifecycle }) => lifecycle === 'running', 'runs')
})
test('the tab Timeline shows what ran and runs in lanes, and breaks no rule of access', async ({ page }) => {
  await openApp(page, host)
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await expect(bar(page, done)).toHaveAccessibleName(/^fetch, run \d+: succeeded, began .*, ran \d.* s$/)
  await expect(bar(page, failed)).toHaveAccessibleName(/^pack, run \d+: failed/)
  await expect(bar(page, running)).toHaveAccessibleName(/^fetch, run \d+: running/)
  await expect(page.locator('.planned').first()).toHaveAccessibleName(/^pack: planned for .*, schedule often$/)
  await expect(list(page).getByRole('group')).toHaveCount(3)
  await expectAccessibleInBothThemes(page)
  await page.getByRole('button', { name: 'Executor' }).click()
  await expect(list(page).getByRole('group', { name: 'process' })).toHaveCount(1)
  await list(page).focus()
  await expectAccessibleInBothThemes(page)
})

test('the brush and the switch for idle time change what is shown, and stand in the address', async ({ page }) => {
  await openAt(page, host, '/runs?tab=timeline')
  await expect(bar(page, done)).toBeVisible()
  expect(await page.locator('.row .gap').count()).toBeGreaterThan(0)
  const folded = await widthOf(page, done)
  await page.getByRole('checkbox', { name: 'Fold idle time' }).uncheck()
  await expect(page.locator('.row .gap')).toHaveCount(0)
  const whole = await widthOf(page, done)
  expect(whole).toBeLessThan(folded)

  const brush = await page.getByTitle('Drag to zoom, double click to see all').boundingBox()
  if (!brush) throw new Error('there is no brush')
  await page.mouse.move(brush.x + brush.width * 0.87, brush.y + 10)
  await page.mouse.down()
  await page.mouse.move(brush.x + brush.width * 0.9, brush.y + 12, { steps: 4 })
  await page.mouse.up()
  await expect(page).toHaveURL(/zoom=\d+-\d+/)
  await expect.poll(() => widthOf(page, done)).toBeGreaterThan(whole)
  await page.reload()
  await expect(page.getByRole('checkbox', { name: 'Fold idle time' })).not.toBeChecked()
  await expect(page.getByRole('button', { name: 'All', exact: true })).toBeEnabled()
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await expect(page).not.toHaveURL(/zoom/)
})

test('what runs grows and what begins appears, but not while paused', async ({ page }) => {
  await openAt(page, host, '/runs?tab=timeline&span=15m')
  await expect(bar(page, running)).toBeVisible()
  const before = await widthOf(page, running)
  await expect.poll(() => widthOf(page, running)).toBeGreaterThan(before)
  await page.keyboard.press('p')
  const still = await list(page).innerHTML()
  const late = await host.submit(shellLine('true'), { name: 'late' })
  await host.untilFinished(late)
  await expect(page.getByText(/Paused · [1-9]\d* held/)).toBeVisible()
  expect(await list(page).innerHTML()).toBe(still)
  await page.keyboard.press('p')
  await expect(bar(page, late)).toBeVisible()
})

test('a bar leads to its run, by hand and by keys, and Back returns to what was shown', async ({ page }) => {
  await openAt(page, host, '/runs?tab=timeline&span=6h')
  await bar(page, failed).click()
  await expect(runPage(page, failed)).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('button', { name: '6 h' })).toHaveAttribute('aria-pressed', 'true')
  await list(page).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await expect(runPage(page, done)).toBeVisible()
})

test('the keys 1 and 2 change between what runs now and all over time', async ({ page }) => {
  await openApp(page, host)
  await page.keyboard.press('2')
  await expect(list(page)).toBeVisible()
  await page.keyboard.press('1')
  await expect(page.getByRole('group', { name: 'Runs, content' })).toContainText('Running')
})
