import { scriptText, useHost } from './support/host.ts'
import { openAt } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
const queues = 500

/** Moves items through 500 queues, a few hundred puts and takes a second. */
const churn = scriptText(
  `import { queue, sleep } from 'signalbox'
export default async function ({ from, to }: { from: number; to: number }) {
  const names = Array.from({ length: to - from }, (_, n) => 'queue ' + String(from + n).padStart(3, '0'))
  for (const name of names) await queue(name, { maxsize: 50 }).put(0)
  for (let n = 0; ; n += 1) {
    const own = queue(names[n % names.length])
    await own.put(n)
    await own.tryGet()
    if (n % 4 === 0) await sleep(10)
  }
}`,
  { executor: 'async' },
)

test.afterEach(async () => {
  const { rows } = await host.client.runs.list({ lifecycle: ['scheduled', 'queued', 'running'] })
  for (const { id } of rows) await host.client.runs.cancel({ id })
  for (const { id } of rows) await host.untilFinished(id)
})

test('requirement 6: of 500 busy queues only what can be seen is drawn, and all can be reached', async ({ page }) => {
  for (let part = 0; part < 2; part += 1)
    await host.submit(churn, {
      input: { from: (part * queues) / 2, to: ((part + 1) * queues) / 2 },
      name: `churn ${part}`,
    })
  await openAt(page, host, '/queues')
  await expect(page.getByText(String(queues), { exact: true })).toBeVisible({ timeout: 30_000 })
  await expect(page.locator('tr[data-row="queue 000"]')).toBeVisible()
  const nodes = () => page.evaluate(() => document.querySelectorAll('*').length)
  expect(await nodes()).toBeLessThan(2_000)
  const scroller = page.getByRole('group', { name: 'Queues, content' })
  await scroller.evaluate((element) => (element.scrollTop = element.scrollHeight))
  await expect(page.locator('tr[data-row="queue 499"]')).toBeInViewport()
  await expect(page.locator('tr[data-row="queue 000"]')).toHaveCount(0)
  expect(await nodes()).toBeLessThan(2_000)
  await page.getByRole('searchbox', { name: 'Filter queues by name' }).fill('250')
  await expect(page.locator('tr[data-row]')).toHaveCount(1)
  await expect(page.locator('tr[data-row="queue 250"]')).toBeInViewport()
})

test('requirement 3: paused values stand still on the queues, and resuming shows what is true now', async ({
  page,
}) => {
  await host.submit(churn, { input: { from: 0, to: 3 }, name: 'churn' })
  await openAt(page, host, '/queues?q=queue 00')
  const first = page.locator('tr[data-row="queue 000"]')
  await expect(first.getByRole('cell').nth(5)).not.toHaveText('0')
  await page.getByRole('heading', { name: 'Queues', level: 1 }).click()
  await page.keyboard.press('p')
  const button = page.getByRole('button', { name: /^Paused · [\d,]+ held$/ })
  await expect(button).toBeVisible()
  const table = page.getByRole('table', { name: 'Queues by name' })
  const before = await table.textContent()
  await host.client.queues.pause({ name: 'queue 000' })
  await expect(button).not.toHaveText('Paused · 0 held')
  await expect
    .poll(async () => Number(/[\d,]+/.exec((await button.textContent()) ?? '')?.[0].replace(',', '')))
    .toBeGreaterThan(10)
  expect(await table.textContent()).toBe(before)
  await page.keyboard.press('p')
  await expect(first.locator('.chip')).toHaveText('Paused')
})
