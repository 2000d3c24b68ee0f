import { scriptText, shellLine, useHost } from './support/host.ts'
import { openApp, runRows } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
const queued = 10_000
const running = 60

test.beforeAll(async () => {
  test.setTimeout(120_000)
  const { client } = host
  await client.jobs.save({ name: 'held back', definition: shellLine('true') })
  await client.jobs.pause({ name: 'held back' })
  for (let sent = 0; sent < queued; sent += 1_000)
    await client.runs.submitMany({ job: 'held back', inputs: Array<null>(1_000).fill(null) })
  const sleeps = `import { sleep } from 'signalbox'
export default () => sleep('1h')`
  await client.jobs.save({ name: 'sleeper', definition: scriptText(sleeps, { executor: 'async' }) })
  await client.runs.submitMany({ job: 'sleeper', inputs: Array<null>(running).fill(null) })
  await expect.poll(async () => (await client.engine.status()).counts.running, { timeout: 60_000 }).toBe(running)
})

test('6: of 10,000 unfinished runs only what can be seen is drawn, and keys and readers know of all', async ({
  page,
}) => {
  test.slow()
  await openApp(page, host)
  const table = page.getByRole('table', { name: 'Unfinished runs by state' })
  await expect(runRows(page).first()).toContainText('sleeper')
  // Two titles and the head are rows too.
  await expect(table).toHaveAttribute('aria-rowcount', String(queued + running + 3))
  const nodes = () => page.evaluate(() => document.querySelectorAll('*').length)
  expect(await nodes()).toBeLessThan(2_000)

  const first = await runRows(page).first().getAttribute('data-row')
  await page.keyboard.press('j')
  await expect(page.locator(`tr[data-row="${first}"] a`).first()).toBeFocused()
  const scroller = page.getByRole('group', { name: 'Runs, content' })
  await scroller.evaluate((element) => (element.scrollTop = element.scrollHeight))
  await expect(page.getByText(/^9,900 more not shown/)).toBeInViewport()
  await expect(page.locator(`tr[data-row="${first}"]`)).toHaveCount(0)
  await expect(scroller, 'the focus stays in the list when its row is scrolled away').toBeFocused()
  expect(await nodes()).toBeLessThan(2_000)

  await page.keyboard.press('j')
  const focused = page.locator('tr[data-row]:focus-within')
  await expect(focused).toBeInViewport({ ratio: 1 })
  const before = Number(await focused.getAttribute('aria-rowindex'))
  for (let presses = 0; presses < 12; presses += 1) await page.keyboard.press('k')
  await expect(focused).toHaveAttribute('aria-rowindex', String(before - 12))
  await expect(focused).toBeInViewport({ ratio: 1 })
})
