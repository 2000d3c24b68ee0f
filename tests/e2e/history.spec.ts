import type { Page } from '@playwright/test'
import type { TestHost } from './support/host.ts'
import { scriptText, useHost } from './support/host.ts'
import { expectListed, openApp, openAt, runPage, runRow, runRows } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const QUICK = 120
const BREAKS = 3
const host = useHost()

test.beforeAll(async () => {
  await saveScript(host, 'quick', 'export default (input: number) => input')
  await saveScript(host, 'breaks', "export default () => { throw new Error('the disk is full') }")
  await host.client.runs.submitMany({ job: 'quick', inputs: Array.from({ length: QUICK }, (_, n) => n) })
  const { lastId } = await host.client.runs.submitMany({ job: 'breaks', inputs: Array(BREAKS).fill(null) })
  await host.untilFinished(lastId)
  await expect.poll(async () => (await host.client.engine.status()).counts.finished).toBe(QUICK + BREAKS)
})

async function saveScript({ client }: TestHost, name: string, text: string): Promise<void> {
  await client.jobs.save({ name, definition: scriptText(text, { executor: 'async' }) })
}

const filter = (page: Page) => page.getByRole('combobox', { name: 'Filter the history' })
const tokens = (page: Page) => page.getByRole('button', { name: /^Remove / })
const option = (page: Page, name: string) => page.getByRole('option', { name, exact: true })

