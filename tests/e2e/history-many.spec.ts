import type { Page } from '@playwright/test'
import { expectAccessible } from './support/axe.ts'
import { scriptText, useHost } from './support/host.ts'
import { expectListed, openAt, runRows } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
const QUICK = 60
const BREAKS = 12

test.beforeAll(async () => {
  const save = (name: string, text: string) =>
    host.client.jobs.save({ name, definition: scriptText(text, { executor: 'async' }), replace: true })
  await save('quick', "export default (n: number) => { console.log('wrote pebble' + n); return n }")
  await save('breaks', "export default () => { throw new Error('the bucket is full') }")
  await host.client.runs.submitMany({ job: 'quick', inputs: Array.from({ length: QUICK }, (_, n) => n) })
  await host.client.runs.submitMany({ job: 'breaks', inputs: Array(BREAKS).fill(null) })
  await untilIndexed(QUICK + BREAKS)
})

async function untilIndexed(runs: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const { total, unindexed } = await host.client.history.facets({})
        return unindexed === 0 ? total : -1
      },
      { timeout: 30_000 },
    )
    .toBe(runs)
}

const choose = (page: Page, id: number) => page.getByRole('checkbox', { name: `Choose run ${id}`, exact: true })
const bar = (page: Page) => page.getByRole('toolbar', { name: 'Chosen runs' })
const facet = (page: Page, name: string | RegExp) =>
  page.getByRole('complementary', { name: 'Narrow the history' }).getByRole('button', { name })

