import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { FamilyRow, FeedMessage, RunLive } from '../../src-preload/contract.ts'
import Gantt from '../../src-renderer/lib/components/gantt.svelte'
import { familyRow, runLive } from '../support/run-rows.ts'
import { fakeApp, renderInApp } from './support/fake-app.ts'
import { ack, FakeFeed } from './support/fake-feed.ts'

const done = { lifecycle: 'finished', outcome: 'succeeded', finishedAt: 600 } as const
const rows = page.getByRole('list', { name: 'Timeline' }).getByRole('listitem')
const brush = page.getByTitle('Drag to zoom, double click to see all')

/** The timeline of a run with `family`, at 1,000 ms after the run was made. */
async function openGantt({
  family = [],
  run = {},
  more = false,
}: { family?: FamilyRow[]; run?: Partial<RunLive>; more?: boolean } = {}) {
  const snapshot = (): FeedMessage<FamilyRow, { more: boolean }> => ({
    type: 'snapshot',
    feed: 'family',
    version: 1,
    rows: family.map((row) => ({ key: String(row.id), row })),
    meta: { more },
  })
  const feed = new FakeFeed(() => [snapshot()])
  const app = fakeApp({ feeds: { family: feed.open, ack } })
  app.live.now = 1_000
  const gantt = await renderInApp(Gantt, { run: runLive(run) }, app)
  await expect.poll(() => brush.element().querySelectorAll('i').length).toBeGreaterThan(family.length > 0 ? 1 : 0)
  return { app, gantt, zoom: () => app.router.current.query.get('zoom') }
}

const texts = () => rows.elements().map((row) => row.textContent.replace(/\s+/g, ' ').trim())
const blocksOf = (row: number) => [...(rows.elements()[row]?.querySelectorAll<HTMLElement>('.block') ?? [])]
const spansOf = (row: number) =>
  blocksOf(row).map((block) => {
    const track = block.parentElement?.getBoundingClientRect() ?? new DOMRect()
    const { left, right } = block.getBoundingClientRect()
    return [left, right].map((x) => Math.round(((x - track.left) / track.width) * 100))
  })

test('each run has a row with its time in the queue and under way, from where they were until now', async () => {
  await openGantt({
    family: [familyRow(2, { queuedAt: 100, startedAt: 300 }), familyRow(3, { ...done, startedAt: 200 })],
  })
  await expect.element(rows).toHaveLength(3)
  expect(spansOf(0)).toEqual([
    [0, 5],
    [5, 100],
  ])
  expect(spansOf(1)).toEqual([
    [10, 30],
    [30, 100],
  ])
  expect(spansOf(2)).toEqual([
    [10, 20],
    [20, 60],
  ])
})

test('what runs grows with the clock and ends at it, and what has ended stays', async () => {
  const { app } = await openGantt({ family: [familyRow(2, { ...done, startedAt: 200 })] })
  app.live.now = 2_000
  await expect.poll(() => spansOf(1).at(-1)).toEqual([10, 30])
  expect(spansOf(0).at(-1)?.[1]).toBe(100)
  const now = document.querySelector('.now')?.getBoundingClientRect()
  expect(now?.left).toBeCloseTo(blocksOf(0).at(-1)?.getBoundingClientRect().right ?? 0, -1)
})

test('no bar goes beyond now or backwards, whatever the clocks of the two machines say', async () => {
  const ahead = familyRow(2, { ...done, queuedAt: 900, startedAt: 1_200, finishedAt: 1_100 })
  await openGantt({ family: [ahead, familyRow(3, { ...done, queuedAt: 500, startedAt: 400, finishedAt: 300 })] })
  await expect.element(rows).toHaveLength(3)
  const styles = [1, 2].flatMap(blocksOf).map(({ style }) => [style.left, style.width].map(Number.parseFloat))
  for (const [left = 0, width = 0] of styles) {
    expect(width).toBeGreaterThanOrEqual(0)
    expect(left).toBeGreaterThanOrEqual(0)
    expect(left + width).toBeLessThanOrEqual(110) // until the later of the two
  }
  expect(rows.elements()[1]?.querySelector('.length')).toHaveTextContent('0 ms')
})

test('the keys zoom in and out, move earlier and later, and show all of it again', async () => {
  const { zoom } = await openGantt()
  await userEvent.keyboard('+')
  expect(zoom()).toBe('250-750')
  await userEvent.keyboard('{Shift>}+{/Shift}')
  expect(zoom()).toBe('375-625')
  await userEvent.keyboard('{ArrowRight}')
  expect(zoom()).toBe('438-688')
  await userEvent.keyboard('{ArrowLeft}{ArrowLeft}')
  expect(zoom()).toBe('314-564')
  await userEvent.keyboard('-')
  expect(zoom()).toBe('189-689')
  await userEvent.keyboard('0')
  expect(zoom()).toBeNull()
})

test('moving stops at both ends, and zooming in as far as there is something to see', async () => {
  const { zoom } = await openGantt()
  await userEvent.keyboard('+{ArrowRight}{ArrowRight}{ArrowRight}{ArrowRight}')
  expect(zoom()).toBe('500-1000')
  await userEvent.keyboard('{ArrowLeft>9/}')
  expect(zoom()).toBe('0-500')
  await userEvent.keyboard('++++++++++')
  const [from = 0, to = 0] = (zoom() ?? '').split('-').map(Number)
  expect(to - from).toBe(10)
})

