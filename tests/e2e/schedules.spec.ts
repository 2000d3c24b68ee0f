import { expectAccessible, expectAccessibleInBothThemes } from './support/axe.ts'
import { shellLine, useHost } from './support/host.ts'
import { keepScreenshots } from './support/screenshot.ts'
import { goTo, openApp, openAt } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
test.describe.configure({ mode: 'serial' })

test('without a job the page leads to one, and with one to the first schedule', async ({ page }) => {
  await openApp(page, host)
  await goTo(page, 'Schedules')
  await expect(page.getByRole('heading', { name: 'There is no job to schedule' })).toBeVisible()
  await page.getByRole('button', { name: 'Open the sample script' }).click()
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible()

  await host.client.jobs.save({ name: 'backup', definition: shellLine('true') })
  await host.client.jobs.save({ name: 'report', definition: shellLine('true') })
  await goTo(page, 'Schedules')
  await page.getByRole('button', { name: 'Make the first one' }).click()
  const editor = page.getByRole('dialog', { name: 'New schedule' })
  await editor.getByLabel('Name').fill('nightly backup')
  await editor.getByLabel('Job').selectOption('backup')
  await editor.getByLabel('Time', { exact: true }).fill('02:30')
  await editor.getByLabel('Time zone').fill('Europe/Berlin')
  await expect(editor.getByText('every day at 02:30 in Europe/Berlin')).toBeVisible()
  await expect(editor.getByRole('list', { name: 'Next slots' }).getByRole('listitem')).toHaveCount(10)
  await expectAccessible(page)
  await editor.getByRole('button', { name: 'Save' }).click()
  await expect(editor).toBeHidden()
  const row = page.getByRole('row', { name: /nightly backup/ })
  await expect(row).toContainText('every day at 02:30 in Europe/Berlin')
  await expect(row.locator('time')).toHaveText(/^in \d+ (h|m|s)$/)
})

test('24: a cron expression is explained with the days when the clocks change, and nonsense is refused at once', async ({
  page,
}) => {
  await openAt(page, host, '/schedules')
  await page.getByRole('button', { name: 'New schedule' }).click()
  const editor = page.getByRole('dialog', { name: 'New schedule' })
  const meaning = editor.getByRole('region', { name: 'What it means' })
  await editor.getByLabel('When').selectOption('By a cron expression')
  await editor.getByLabel('Time zone').fill('Europe/Berlin')
  const cron = editor.getByLabel('Cron expression')
  // The last Sundays of March and October, at a time that is skipped in one and comes twice in the other.
  await cron.fill('30 2 * 3,10 SUNL')
  await expect(meaning).toContainText('the clocks skip its time that day')
  await expect(meaning).toContainText('the clocks show this time twice; this is the first')
  await editor.getByLabel('A time that they show twice').selectOption('counts both times')
  await expect(meaning).toContainText('this is the second')

  await expect(meaning.getByRole('listitem')).toHaveCount(10)
  await expect(meaning.locator('.words')).toContainText('in Europe/Berlin')
  const refuseMs: number[] = []
  for (let tries = 0; tries < 5; tries += 1) {
    const began = performance.now()
    const timing = { kind: 'cron' as const, expression: '1--100000000 * * * *', zone: 'UTC' }
    await expect(host.client.schedules.preview({ timing, limit: 10 })).rejects.toThrow('is not a cron expression')
    refuseMs.push(performance.now() - began)
  }
  expect(Math.min(...refuseMs), 'from the question to the refusal').toBeLessThan(50)
  await cron.fill('1--100000000 * * * *')
  await expect(meaning).toContainText('is not a cron expression')
  await expect(meaning.getByRole('listitem')).toHaveCount(0)
  await cron.fill('0 0 30 2 *')
  await expect(meaning).toContainText('No day ever fits')
  await editor.getByLabel('Name').fill('never')
  await editor.getByRole('button', { name: 'Save' }).click()
  await expect(editor.getByRole('alert')).toContainText('No day ever fits')
  await editor.getByRole('button', { name: 'Leave' }).click()
  await expect(page.getByRole('row', { name: /never/ })).toHaveCount(0)
})