test('19: facets count what else could be chosen, and choosing one is a token in the route', async ({ page }) => {
  await openAt(page, host, '/history')
  await expect(facet(page, /^failed/)).toContainText(String(BREAKS))
  await expect(facet(page, /^succeeded/)).toContainText(String(QUICK))
  await facet(page, /^failed/).click()
  await expect(page).toHaveURL(/#\/history\?state=failed$/)
  await expect(runRows(page)).toHaveCount(BREAKS)
  await expect(facet(page, /^quick/)).toHaveCount(0)
  await expect(facet(page, /^breaks/)).toContainText(String(BREAKS))
  await facet(page, /^failed/).click()
  await expect(page).toHaveURL(/#\/history$/)
})

test('19: a word in a log is found, shown around, and its line is one click away', async ({ page }) => {
  await openAt(page, host, '/history?q=pebble7')
  await expect(runRows(page)).toHaveCount(1)
  await expect(runRows(page).locator('mark')).toHaveText('pebble7')
  await runRows(page).getByRole('link', { name: /log 1/ }).click()
  await expect(page).toHaveURL(/#\/runs\/8\?tab=logs&line=1$/)
  await expect(page.locator('.line.chosen')).toContainText('wrote pebble7')
})

test('19: a time is chosen on the bars by keys, and a wrong time is explained', async ({ page }) => {
  await openAt(page, host, '/history')
  const bars = page.getByRole('group', { name: /^Runs over time/ })
  await bars.focus()
  await bars.press('ArrowLeft')
  await bars.press('Enter')
  await expect(page).toHaveURL(/since=.*until=/)
  await expectListed(page, 50)
  await page.goto(host.page('/history?since=yesterday'))
  await expect(page.getByText('"yesterday" is no time. Write 2h, 1d, or 2026-11-27T10:00.')).toBeVisible()
  await expectListed(page, 50)
})

test('20: Shift extends a choice, all that match can be chosen, and the question repeats action, number and filter', async ({
  page,
}) => {
  await openAt(page, host, '/history?job=quick')
  await expectListed(page, 50)
  await choose(page, 60).click()
  await choose(page, 56).click({ modifiers: ['Shift'] })
  await expect(bar(page)).toContainText('5 chosen')
  for (const id of [56, 58, 60]) await expect(choose(page, id)).toBeChecked()
  await expect(choose(page, 55)).not.toBeChecked()
  await page.getByRole('checkbox', { name: 'Choose every row' }).click()
  await bar(page)
    .getByRole('button', { name: `Select all ${QUICK} matching` })
    .click()
  await expect(bar(page)).toContainText(`All ${QUICK} that fit are chosen`)
  await bar(page).getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('dialog', { name: `Delete: ${QUICK} runs?` })
  await expect(dialog).toContainText('job:quick')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Leave them' }).click()
  await expect(dialog).toHaveCount(0)
  await expectListed(page, 50)
})

test('20: without a filter the number has to be typed', async ({ page }) => {
  await openAt(page, host, '/history')
  await page.getByRole('checkbox', { name: 'Choose every row' }).click()
  await bar(page)
    .getByRole('button', { name: `Select all ${QUICK + BREAKS} matching` })
    .click()
  await bar(page).getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('dialog', { name: `Delete: ${QUICK + BREAKS} runs?` })
  const confirm = dialog.getByRole('button', { name: `Delete: ${QUICK + BREAKS} runs` })
  await expect(confirm).toBeDisabled()
  const field = dialog.getByRole('textbox', { name: 'Nothing narrows it' })
  await field.fill('71')
  await expect(confirm).toBeDisabled()
  await field.fill(String(QUICK + BREAKS))
  await expect(confirm).toBeEnabled()
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
})

test('Space on a row looks into the run beside the list, and Escape gives the row back', async ({ page }) => {
  await openAt(page, host, '/history?state=failed')
  const first = runRows(page).first().getByRole('link')
  await first.focus()
  await page.keyboard.press(' ')
  const preview = page.getByRole('complementary', { name: /^Preview of run/ })
  await expect(preview).toContainText('the bucket is full')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(preview).toHaveCount(0)
  await expect(first).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(runRows(page).nth(1).getByRole('link')).toBeFocused()
  await page.keyboard.press('x')
  await expect(bar(page)).toContainText('1 chosen')
})

test('a filter is saved under a name and brought back', async ({ page }) => {
  await openAt(page, host, '/history?state=failed')
  await page.getByRole('button', { name: 'Saved views' }).click()
  await page.getByRole('textbox', { name: 'Save the present filter as' }).fill('What broke')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await openAt(page, host, '/history')
  await page.getByRole('button', { name: 'Saved views' }).click()
  await page.getByRole('button', { name: 'What broke' }).first().click()
  await expect(page).toHaveURL(/#\/history\?state=failed$/)
})

test('20: runs of a filter are run again, the result says how many, and undoing cancels them', async ({ page }) => {
  await host.client.jobs.pause({ name: 'breaks' })
  await openAt(page, host, '/history?job=breaks')
  await choose(page, QUICK + BREAKS).click()
  await choose(page, QUICK + BREAKS - 3).click({ modifiers: ['Shift'] })
  await bar(page).getByRole('button', { name: 'Run again' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Run again: 4 runs' }).click()
  const toast = page.getByRole('listitem').filter({ hasText: '4 started again, 0 failed' })
  await expect(toast).toBeVisible()
  await expect.poll(async () => (await host.client.engine.status()).counts.queued).toBe(4)
  await toast.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await host.client.engine.status()).counts.queued).toBe(0)
  await expect.poll(async () => (await host.client.engine.status()).finished.cancelled).toBe(4)
  const undone = page.getByRole('listitem').filter({ hasText: '4 cancelled, 0 failed' })
  await undone.getByRole('button', { name: 'Show' }).click()
  await expect(page).toHaveURL(/#\/settings\?section=actions$/)
  await expect(page.getByRole('heading', { name: 'Actions on many runs' })).toBeInViewport()
  await host.client.jobs.resume({ name: 'breaks' })
})

test('20: a deletion can be called off before it begins', async ({ page }) => {
  await openAt(page, host, '/history?state=failed')
  await page.getByRole('checkbox', { name: 'Choose every row' }).click()
  await bar(page).getByRole('button', { name: 'Delete' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Delete: ${BREAKS} runs` })
    .click()
  const toast = page.getByRole('listitem').filter({ hasText: `Deleting ${BREAKS} runs in` })
  await toast.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByText('Stopped: 0 deleted, 0 failed')).toBeVisible()
  expect((await host.client.engine.status()).finished.failed).toBe(BREAKS)
})