test('the buttons do the same, and those that would do nothing cannot be pressed', async () => {
  const { zoom } = await openGantt()
  const all = page.getByRole('button', { name: 'All' })
  const out = page.getByRole('button', { name: '−' })
  await expect.element(all).toBeDisabled()
  await expect.element(out).toBeDisabled()
  await page.getByRole('button', { name: '+' }).click()
  expect(zoom()).toBe('250-750')
  await out.click()
  expect(zoom()).toBeNull()
  await page.getByRole('button', { name: '+' }).click()
  await all.click()
  expect(zoom()).toBeNull()
})

test('a drag over the brush zooms to the part, a double click shows all of it', async () => {
  const { zoom } = await openGantt()
  const { left, width, top } = brush.element().getBoundingClientRect()
  const at = (share: number) => ({ coords: { x: left + 1 + share * (width - 2), y: top + 9 } })
  await userEvent.pointer([{ ...at(0.8), keys: '[MouseLeft>]' }, at(0.4), '[/MouseLeft]'])
  const [from = 0, to = 0] = (zoom() ?? '').split('-').map(Number)
  expect([Math.round(from / 10), Math.round(to / 10)]).toEqual([40, 80])
  await userEvent.dblClick(brush)
  expect(zoom()).toBeNull()
})

test('a zoom that stands in the address is what is shown, and the ticks are those of it', async () => {
  history.replaceState(null, '', '#/runs/1?zoom=200-300')
  await openGantt({ run: { attempts: [], startedAt: 250 } })
  expect(spansOf(0)).toEqual([
    [-100, 50],
    [50, 200],
  ])
  const ticks = [...document.querySelectorAll('.tick')].map((tick) => tick.textContent)
  expect(ticks).toEqual(['200 ms', '220 ms', '240 ms', '260 ms', '280 ms', ''])
  await expect.element(page.getByText('now', { exact: true })).not.toBeInTheDocument()
})

test('what runs for days can still be seen at ten milliseconds of it', async () => {
  const days = 3 * 86_400_000
  const middle = days / 2
  history.replaceState(null, '', `#/runs/1?zoom=${middle}-${middle + 10}`)
  const { app } = await openGantt()
  app.live.now = days
  await expect.poll(() => spansOf(0).at(-1)?.[1]).toBeGreaterThanOrEqual(100)
  expect(spansOf(0).at(-1)?.[0]).toBeLessThanOrEqual(0)
})

test('many children of one name are one row with how many there are of each state, until it is unfolded', async () => {
  const parts = Array.from({ length: 9 }, (_, at) =>
    familyRow(at + 2, { name: 'part', ...(at < 6 ? done : {}), ...(at === 0 ? { outcome: 'failed' } : {}) }),
  )
  await openGantt({ family: [...parts, familyRow(20, { name: 'list' })] })
  await expect.element(rows).toHaveLength(3)
  expect(texts()[1]).toBe('part ×9 1 failed5 succeeded3 running 0 s')
  const unfold = page.getByRole('button', { name: 'Unfold part ×9' })
  await expect.element(unfold).toHaveAttribute('aria-expanded', 'false')
  await unfold.click()
  await expect.element(rows).toHaveLength(12)
  await page.getByRole('button', { name: 'Fold part ×9' }).click()
  await expect.element(rows).toHaveLength(3)
})

test('seven children of one name are a row each, and folding the run leaves its row alone', async () => {
  await openGantt({ family: Array.from({ length: 7 }, (_, at) => familyRow(at + 2, { name: 'part' })) })
  await expect.element(rows).toHaveLength(8)
  await page.getByRole('button', { name: 'Fold whole' }).click()
  await expect.element(rows).toHaveLength(1)
})

test('what has finished can be hidden, but not whose children are under way', async () => {
  const family = [
    familyRow(2, done),
    familyRow(3, done),
    familyRow(4, { parent: 3 }),
    familyRow(5, { parent: 3, ...done }),
  ]
  await openGantt({ family })
  await expect.element(rows).toHaveLength(5)
  await page.getByLabelText('Hide what has finished').click()
  await expect.element(rows).toHaveLength(3)
  expect(texts().map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(['whole Running', 'part 3', 'part 4'])
})

test('the rows of other runs lead to them; the run itself and its tasks lead nowhere', async () => {
  const task = { task: 1, parent: 0, name: 'watch', since: 60, place: null, waits: [] }
  await openGantt({ family: [familyRow(2)], run: { tasks: [task] } })
  await expect.element(rows).toHaveLength(3)
  const links = rows.elements().map((row) => row.querySelector('a')?.getAttribute('href') ?? null)
  expect(links).toEqual([null, null, '#/runs/2'])
})

test('150 rows are drawn at a time, and a family that is too large says so', async () => {
  const family = Array.from({ length: 320 }, (_, at) => familyRow(at + 2))
  await openGantt({ family, more: true })
  await expect.element(rows).toHaveLength(150)
  await expect.element(page.getByText(/^171 more rows/)).toBeInTheDocument()
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect.element(rows).toHaveLength(300)
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect.element(rows).toHaveLength(321)
  await expect.element(page.getByText(/Only the first 500 runs/)).toBeVisible()
})

test('where all that was spawned has finished and is hidden, the timeline says so and shows it again', async () => {
  await openGantt({ family: [familyRow(2, { ...done, startedAt: 200 })] })
  const hidden = page.getByText(/^All that it has spawned has finished/)
  await expect.element(hidden).not.toBeInTheDocument()
  await page.getByRole('checkbox', { name: 'Hide what has finished' }).click()
  await expect.element(hidden).toBeVisible()
  expect(rows.elements()).toHaveLength(1)
  await page.getByRole('button', { name: 'Show it' }).click()
  await expect.element(rows).toHaveLength(2)
  await expect.element(hidden).not.toBeInTheDocument()
})
