import { useHost } from './support/host.ts'
import { goTo, openApp, pressRun, runRows, stateOf } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

test.describe.configure({ mode: 'serial' })
const host = useHost()

test('a first start says on every page what will be there and leads to something to do', async ({ page }) => {
  await openApp(page, host)
  await expect(page.getByRole('heading', { name: 'Nothing has run yet' })).toBeVisible()
  await page.getByRole('button', { name: 'Try the sample script' }).click()
  await expect(page.getByText('step += 1')).toBeVisible()

  await goTo(page, 'History')
  await expect(page.getByRole('heading', { name: 'Nothing has finished yet' })).toBeVisible()

  await goTo(page, 'Runs')
  await page.getByRole('button', { name: 'Write a script' }).click()
  await expect(page.getByRole('heading', { name: 'New script' })).toBeVisible()

  await goTo(page, 'Scripts')
  await expect(page.getByRole('heading', { name: 'Write something to run' })).toBeVisible()
  await page.getByRole('button', { name: 'Open the sample script' }).click()
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible()
})

test('the sample script that an empty history offers runs as it is, and is then found there', async ({ page }) => {
  await openApp(page, host)
  await goTo(page, 'History')
  await page.getByRole('button', { name: 'Try the sample script' }).click()
  const { id, output } = await pressRun(page)
  await expect(stateOf(output)).toHaveText('Running')
  await expect(output.getByText(/^step 2 of 8$/)).toBeVisible()
  await goTo(page, 'Runs')
  await expect(runRows(page)).toHaveCount(1)
  await expect(page.getByRole('meter', { name: `Progress of run ${id}` })).toBeVisible()
  await host.untilFinished(id)
  await expect(page.getByRole('heading', { name: 'Nothing is running or waiting' })).toBeVisible()
  await page.getByRole('button', { name: 'See what has finished' }).click()
  await expect(stateOf(runRows(page))).toHaveText('Succeeded')
})

test('a script that was not saved is still there after a reload', async ({ page }) => {
  await openApp(page, host)
  await page.keyboard.press('n')
  await page.getByRole('textbox', { name: 'Script', exact: true }).click()
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.type('// not lost\n')
  await expect(page.getByText('not saved, kept here')).toBeVisible()
  await page.reload()
  await expect(page.getByText('// not lost')).toBeVisible()
})
