import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { RunRow, SearchMatch } from '../../src-preload/contract.ts'
import { RowChoice } from '../../src-renderer/lib/state/row-choice.svelte.ts'
import { runRow } from '../support/run-rows.ts'
import { fakeApp, renderInApp } from './support/fake-app.ts'
import ScrolledHistory from './support/scrolled-history.svelte'

const table = page.getByRole('table', { name: 'Finished runs, newest first' })
const finished = (id: number): RunRow => runRow(id, { lifecycle: 'finished', outcome: 'succeeded', finishedAt: 1_000 })
const rowsOf = (count: number) => Array.from({ length: count }, (_, at) => finished(count - at))
const scroller = () => document.querySelector<HTMLElement>('.scrolling') ?? document.body
const drawn = () => [...document.querySelectorAll<HTMLElement>('tr[data-row]')].map((row) => Number(row.dataset['row']))
const focusedRow = () => Number(document.activeElement?.closest<HTMLElement>('tr[data-row]')?.dataset['row'])

/** A list of finished runs in a page that scrolls, the newest at its top. */
async function openHistory(rows: RunRow[], matches: ReadonlyMap<number, SearchMatch> = new Map()) {
  const did: unknown[] = []
  const choice = new RowChoice()
  const retry = ({ id }: { id: number }) => (did.push(`again ${id}`), Promise.resolve({ id: 99 }))
  const app = fakeApp({ runs: { retry } })
  app.live.now = 61_000
  const list = await renderInApp(
    ScrolledHistory,
    {
      rows,
      matches,
      choice,
      onjob: (job: string) => did.push(`job ${job}`),
      onpreview: (id: number) => did.push(`preview ${id}`),
    },
    app,
  )
  await expect.poll(() => drawn().length).toBeGreaterThan(0)
  return { list, app, choice, did, chosen: () => [...choice.ids].sort((a, b) => a - b) }
}

test('of ten thousand rows those in sight are drawn, and the table says how many there are and where they stand', async () => {
  await openHistory(rowsOf(10_000))
  await expect.poll(() => drawn().length).toBeLessThan(60)
  await expect.element(table).toHaveAttribute('aria-rowcount', '10001')
  expect(document.querySelector('tr[data-row]')).toHaveAttribute('aria-rowindex', '2')
  const rowPx = document.querySelector('tr[data-row]')?.getBoundingClientRect().height ?? 0
  expect(table.element().getBoundingClientRect().height / rowPx).toBeGreaterThan(9_999)
  scroller().scrollTop = 5_000 * rowPx
  await expect.poll(drawn).toContain(5_000)
  expect(drawn().length).toBeLessThan(60)
  expect(document.querySelector('tr[data-row="5000"]')).toHaveAttribute('aria-rowindex', '5002')
})

test('every place that is scrolled to has rows from edge to edge', async () => {
  await openHistory(rowsOf(3_000))
  for (const share of [0.2, 0.999, 0.5, 1, 0]) {
    scroller().scrollTop = share * scroller().scrollHeight
    await expect
      .poll(() => {
        const { top, bottom } = scroller().getBoundingClientRect()
        const rows = [...document.querySelectorAll('tr[data-row]')].map((row) => row.getBoundingClientRect())
        const head = document.querySelector('thead')?.getBoundingClientRect().bottom ?? top
        return (rows[0]?.top ?? Infinity) <= Math.max(head, top) + 1 && (rows.at(-1)?.bottom ?? 0) >= bottom - 60
      })
      .toBe(true)
  }
})

