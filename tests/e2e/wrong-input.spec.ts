import { scriptText, useHost } from './support/host.ts'
import { openApp, openAt, paste, pressRun, runPage, stateOf, writeScript } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
const storedRuns = async () => (await host.client.engine.status()).lastRunId

test('a script that does not parse is marked in the editor, refused in one line beside the form, and not stored', async ({
  page,
}) => {
  const before = await storedRuns()
  await openApp(page, host)
  await writeScript(page, 'export default async () => {\n  const answer = 6 *\n}\n')
  const marker = page.locator('.cm-lint-marker-error')
  await expect(marker).toBeVisible()
  await marker.hover()
  await expect(page.locator('.cm-tooltip-lint')).toContainText('Expression expected')

  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const refusal = page.getByRole('alert')
  await expect(refusal).toHaveText(/^The script does not parse: .+ \(script\.ts:3:1\)\. Mend the line and try again\.$/)
  await expect(page.getByRole('region', { name: /^Run \d+$/ })).toHaveCount(0)
  expect(await storedRuns()).toBe(before)

  await paste(page, 'Script', 'export default () => 42\n')
  await expect(marker).toHaveCount(0)
  const { output } = await pressRun(page)
  await expect(stateOf(output)).toHaveText('Succeeded')
  await expect(refusal).toHaveCount(0)
})

test('input that is not JSON is explained next to its field and nothing is submitted', async ({ page }) => {
  const before = await storedRuns()
  await openApp(page, host)
  await writeScript(page, 'export default (input: unknown) => input\n')
  await paste(page, 'Input as JSON', '{ "folder": ')
  const fault = page.getByText(/^Not JSON: /)
  await expect(fault).toBeVisible()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(fault).toBeVisible()
  await expect(page.getByRole('region', { name: /^Run \d+$/ })).toHaveCount(0)
  expect(await storedRuns()).toBe(before)

  await paste(page, 'Input as JSON', '{ "folder": "here" }')
  await expect(fault).toHaveCount(0)
  const { output } = await pressRun(page)
  await expect(stateOf(output)).toHaveText('Succeeded')
})

test('a script that throws shows its error, with the line and column where it was thrown', async ({ page }) => {
  await openApp(page, host)
  const script = `type Order = { id: number; lines: string[] }

export default async function (order: Order) {
  const first: string = order.lines[0] as string
  throw new RangeError(\`order \${order.id} has no "\${first}"\`)
}
`
  await writeScript(page, script, { id: 7, lines: ['bolts'] })
  const { id, output } = await pressRun(page)
  await expect(stateOf(output)).toHaveText('Failed')
  await expect(output).toContainText('order 7 has no "bolts"')
  await output.getByRole('link', { name: 'Result', exact: true }).click()
  const error = runPage(page, id).getByRole('region', { name: 'Error' })
  await expect(error).toContainText('RangeError: order 7 has no "bolts"')
  await expect(error.locator('pre')).toContainText(/script\.ts:5:9/)
})

test('a time that is no time and a name that is no file name are explained next to their fields', async ({ page }) => {
  const before = await storedRuns()
  await openApp(page, host)
  await writeScript(page, 'export default () => 1\n')
  await page.getByLabel('Time limit').fill('soon')
  await expect(page.getByLabel('Time limit')).toHaveAccessibleDescription('A span such as 30s, 5m or 1h 30m.')
  await page.getByLabel('File', { exact: true }).fill('../../etc/passwd')
  await expect(page.getByLabel('File', { exact: true })).toHaveAccessibleDescription(/^A file name of letters, digits/)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByRole('region', { name: /^Run \d+$/ })).toHaveCount(0)
  expect(await storedRuns()).toBe(before)
})

test('places that do not exist say so and lead back', async ({ page }) => {
  await openAt(page, host, '/runs/987654')
  await expect(page.getByRole('heading', { name: 'There is no run 987654' })).toBeVisible()
  await page.getByRole('button', { name: 'See the history' }).click()
  await expect(page.getByRole('heading', { name: 'History', level: 1 })).toBeVisible()

  await page.goto(host.page('/scripts?job=never%20saved'))
  await expect(page.getByRole('heading', { name: 'There is no job never saved' })).toBeVisible()
  await page.goto(host.page('/nowhere'))
  await expect(page.getByRole('heading', { name: 'There is no page /nowhere' })).toBeVisible()
  await page.getByRole('button', { name: 'Go to the overview' }).click()
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
})

test('a run that a field keeps from starting leads to that field', async ({ page }) => {
  await openAt(page, host, '/scripts?new=script')
  await page.getByLabel('Working folder').scrollIntoViewIfNeeded()
  await page.getByLabel('Time limit').fill('soon')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByLabel('Time limit')).toBeFocused()
})

test('a result of any size draws only what is open of it', async ({ page }) => {
  const wide = 'export default () => Array.from({ length: 100 }, () => Array.from({ length: 100 }, (_, n) => ({ n })))'
  const id = await host.submit(scriptText(wide, { executor: 'async' }))
  const long = await host.submit(scriptText(`export default () => 'z'.repeat(900_000)`, { executor: 'async' }))
  for (const run of [id, long]) await host.untilFinished(run)
  await openAt(page, host, `/runs/${id}`)
  const result = runPage(page, id).getByRole('region', { name: 'Result' })
  await expect(result.locator('li')).toHaveCount(100)
  await result.locator('li summary').first().click()
  await expect(result.locator('li')).toHaveCount(200)

  await page.goto(host.page(`/runs/${long}`))
  await page.getByRole('button', { name: '898,000 more characters · show all' }).click()
  await expect(page.getByRole('button', { name: /more characters/ })).toHaveCount(0)
})
