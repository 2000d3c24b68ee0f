import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { until } from '../support/until.ts'
import { readClipboard } from './support/clipboard.ts'
import { scriptText, useHost } from './support/host.ts'
import { linesInView } from './support/lines-in-view.ts'
import { timeFromKeys } from './support/page-state.ts'
import { openAt } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

/** Writes 200 lines, 1,000 more each time a file says so, and ends when there is a file `end`. */
const writer = scriptText(`import { existsSync } from 'node:fs'
import { sleep } from 'signalbox'
export default async function (folder: string) {
  let n = 0
  const write = (count: number) => { for (let i = 0; i < count; i += 1) console.log('line number ' + ++n) }
  write(200)
  for (let round = 1; ; round += 1) {
    while (!existsSync(folder + '/round-' + round)) {
      if (existsSync(folder + '/end')) return n
      await sleep('20ms')
    }
    write(1000)
  }
}
`)

async function startWriter(page: Page): Promise<{ log: Locator; say: (word: string) => void; id: number }> {
  const folder = test.info().outputPath()
  const say = (word: string) => writeFileSync(join(folder, word), '')
  const id = await host.submit(writer, { input: folder })
  await host.untilRun(id, ({ lifecycle }) => lifecycle === 'running', 'runs')
  await openAt(page, host, `/runs/${id}?tab=logs`)
  const log = page.getByRole('group', { name: `Log of run ${id}` })
  await expect(log.getByText('line number 200', { exact: true })).toBeInViewport()
  return { log, say, id }
}

test('16: the log opens at its end, follows it, stays where it is read, and returns to the end on demand', async ({
  page,
}) => {
  const { log, say, id } = await startWriter(page)
  say('round-1')
  await expect(log.getByText('line number 1200', { exact: true })).toBeInViewport()

  await log.hover()
  await page.mouse.wheel(0, -2_000)
  const follow = page.getByRole('button', { name: /Follow \(G\)$/ })
  await expect(follow).toHaveText('Follow (G)')
  const before = await linesInView(log)
  expect(before.length).toBeGreaterThan(10)
  say('round-2')
  await expect(follow).toHaveText('1,000 new lines · Follow (G)')
  expect(await linesInView(log)).toEqual(before)
  // Only the log scrolls; what belongs to it stays in view.
  await expect(page.getByRole('toolbar', { name: 'Log' })).toBeInViewport({ ratio: 1 })
  expect(
    await page.evaluate(() => [document.scrollingElement?.scrollTop, document.querySelector('main')?.scrollTop]),
  ).toEqual([0, 0])

  await follow.click()
  await expect(log.getByText('line number 2200', { exact: true })).toBeInViewport()
  await expect(follow).toHaveCount(0)

  await page.mouse.wheel(0, -500)
  await expect(follow).toBeVisible()
  await page.keyboard.press('Shift+G')
  await expect(log.getByText('line number 2200', { exact: true })).toBeInViewport()
  say('end')
  await host.untilFinished(id)
})

test('16: with 100,000 lines the end is there at once when it is asked for', async ({ page }) => {
  const all = 100_000
  const id = await host.submit(
    scriptText(`import { sleep } from 'signalbox'
export default async () => {
  for (let n = 1; n < ${all}; n += 1000) {
    console.log(Array.from({ length: 1000 }, (_, i) => 'line ' + (n + i)).join('\\n'))
    await sleep(1)
  }
  await sleep('1h')
}
`),
  )
  await until(`all ${all} lines are kept`, async () => (await host.client.runs.get({ id })).logLines >= all)
  await openAt(page, host, `/runs/${id}?tab=logs&line=${all / 2}`)
  const log = page.getByRole('group', { name: `Log of run ${id}` })
  await expect(log.getByText(`line ${all / 2}`, { exact: true })).toBeInViewport()
  await expect(page.getByRole('button', { name: 'Follow (G)' })).toBeVisible()
  const backMs = await timeFromKeys(page, 'Shift+G', '.line', `line ${all}`)
  await expect(log.getByText(`line ${all}`, { exact: true })).toBeInViewport()
  console.log(`back at the end of ${all} lines after ${Math.round(backMs)} ms`)
  // Wanted are 100 ms on a machine that has nothing else to do.
  expect(backMs).toBeLessThan(600)
  await host.client.runs.cancel({ id })
  await host.untilFinished(id)
})