test('the keys go through the rows in view and beyond, and the row with the focus is always in sight', async () => {
  await openHistory(rowsOf(1_000))
  scroller().focus()
  await userEvent.keyboard('{ArrowDown}')
  expect(focusedRow()).toBe(1_000)
  await userEvent.keyboard('{ArrowDown}j')
  expect(focusedRow()).toBe(998)
  await userEvent.keyboard('k')
  expect(focusedRow()).toBe(999)
  for (const [key, row] of [
    ['End', 1],
    ['ArrowDown', 1],
    ['Home', 1_000],
    ['ArrowUp', 1_000],
  ] as const) {
    await userEvent.keyboard(`{${key}}`)
    await expect.poll(focusedRow).toBe(row)
    const place = document.activeElement?.getBoundingClientRect()
    const { top, bottom } = scroller().getBoundingClientRect()
    expect(place?.top).toBeGreaterThan(top)
    expect(place?.bottom).toBeLessThan(bottom)
  }
  await userEvent.keyboard('{PageDown}{PageUp}')
  await expect.poll(focusedRow).toBe(1_000)
})

test('the focus of a row that is scrolled away goes to the list, and the next key goes on from that row', async () => {
  await openHistory(rowsOf(2_000))
  scroller().focus()
  await userEvent.keyboard('{ArrowDown}{ArrowDown}')
  scroller().scrollTop = 30_000
  await expect.poll(() => document.activeElement === scroller()).toBe(true)
  await userEvent.keyboard('{ArrowDown}')
  await expect.poll(focusedRow).toBe(1_998)
})

test('Shift and the arrows choose a range, X one row, and the box at the top all of them', async () => {
  const { chosen } = await openHistory(rowsOf(100))
  scroller().focus()
  await userEvent.keyboard('{ArrowDown}{Shift>}{ArrowDown}{ArrowDown}{/Shift}')
  expect(chosen()).toEqual([98, 99, 100])
  await userEvent.keyboard('{Shift>}{ArrowUp}{/Shift}')
  expect(chosen()).toEqual([99, 100])
  await userEvent.keyboard('{ArrowDown}x')
  expect(chosen()).toEqual([98, 99, 100])
  await page.getByRole('checkbox', { name: 'Choose run 98' }).click()
  expect(chosen()).toEqual([99, 100])
  await page.getByRole('checkbox', { name: 'Choose run 95' }).click({ modifiers: ['Shift'] })
  expect(chosen()).toEqual([95, 96, 97, 98, 99, 100])
  const all = page.getByRole('checkbox', { name: 'Choose every row' })
  await all.click()
  expect(chosen()).toHaveLength(100)
  await all.click()
  expect(chosen()).toEqual([])
})

test('Space looks into the run at the keyboard; the buttons of a row are about that row', async () => {
  const { did, app } = await openHistory([{ ...finished(2), job: 'nightly' }, finished(1)])
  scroller().focus()
  await userEvent.keyboard(' ')
  expect(did).toEqual([])
  await userEvent.keyboard('{ArrowDown} ')
  await page.getByRole('button', { name: 'Only runs of nightly' }).click()
  await page.getByRole('button', { name: 'Run 1 again' }).click()
  expect(did).toEqual(['preview 2', 'job nightly', 'again 1'])
  await expect.poll(() => app.router.current.path).toBe('/runs/99')
})

test('where a search found its word is marked, as text, and a line of a log leads there', async () => {
  const match = (run: number, line: number | null): SearchMatch => ({
    run,
    in: line === null ? 'error' : 'log',
    text: 'an <b>error</b> came',
    at: 6,
    length: 5,
    line,
  })
  await openHistory([finished(2), finished(1)], new Map([2, 1].map((id) => [id, match(id, id === 2 ? 17 : null)])))
  expect([...document.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['error', 'error'])
  expect(document.querySelectorAll('td b')).toHaveLength(0)
  const link = page.getByRole('link', { name: /^log 17/ })
  await expect.element(link).toHaveAttribute('href', '#/runs/2?tab=logs&line=17')
  await expect.element(page.getByRole('columnheader', { name: 'Found in' })).toBeVisible()
})

test('a list that becomes shorter under the hand keeps the place of what is left', async () => {
  const { list } = await openHistory(rowsOf(5_000))
  scroller().scrollTop = scroller().scrollHeight
  await expect.poll(drawn).toContain(1)
  await list.rerender({ rows: rowsOf(10) })
  await expect.poll(drawn).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
  await expect.element(table).toHaveAttribute('aria-rowcount', '11')
})