test('days of the week are chosen, go on as cron, and faults stand at their fields', async ({ page }) => {
  await openAt(page, host, '/schedules')
  await page.getByRole('button', { name: 'New schedule' }).click()
  const editor = page.getByRole('dialog', { name: 'New schedule' })
  await editor.getByLabel('When').selectOption('On days of the week at')
  await editor.getByLabel('Fri', { exact: true }).uncheck()
  await editor.getByLabel('When').selectOption('By a cron expression')
  await expect(editor.getByLabel('Cron expression')).toHaveValue('0 9 * * MON,TUE,WED,THU')
  await editor.getByLabel('When').selectOption('In equal intervals')
  await editor.getByLabel('Every', { exact: true }).fill('often')
  await editor.getByRole('button', { name: 'Save' }).click()
  await expect(editor.getByText('A schedule needs a name.')).toBeVisible()
  await expect(editor.getByLabel('Every', { exact: true })).toHaveAttribute('aria-invalid', 'true')
  await editor.getByLabel('Name').fill('often')
  await editor.getByLabel('Every', { exact: true }).fill('1s')
  await editor.getByText('Rules').click()
  await editor.getByLabel('While an earlier run goes on').selectOption('run beside it')
  await editor.getByRole('button', { name: 'Save' }).click()
  await expect(editor).toBeHidden()
})

test('slots become ticks that lead to their runs; a switch turns a schedule off; the list is searched', async ({
  page,
}) => {
  await openAt(page, host, '/schedules')
  const row = page.getByRole('row', { name: /often/ })
  await expect(row.locator('a.tick').nth(2)).toBeVisible()
  await expect(row.locator('.ticks')).toContainText('succeeded')
  await expect(row.locator('a.tick').first()).toHaveAttribute('title', /Succeeded|Running|Queued/)
  await expect(page.getByRole('region', { name: 'Next 24 hours' }).getByText('nightly backup')).toHaveCount(0)

  await row.getByRole('switch', { name: 'often is on' }).click()
  await expect(row).toContainText('off')
  await expect.poll(async () => (await host.client.schedules.get({ name: 'often' })).pausedAt !== null).toBe(true)
  await expect(page.getByRole('region', { name: 'Next 24 hours' }).getByText('nightly backup')).toBeVisible()
  await row.getByRole('switch', { name: 'often is on' }).click()
  await expect(row.locator('time')).toBeVisible()
  await row.getByRole('switch', { name: 'often is on' }).click()

  await page.getByRole('searchbox', { name: 'Find a schedule' }).fill('nothing like it')
  await expect(page.getByRole('heading', { name: /No schedule is called/ })).toBeVisible()
  await page.getByRole('button', { name: 'Show all' }).click()
  await expect(page.getByRole('row', { name: /nightly backup/ })).toBeVisible()
})

