import { join } from 'node:path'
import { expectAccessible } from './support/axe.ts'
import { scriptText, shellLine, useHost } from './support/host.ts'
import { openAt } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const screenshots = join(import.meta.dirname, '../../artefacts/screenshots')
const host = useHost()

test('23: theme, rows and motion change at once and are kept over a reload', async ({ page }) => {
  await openAt(page, host, '/settings')
  await page.getByRole('radio', { name: 'Dark' }).check()
  await page.getByRole('radio', { name: 'Cozy' }).check()
  await page.getByRole('radio', { name: 'None' }).check()
  const root = page.locator('html')
  await expect(root).toHaveAttribute('data-theme', 'dark')
  await expect(root).toHaveAttribute('data-density', 'cozy')
  await page.reload()
  await expect(root).toHaveAttribute('data-theme', 'dark')
  await expect(root).toHaveAttribute('data-motion', 'none')
  await expect(page.getByRole('radio', { name: 'Cozy' })).toBeChecked()
  await page.getByRole('radio', { name: 'As the system' }).first().check()
  await expect(root).not.toHaveAttribute('data-theme', /.*/)
})

test('22: settings break no rule of accessibility in either theme at any density', async ({ page }) => {
  test.slow() // the whole page is checked six times
  await openAt(page, host, '/settings')
  for (const theme of ['Light', 'Dark']) {
    await page.getByRole('radio', { name: theme }).check()
    for (const density of ['Dense', 'Compact', 'Cozy']) {
      await page.getByRole('radio', { name: density }).check()
      await expectAccessible(page)
    }
  }
})

test('limits of what is kept are previewed, checked, saved on the host and carried out', async ({ page }) => {
  await host.client.jobs.save({ name: 'one', definition: scriptText('export default () => 1', { executor: 'async' }) })
  const { lastId } = await host.client.runs.submitMany({ job: 'one', inputs: Array(30).fill(null) })
  await host.untilFinished(lastId)
  await expect.poll(async () => (await host.client.engine.status()).counts.finished).toBe(30)
  await openAt(page, host, '/settings')
  const runs = page.getByRole('textbox', { name: 'Keep so many runs' })
  await runs.fill('many')
  await expect(page.getByText('Write a whole number.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Save the limits' })).toBeDisabled()
  await runs.fill('5')
  await expect(page.getByText('25 runs are beyond these limits')).toBeVisible()
  await page.getByRole('textbox', { name: 'Keep for' }).fill('30d')
  await page.getByRole('button', { name: 'Save the limits' }).click()
  await expect.poll(async () => (await host.client.history.storage()).finishedRuns).toBe(5)
  await page.reload()
  await expect(runs).toHaveValue('5')
  await expect(page.getByRole('textbox', { name: 'Keep for' })).toHaveValue('30d')
  await expect(page.getByText('25', { exact: true })).toBeVisible()
})

test('a backup is made on request, shown, and there for the command line', async ({ page }) => {
  await openAt(page, host, '/settings?section=backups')
  await page.getByRole('button', { name: 'Back up now' }).click()
  const row = page.getByRole('table', { name: 'Backups of the store' }).getByRole('row').nth(1)
  await expect(row).toContainText('Asked for')
  const { rows } = await host.client.backups.list()
  await expect(row).toContainText(rows[0]?.file ?? 'no backup')
  await expectAccessible(page)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } })

    test(`slots are set while runs go on, checked, and kept over a restart of the host, in ${colorScheme}`, async ({
      page,
      faults,
    }) => {
      faults.allow(/WebSocket|ERR_CONNECTION_REFUSED/)
      await host.client.slots.set({ process: 1 })
      const ids: number[] = []
      for (let n = 0; n < 3; n += 1) ids.push(await host.submit(shellLine('exec sleep 600')))
      await host.untilRun(ids[0] ?? 0, ({ lifecycle }) => lifecycle === 'running', 'runs')
      await openAt(page, host, '/settings?section=limits')
      const field = page.getByRole('textbox', { name: 'Slots of process' })
      await expect(field).toHaveValue('1')
      await field.fill('10001')
      await expect(page.getByText('Write a whole number from 1 to 10,000.')).toBeVisible()
      const button = page.getByRole('button', { name: 'Set the slots' })
      await expect(button).toBeDisabled()
      await expectAccessible(page)
      await field.fill('3')
      await button.click()
      for (const id of ids) await host.untilRun(id, ({ lifecycle }) => lifecycle === 'running', 'runs')
      await field.fill('2')
      await button.press('Enter')
      await expect(page.getByText('3 runs of process go on with 2 slots')).toBeVisible()
      await page.screenshot({ path: join(screenshots, `slots-${colorScheme}.png`) })
      await expectAccessible(page)
      for (const id of ids) expect((await host.client.runs.get({ id })).lifecycle).toBe('running')

      for (const id of ids) await host.client.runs.cancel({ id })
      for (const id of ids) await host.untilFinished(id)
      const port = Number(new URL(host.url).port)
      await host.end('SIGTERM')
      await host.start(port)
      expect((await host.client.engine.status()).slots.process.total).toBe(2)
      await openAt(page, host, '/settings?section=limits')
      await expect(field).toHaveValue('2')
      await field.fill('')
      await button.click()
      const ofProcess = async () => (await host.client.slots.list()).find(({ executor }) => executor === 'process')
      await expect.poll(async () => (await ofProcess())?.saved).toBe(null)
      await expect(field).toHaveValue(String((await ofProcess())?.standard))
    })
  })
}
