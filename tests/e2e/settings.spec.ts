import { expectAccessible } from './support/axe.ts'
import { scriptText, useHost } from './support/host.ts'
import { openAt } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

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
