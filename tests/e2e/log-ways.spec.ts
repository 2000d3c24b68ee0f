import { expectAccessible } from './support/axe.ts'
import { readClipboard } from './support/clipboard.ts'
import { scriptText, useHost } from './support/host.ts'
import { openAt } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const LINES = 3_000
const host = useHost()
let id = 0

/** 3,000 lines, of which the window loads the last 1,000; 100 and 1,500 went to stderr. */
test.beforeAll(async () => {
  id = await host.submit(
    scriptText(`import { setTimeout as wait } from 'node:timers/promises'
export default async () => {
  for (let n = 1; n <= ${LINES}; n += 1) {
    if (n === 100 || n === 1500) {
      await wait(50)
      console.error('bad line ' + n)
      await wait(50)
    } else console.log('line ' + n)
  }
}
`),
  )
  await host.untilFinished(id)
})

test('17: level: in the search chooses levels, and one that is not there is explained', async ({ page }) => {
  await openAt(page, host, `/runs/${id}?tab=logs`)
  const log = page.getByRole('group', { name: `Log of run ${id}` })
  await expect(log.getByText(`line ${LINES}`, { exact: true })).toBeInViewport()
  const search = page.getByRole('searchbox', { name: 'Search the log' })
  await search.fill('level:stderr')
  await expect(page.getByText('No line has one of the chosen levels.')).toBeVisible()
  await search.fill('level:stdout line 299')
  await expect(page.locator('.counter')).toHaveText('– / 10')
  await search.fill('level:loud')
  await expect(page.getByText('There is no level "loud". There are: debug, info, warn, error, stdout')).toBeVisible()
  await expectAccessible(page)
})

test('17: E and Shift+E go from one error to the next, also where the log is not loaded', async ({ page }) => {
  await openAt(page, host, `/runs/${id}?tab=logs`)
  const log = page.getByRole('group', { name: `Log of run ${id}` })
  await expect(log.getByText(`line ${LINES}`, { exact: true })).toBeInViewport()
  await page.keyboard.press('Shift+E')
  await expect(log.getByText('bad line 1500')).toBeInViewport()
  await expect(page).toHaveURL(/line=1500$/)
  await page.keyboard.press('Shift+E')
  await expect(log.getByText('bad line 100', { exact: true })).toBeInViewport()
  await page.keyboard.press('Shift+E')
  await expect(page.getByText('No warning or error before this line')).toBeVisible()
  await page.keyboard.press('e')
  await expect(log.getByText('bad line 1500')).toBeInViewport()
})

test('18: a link to a line reopens there, and a range over lines that are not loaded is copied whole', async ({
  page,
}) => {
  await openAt(page, host, `/runs/${id}?tab=logs&line=100`)
  const log = page.getByRole('group', { name: `Log of run ${id}` })
  await expect(log.getByText('bad line 100', { exact: true })).toBeInViewport()
  await expect(page.locator('.line.chosen')).toHaveCount(1)
  await page.getByRole('button', { name: 'Copy a link to the chosen line' }).click()
  await expect.poll(() => readClipboard(page)).toMatch(/#\/runs\/\d+\?tab=logs&line=100$/)
  await log.focus()
  await page.keyboard.press('End')
  await expect(log.getByText(`line ${LINES}`, { exact: true })).toBeInViewport()
  await log.getByRole('button', { name: `Line ${LINES}`, exact: true }).click({ modifiers: ['Shift'] })
  await page.keyboard.press('ControlOrMeta+C')
  const expected = Array.from({ length: LINES - 99 }, (_, n) => {
    const line = n + 100
    return line === 100 || line === 1500 ? `bad line ${line}` : `line ${line}`
  })
  await expect.poll(async () => (await readClipboard(page)).split('\n').length).toBe(expected.length)
  expect(await readClipboard(page)).toBe(expected.join('\n'))
})
