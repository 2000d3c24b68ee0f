import { scriptText, useHost } from './support/host.ts'
import { openApp, openAt } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

test('5: values that come less often, or stand still, say so with reason and age', async ({ page }) => {
  await openApp(page, host)
  const engine = page.getByRole('contentinfo', { name: 'Engine' })
  await expect(engine).not.toContainText('values')
  await page.getByRole('button', { name: 'Rate of values: 4/s' }).click()
  await page.getByRole('menuitemradio', { name: 'Once a second' }).click()
  await expect(engine).toContainText('values up to 1.0 s old: rate 1/s')
  await page.getByRole('heading', { name: 'Runs', level: 1 }).click()
  await page.keyboard.press('p')
  await expect(engine).toContainText(/paused at \d/)
  await expect(engine).toContainText(/stale: paused at \d/, { timeout: 10_000 })
  await page.keyboard.press('p')
  await expect(engine).not.toContainText('paused at')
  await expect(engine).toContainText('values up to 1.0 s old: rate 1/s')
})

test('5: a log that falls behind says how many lines were left out, when and why, and gives them on demand', async ({
  page,
}) => {
  const burst = scriptText(`import { future } from 'signalbox'
export default async function () {
  console.log('ready')
  await future('burst')
  for (let n = 1; n <= 40_000; n += 1) console.log('line number ' + n)
  await future('end')
}`)
  const id = await host.submit(burst, { name: 'bursts' })
  await openAt(page, host, `/runs/${id}?tab=logs`)
  const log = page.getByRole('group', { name: `Log of run ${id}` })
  await expect(log.getByText('ready')).toBeVisible()
  await host.client.futures.resolve({ name: 'burst', value: null })
  await expect(log.getByText('line number 40000', { exact: true })).toBeInViewport()
  await expect(
    page.getByText(/^[\d,]+ lines were left out, the last \d+ s ago: they\s+came faster than a window can show them/),
  ).toBeVisible()
  await page.getByRole('button', { name: 'Go there' }).click()
  await expect(log.getByText(/^[\d,]+ lines were left out: they came too fast/)).toBeInViewport()
  await host.client.futures.resolve({ name: 'end', value: null })
  await host.untilFinished(id)
})