test('following that is asked for while a wheel still scrolls is what counts', async ({ page }) => {
  const { log, say, id } = await startWriter(page)
  await log.evaluate((element) => {
    const pressG = () => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'G', code: 'KeyG', shiftKey: true }))
    element.addEventListener('wheel', () => setTimeout(pressG), { once: true })
  })
  const scrolled = log.evaluate(
    (element) => new Promise<void>((resolve) => element.addEventListener('scrollend', () => resolve(), { once: true })),
  )
  await log.hover()
  await page.mouse.wheel(0, -500)
  await scrolled
  await expect(log.getByText('line number 200', { exact: true })).toBeInViewport()
  await expect(page.getByRole('button', { name: /Follow \(G\)$/ })).toHaveCount(0)
  say('end')
  await host.untilFinished(id)
})

test('17: search counts its matches, goes through them both ways, and gives the keys back to the log', async ({
  page,
}) => {
  const { log, say, id } = await startWriter(page)
  say('end')
  await host.untilFinished(id)
  await page.keyboard.press('/')
  const search = page.getByRole('searchbox', { name: 'Search the log' })
  await expect(search).toBeFocused()
  await search.fill('NUMBER 7')
  const counter = page.locator('.counter')
  await expect(counter).toHaveText('– / 11')
  await search.press('Enter')
  await expect(counter).toHaveText('1 / 11')
  await expect(log.getByText('line number 7', { exact: true })).toBeInViewport()
  await search.press('Shift+Enter')
  await expect(counter).toHaveText('11 / 11')
  await expect(log.getByText('line number 79', { exact: true })).toBeInViewport()
  await expect(log.locator('mark').first()).toHaveText('number 7')
  await search.press('Escape')
  await expect(search).toHaveValue('')
  await expect(log).toBeFocused()
})

test('18: colours of a terminal are shown, and HTML in a line is text', async ({ page }) => {
  const id = await host.submit(
    scriptText(`export default () => {
  console.log('\\x1b[31mred alert\\x1b[0m and \\x1b[1;32mbold green\\x1b[0m')
  console.log('<img src="x" onerror="document.title = 1"><b>not bold</b>')
  console.error('to stderr')
}
`),
  )
  await host.untilFinished(id)
  await openAt(page, host, `/runs/${id}?tab=logs`)
  const log = page.getByRole('group', { name: `Log of run ${id}` })
  await expect(log.locator('.ansi-1')).toHaveText('red alert')
  await expect(log.locator('.ansi-2')).toHaveText('bold green')
  await expect(log.locator('.ansi-2')).toHaveCSS('font-weight', /[5-9]\d\d/)
  await expect(log.getByText('<img src="x" onerror="document.title = 1"><b>not bold</b>')).toBeVisible()
  await expect(log.locator('img, b')).toHaveCount(0)

  await page.getByRole('button', { name: 'stdout', pressed: true }).click()
  await expect(log.getByText('red alert')).toHaveCount(0)
  await expect(log.getByText('to stderr')).toBeVisible()
})

test('18: a range of lines that is chosen by its numbers is what gets copied', async ({ page }) => {
  const { log, say, id } = await startWriter(page)
  say('end')
  await host.untilFinished(id)
  await log.getByRole('button', { name: 'Line 198', exact: true }).click()
  await log.getByRole('button', { name: 'Line 200', exact: true }).click({ modifiers: ['Shift'] })
  await page.keyboard.press('ControlOrMeta+C')
  await expect.poll(() => readClipboard(page)).toBe('line number 198\nline number 199\nline number 200')
})
