import { expectAccessible } from './support/axe.ts'
import { useHost } from './support/host.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

test('25: who has never seen this comes from the first steps to a schedule, by what is written there, and each step ticks itself', async ({
  page,
}) => {
  const began = performance.now()
  await page.goto(host.url)
  const steps = page.getByRole('region', { name: 'First steps' })
  await expect(steps).toContainText('0 of 4 done')
  await expectAccessible(page)
  await steps.getByRole('button', { name: 'Try the sample script' }).click()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByRole('region', { name: /^Run \d+$/ })).toContainText('step 1 of 8')

  // The list ticks itself while one looks at it.
  await page.getByRole('link', { name: 'Overview' }).click()
  await expect(steps.getByRole('listitem').first()).toContainText('Run the sample script, done')
  await expect(steps.getByRole('listitem').nth(1)).toContainText('See what it gave back, done')
  await expect(steps).toContainText('2 of 4 done')

  await steps.getByRole('button', { name: 'Open the sample script' }).click()
  await page.getByRole('button', { name: 'Save as job…' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('count to eight')
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'count to eight', level: 1 })).toBeVisible()

  await page.getByRole('link', { name: 'Overview' }).click()
  await steps.getByRole('button', { name: 'Make a schedule' }).click()
  const editor = page.getByRole('dialog', { name: 'New schedule' })
  await editor.getByLabel('Name').fill('every morning')
  await editor.getByLabel('Time', { exact: true }).fill('07:00')
  await expect(editor.getByRole('list', { name: 'Next slots' }).getByRole('listitem')).toHaveCount(10)
  await editor.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('row', { name: /every morning/ })).toContainText('every day at 07:00')
  console.log(`first schedule after ${Math.round((performance.now() - began) / 1_000)} s`)

  await page.getByRole('link', { name: 'Overview' }).click()
  await expect(page.getByRole('region', { name: 'Needs attention' })).toBeVisible()
  await expect(steps).toHaveCount(0)
})