test('a backfill says how many slots would run before it makes their runs, and then which', async ({ page }) => {
  await host.client.jobs.save({ name: 'report', definition: shellLine('true'), replace: true })
  await host.client.schedules.save({
    name: 'hourly report',
    job: 'report',
    timing: { kind: 'cron', expression: '0 * * * *', zone: 'UTC' },
  })
  await openAt(page, host, '/schedules')
  await page.getByRole('button', { name: 'More for hourly report' }).click()
  await page.getByRole('menuitem', { name: 'Backfill…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Backfill hourly report' })
  await dialog.getByLabel('From').fill('2026-01-05T03:30')
  await dialog.getByLabel('Until').fill('2026-01-05T00:30')
  await expect(dialog.getByText('The end has to be after the beginning.')).toBeVisible()
  await dialog.getByLabel('From').fill('2026-01-04T21:30')
  await expect(dialog.getByRole('status')).toContainText(/^3 slots without a run, from .+: each gets one\./)
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Make 3 runs' }).click()
  await expect(dialog.getByRole('status')).toContainText('3 slots got a run each')
  const { rows } = await host.client.schedules.slots({ name: 'hourly report' })
  const made = rows.filter(({ isBackfill }) => isBackfill).flatMap(({ run }) => run ?? [])
  expect(made).toHaveLength(3)
  await expect(dialog.getByRole('link')).toHaveText([`report ${Math.min(...made)}`, `report ${Math.max(...made)}`])
  await dialog.getByRole('button', { name: 'Close' }).click()

  await page.getByRole('button', { name: 'hourly report', exact: true }).click()
  await page.getByRole('dialog', { name: 'Schedule hourly report' }).getByRole('button', { name: 'Backfill…' }).click()
  await dialog.getByLabel('From').fill('2026-01-04T21:30')
  await dialog.getByLabel('Until').fill('2026-01-05T00:30')
  await expect(dialog.getByRole('status')).toHaveText('Every slot in that time has had its run.')
  await expect(dialog.getByRole('button', { name: 'Make the runs' })).toBeDisabled()
  await page.keyboard.press('Escape')
  await host.client.schedules.remove({ name: 'hourly report' })
})

test('a schedule is edited and deleted', async ({ page }) => {
  await openAt(page, host, '/schedules')
  await page.getByRole('button', { name: 'nightly backup', exact: true }).click()
  const editor = page.getByRole('dialog', { name: 'Schedule nightly backup' })
  await expect(editor.getByLabel('Cron expression')).toHaveValue('30 2 * * *')
  await editor.getByLabel('Cron expression').fill('45 3 * * *')
  await editor.getByText('Rules').click()
  await editor.getByLabel('Network').selectOption('must be up')
  await editor.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('row', { name: /nightly backup/ })).toContainText(
    'every day at 03:45 in Europe/Berlin; needs the network',
  )

  await page.getByRole('button', { name: 'often', exact: true }).click()
  const other = page.getByRole('dialog', { name: 'Schedule often' })
  await other.getByRole('button', { name: 'Delete' }).click()
  await other.getByRole('button', { name: 'Really delete it' }).click()
  await expect(page.getByRole('row', { name: /often/ })).toHaveCount(0)
})

test('22: the page and its editor break no rule of WCAG 2.2 AA', async ({ page }) => {
  const { client } = host
  const save = (name: string, job: string, timing: Parameters<typeof client.schedules.save>[0]['timing'], more = {}) =>
    client.schedules.save({ name, job, timing, replace: true, ...more })
  const cron = (expression: string, zone = 'Europe/Berlin') => ({ kind: 'cron' as const, expression, zone })
  await save('photos to the disk', 'backup', cron('0 */6 * * *'), { conditions: { acPower: true } })
  await save('weekly report', 'report', cron('0 9 * * MON-FRI', 'America/New_York'), { overlap: 'queue' })
  await save('at the end of the month', 'report', cron('0 8 L * *', 'system'))
  await save('every ten minutes', 'backup', cron('*/10 * * * *'))
  const now = Date.now()
  await save('quick', 'backup', { kind: 'interval', everyMs: 1_000, anchorAt: now, zone: 'UTC' }, { overlap: 'allow' })
  await openAt(page, host, '/schedules')
  await expect(page.getByRole('row', { name: /quick/ }).locator('a.tick').nth(3)).toBeVisible()
  await client.schedules.pause({ name: 'quick' })
  await expectAccessibleInBothThemes(page)
  await keepScreenshots(page, 'schedules')
  await page.getByRole('button', { name: 'weekly report', exact: true }).click()
  await expect(page.getByRole('list', { name: 'Next slots' }).getByRole('listitem')).toHaveCount(10)
  await expectAccessibleInBothThemes(page)
  await keepScreenshots(page, 'schedule-editor')
})
