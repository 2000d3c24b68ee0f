import type { Page } from '@playwright/test'
import { expectAccessibleInBothThemes } from './support/axe.ts'
import { scriptText, shellLine, useHost } from './support/host.ts'
import { keepScreenshots } from './support/screenshot.ts'
import { goTo, openAt, stateOf } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

/** Keeps the loop that it shares for ever; its process is killed soon after it was asked to stop. */
const hog = { ...scriptText('export default () => { for (;;); }', { executor: 'async' }), graceMs: 500 }
const inRail = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: new RegExp(`^${name}`) })

test('a blocked shared loop is in the rail and among what needs attention', async ({ page }) => {
  await openAt(page, host, '/overview')
  const name = 'hog'
  await expect(inRail(page, 'Interpreters')).toHaveText('Interpreters')
  const id = await host.submit(hog, { name })
  const line = page.getByRole('region', { name: 'Needs attention' }).getByRole('listitem')
  // The process of the one before was killed: the next has to start first.
  await expect(line).toContainText('interpreter async its event loop has not turned for', { timeout: 30_000 })
  await expect(line).toContainText(`on it: run ${id} (${name})`)
  await expect(inRail(page, 'Interpreters')).toHaveText('Interpreters 11 to see to')
  await keepScreenshots(page, 'blocked-loop')
  await expectAccessibleInBothThemes(page)
  await goTo(page, 'Interpreters')
  await expect(stateOf(page.locator('tr[data-row]', { hasText: name }))).toHaveText('Blocked')

  await goTo(page, 'Overview')
  await line.getByRole('button', { name: `Cancel run ${id}…` }).press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click()
  await host.untilFinished(id)
  await expect(inRail(page, 'Interpreters')).toHaveText('Interpreters')
  await expect(line.filter({ hasText: 'interpreter async' })).toHaveCount(0)
})

test('runs that failed are counted at the history until somebody looks there', async ({ page }) => {
  await openAt(page, host, '/history')
  await expect(inRail(page, 'History')).toHaveText('History')
  await goTo(page, 'Runs')
  for (const code of [3, 4]) await host.untilFinished(await host.submit(shellLine(`exit ${code}`)))
  await host.untilFinished(await host.submit(shellLine('true')))
  await expect(inRail(page, 'History')).toHaveText('History 22 went wrong since you looked')
  await keepScreenshots(page, 'unseen-failures')
  await page.getByRole('button', { name: /^Narrow the rail/ }).click()
  await expect(inRail(page, 'History, 2 went wrong since you looked')).toBeVisible()
  await expectAccessibleInBothThemes(page)
  await page.getByRole('button', { name: /^Widen the rail/ }).click()
  await goTo(page, 'History')
  await expect(inRail(page, 'History')).toHaveText('History')
  await page.reload()
  await expect(page.getByRole('heading', { name: 'History', level: 1 })).toBeVisible()
  await expect(inRail(page, 'History')).toHaveText('History')
})