test('19: typing leads to tokens, tokens stand in the route, and Back and Forward bring them back', async ({
  page,
}) => {
  await openAt(page, host, '/history')
  await filter(page).fill('st')
  await expect(option(page, 'state:')).toBeVisible()
  await filter(page).press('Enter')
  await expect(filter(page)).toHaveValue('state:')
  await filter(page).pressSequentially('fai')
  await expect(option(page, 'state:failed')).toHaveAttribute('aria-selected', 'true')
  await filter(page).press('Enter')
  await expect(tokens(page)).toHaveText([''])
  await expect(tokens(page)).toHaveAccessibleName('Remove state:failed')
  await expect(page).toHaveURL(/#\/history\?state=failed$/)
  await expect(runRows(page)).toHaveCount(BREAKS)

  await filter(page).fill('job:quick')
  await filter(page).press('Enter')
  await expect(page).toHaveURL(/#\/history\?state=failed&job=quick$/)
  await expect(page.getByRole('heading', { name: 'No finished run fits the filter' })).toBeVisible()

  await page.goBack()
  await expect(tokens(page)).toHaveCount(1)
  await expect(runRows(page)).toHaveCount(BREAKS)
  await page.goBack()
  await expect(tokens(page)).toHaveCount(0)
  await page.goForward()
  await page.goForward()
  await expect(tokens(page)).toHaveCount(2)
  await page.reload()
  await expect(tokens(page)).toHaveCount(2)

  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await expect(page).toHaveURL(/#\/history$/)
  await expectListed(page, 50)
})

test('19: a restart of host and browser restores what stands in the route', async ({ page, context, faults }) => {
  faults.allow(/WebSocket|ERR_CONNECTION_REFUSED/)
  await openAt(page, host, '/history?state=failed&job=breaks')
  await expect(runRows(page)).toHaveCount(BREAKS)
  const route = new URL(page.url()).hash.slice(1)
  const port = Number(new URL(host.url).port)
  await page.close()
  await host.end('SIGTERM')
  await host.start(port)
  const again = await context.newPage()
  await openAt(again, host, route)
  await expect(tokens(again)).toHaveCount(2)
  await expect(tokens(again).first()).toHaveAccessibleName('Remove state:failed')
  await expect(runRows(again)).toHaveCount(BREAKS)
})

test('19: Backspace in the empty field takes the last token back for editing', async ({ page }) => {
  await openAt(page, host, '/history?state=failed&q=disk')
  await expect(runRows(page)).toHaveCount(BREAKS)
  await filter(page).press('Backspace')
  await expect(filter(page)).toHaveValue('disk')
  await expect(tokens(page)).toHaveCount(1)
  await filter(page).fill('no such words')
  await filter(page).press('Enter')
  await expect(runRows(page)).toHaveCount(0)
  await tokens(page).last().click()
  await expect(runRows(page)).toHaveCount(BREAKS)
})

test('words find runs by their error, their name and their number', async ({ page }) => {
  await openAt(page, host, '/history?q=disk%20is%20full')
  await expect(runRows(page)).toHaveCount(BREAKS)
  await page.goto(host.page('/history?q=breaks'))
  await expect(runRows(page)).toHaveCount(BREAKS)
  await page.goto(host.page(`/history?q=${QUICK + 1}`))
  await expect(runRows(page)).toHaveCount(1)
})

test('a row leads to the runs of its job alone', async ({ page }) => {
  await openAt(page, host, '/history')
  await page.getByRole('button', { name: 'Only runs of breaks' }).first().click()
  await expect(page).toHaveURL(/#\/history\?job=breaks$/)
  await expect(runRows(page)).toHaveCount(BREAKS)
})

test('19: a token that means nothing is marked and explained, and the others still count', async ({ page }) => {
  await openAt(page, host, '/history?state=exploded&job=breaks')
  await expect(page.getByText(/^There is no state "exploded"\. There are: succeeded, failed/)).toBeVisible()
  await expect(tokens(page)).toHaveCount(2)
  await expect(runRows(page)).toHaveCount(BREAKS)
})

test('older runs come page by page, each once, until all are there', async ({ page }) => {
  await openAt(page, host, '/history?job=quick')
  await expectListed(page, 50)
  await page.getByRole('button', { name: 'Older' }).click()
  await expect(page.getByText('120 runs, all that there are')).toBeVisible()
  await expectListed(page, QUICK)
  const list = page.getByRole('group', { name: 'History, content' })
  const seen = new Set<string>()
  for (let top = 0; top < QUICK * 28; top += 500) {
    await list.evaluate((element, to) => element.scrollTo({ top: to }), top)
    await expect.poll(() => list.evaluate((element) => element.scrollTop % 1)).toBe(0)
    for (const id of await page.locator('tr[data-row] td.id').allTextContents()) seen.add(id)
  }
  expect([...seen].toSorted((a, b) => Number(b) - Number(a))).toEqual(
    Array.from({ length: QUICK }, (_, n) => String(QUICK - n)),
  )
})

test('2: new runs are counted beside the list and enter it only when asked, with the focus on the first', async ({
  page,
}) => {
  await saveScript(host, 'late', "export default () => { throw new Error('too late') }")
  await openApp(page, host)
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await expectListed(page, 50)
  const first = await runRows(page).first().getAttribute('data-row')
  const { firstId, lastId } = await host.client.runs.submitMany({ job: 'late', inputs: [null, null] })
  await host.untilFinished(firstId)
  await host.untilFinished(lastId)
  const more = page.getByRole('button', { name: '2 new' })
  await expect(more).toBeVisible()
  await expect(runRows(page).first()).toHaveAttribute('data-row', first ?? '')
  await more.click()
  await expect(runRows(page).first()).toHaveAttribute('data-row', String(lastId))
  await expect(runRows(page).first().getByRole('link')).toBeFocused()
  await expect(more).toHaveCount(0)
  await page.keyboard.press('Enter')
  await expect(runPage(page, lastId).getByRole('region', { name: 'Error' })).toContainText('too late')
})

test('a long list is drawn in part, and the keyboard goes all the way through it and chooses ranges', async ({
  page,
}) => {
  await openAt(page, host, '/history?job=quick')
  await page.getByRole('button', { name: 'Older' }).click()
  await expectListed(page, QUICK)
  expect(await runRows(page).count()).toBeLessThan(60)
  const at = (id: number) => runRow(page, id).getByRole('link')

  await page.keyboard.press('j')
  await expect(at(QUICK)).toBeFocused()
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await expect(at(QUICK)).toBeFocused()
  await page.keyboard.press('End')
  await expect(at(1)).toBeFocused()
  await expect(at(1)).toBeInViewport()
  await page.keyboard.press('Shift+ArrowUp')
  await page.keyboard.press('Shift+ArrowUp')
  await expect(page.getByText('3 chosen')).toBeVisible()
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByText('2 chosen')).toBeVisible()
  await page.keyboard.press('Home')
  await expect(at(QUICK)).toBeFocused()
  await page.keyboard.press('PageDown')
  await page.keyboard.press('Shift+End')
  await expect(page.getByText(/^\d+ chosen$/)).toBeVisible()

  // The row at the keyboard is scrolled away, and the next key goes on from it.
  await page.keyboard.press('Home')
  const list = page.getByRole('group', { name: 'History, content' })
  await list.evaluate((element) => element.scrollTo({ top: 2_000 }))
  await expect(list).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(at(QUICK - 1)).toBeFocused()
})
