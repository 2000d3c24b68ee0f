import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import type { Lifecycle, RunRow } from '../../src-preload/contract.ts'
import type { PlacedRow } from '../../src-renderer/lib/state/frozen-rows.ts'
import { runRow } from '../support/run-rows.ts'
import { fakeApp, renderInApp } from './support/fake-app.ts'
import ScrolledRuns from './support/scrolled-runs.svelte'

const table = page.getByRole('table', { name: 'Unfinished runs by state' })
const scroller = () => document.querySelector<HTMLElement>('.scrolling') ?? document.body
const drawn = () => [...document.querySelectorAll<HTMLElement>('tr[data-row]')].map((row) => Number(row.dataset['row']))
const titles = () => [...document.querySelectorAll('th.group')].map((title) => title.textContent)
const none = { scheduled: 0, queued: 0, running: 0, stopping: 0, finished: 0 }

const placed = (id: number, lifecycle: Lifecycle, changes: Partial<RunRow> = {}): PlacedRow<RunRow, Lifecycle> => ({
  key: String(id),
  row: runRow(id, { lifecycle, ...changes }),
  group: lifecycle,
  hasLeft: false,
})
const many = (from: number, count: number, lifecycle: Lifecycle) =>
  Array.from({ length: count }, (_, at) => placed(from + at, lifecycle))

async function openRuns(rows: PlacedRow<RunRow, Lifecycle>[], counts: Partial<Record<Lifecycle, number>>) {
  const shown = { ...none }
  for (const { group } of rows) shown[group] += 1
  const meta = { counts: { ...none, ...counts }, shown, deadlocks: [] }
  const app = fakeApp()
  app.live.now = 10_050
  const list = await renderInApp(ScrolledRuns, { placed: rows, meta }, app)
  await expect.poll(() => drawn().length).toBeGreaterThan(0)
  return { list, app, meta }
}

test('groups stand in the order of urgency under their titles, with how many there are of each', async () => {
  const rows = [placed(3, 'queued'), placed(1, 'running'), placed(4, 'scheduled'), placed(2, 'stopping')]
  await openRuns(rows, { queued: 12_000, running: 1, scheduled: 1, stopping: 1 })
  expect(titles()).toEqual(['Stopping1', 'Running1', 'Queued12,000', 'Scheduled1'])
  expect(drawn()).toEqual([2, 1, 3, 4])
  await expect.element(page.getByText(/^11,999 more not shown/)).toBeVisible()
})

test('rows have their place among all there are, also those that are not shown or not drawn', async () => {
  await openRuns([...many(1, 300, 'running'), ...many(1_001, 2, 'queued')], { running: 5_000, queued: 2 })
  await expect.element(table).toHaveAttribute('aria-rowcount', '5005')
  expect(document.querySelector('tr[data-row="1"]')).toHaveAttribute('aria-rowindex', '3')
  expect(drawn().length).toBeLessThan(60)
  scroller().scrollTop = scroller().scrollHeight
  await expect.poll(drawn).toContain(1_002)
  expect(document.querySelector('tr[data-row="300"]')).toHaveAttribute('aria-rowindex', '302')
  expect(document.querySelector('tr[data-row="1001"]')).toHaveAttribute('aria-rowindex', '5004')
  expect(drawn().length).toBeLessThan(60)
})

test('a run that was opened by the keyboard and leaves the list leaves the focus to the list', async () => {
  const { list, meta } = await openRuns([placed(1, 'running'), placed(2, 'running')], { running: 2 })
  ;(page.getByRole('link', { name: 'run 2' }).element() as HTMLElement).focus()
  await list.rerender({ placed: [placed(1, 'running')], meta })
  await expect.poll(() => document.activeElement === scroller()).toBe(true)
})

test('a run that has left stays in its place as long as the hand is there, says so, and cannot be cancelled', async () => {
  await openRuns([{ ...placed(1, 'running'), hasLeft: true }, placed(2, 'running')], { running: 1 })
  expect(document.querySelector('tr[data-row="1"]')).toMatchTextContent(/has finished/)
  await expect.element(page.getByRole('button', { name: 'Cancel run 1' })).not.toBeInTheDocument()
  await expect.element(page.getByRole('button', { name: 'Cancel run 2' })).toBeVisible()
})

test('what a run does is said in its row: how long, how far, which try', async () => {
  const progress = { done: 312, total: 2_000, note: 'hashing' }
  await openRuns(
    [placed(1, 'running', { progress, attempt: 2 }), placed(2, 'scheduled', { startedAt: null, attempt: 0 })],
    {
      running: 1,
      scheduled: 1,
    },
  )
  const cells = (id: number) =>
    [...document.querySelectorAll(`tr[data-row="${id}"] td.number`)].map((cell) => cell.textContent.trim())
  expect(cells(1)).toEqual(['10 s', '10 s ago', '2'])
  expect(cells(2)).toEqual(['–', '–', '–'])
  await expect.element(page.getByRole('meter', { name: 'Progress of run 1' })).toHaveAttribute('aria-valuenow', '312')
  await expect.element(page.getByText('312 / 2,000 · hashing')).toBeVisible()
})

test('cancelling from a row asks about that run', async () => {
  const { app } = await openRuns([placed(7, 'queued', { name: 'nightly', startedAt: null })], { queued: 1 })
  await page.getByRole('button', { name: 'Cancel run 7' }).click()
  expect(app.runActions.cancelling).toEqual([{ id: 7, name: 'nightly' }])
})
