import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { FeedMessage, TimelineMeta, TimelineRow } from '../../src-preload/contract.ts'
import RunsTimeline from '../../src-renderer/lib/components/runs-timeline.svelte'
import { runRow, timelineRow } from '../support/run-rows.ts'
import { fakeApp, renderInApp } from './support/fake-app.ts'
import { ack, FakeFeed } from './support/fake-feed.ts'

const minute = 60_000
/** Where the clock stands: a round step of every span. */
const now = 1_000 * 3_600_000
const ago = (minutes: number) => now - minutes * minute
const list = page.getByRole('listbox', { name: 'Runs over time' })
const bars = page.getByRole('option')
const lanes = list.getByRole('group')

type Opening = {
  rows: TimelineRow[]
  query?: string
  completeFrom?: number | null
  slots?: { at: number; schedule: string; job: string }[]
}

async function openTimeline({ rows, query = '', completeFrom = null, slots = [] }: Opening) {
  history.replaceState(null, '', `#/runs?tab=timeline${query}`)
  const asked: number[] = []
  const message = (version: number, told: TimelineRow[]): FeedMessage<TimelineRow, TimelineMeta> => ({
    type: 'snapshot',
    feed: 'timeline',
    version,
    rows: told.map((row) => ({ key: String(row.id), row })),
    meta: { completeFrom, queuesFrom: 0 },
  })
  const feed = new FakeFeed(() => [message(1, rows)])
  const upcoming = slots.map((slot) => ({ ...slot, zone: 'UTC', note: null }))
  const app = fakeApp({
    feeds: {
      timeline: ({ spanMs }) => {
        asked.push(spanMs)
        return feed.open()
      },
      ack,
    },
    schedules: { upcoming: () => Promise.resolve({ rows: upcoming, more: false }) },
  })
  app.live.now = app.live.moving = now
  await renderInApp(RunsTimeline, { scheduled: [] }, app)
  return {
    app,
    asked,
    tell: (told: TimelineRow[]) => feed.send(message(2, told)),
    query: () => app.router.current.query,
  }
}

/** The ends of a bar in percent of what is shown. */
function spanOf(id: number): [number, number] {
  const bar = document.querySelector(`[data-key="run ${id}"]`)
  const track = bar?.parentElement?.getBoundingClientRect() ?? new DOMRect()
  const { left, right } = bar?.getBoundingClientRect() ?? new DOMRect()
  return [((left - track.left) / track.width) * 100, ((right - track.left) / track.width) * 100]
}
const rounded = (id: number) => spanOf(id).map((share) => Math.round(share) + 0)
const whole = '&idle=whole'

test('each run has a bar from its start to its end, in the lane of its job, that says what it is', async () => {
  await openTimeline({
    query: whole,
    rows: [
      timelineRow(3, ago(6), null),
      timelineRow(2, ago(30), ago(15), { outcome: 'failed', attempt: 2 }),
      timelineRow(1, ago(60), ago(45), { job: 'other', name: 'other' }),
    ],
  })
  await expect.element(bars).toHaveLength(3)
  // The hour that is shown, and an eighth of it for what comes: 67.5 minutes.
  expect(rounded(1)).toEqual([0, 22])
  expect(rounded(2)).toEqual([44, 67])
  expect(rounded(3)).toEqual([80, 89])
  expect(lanes.elements().map((lane) => lane.getAttribute('aria-label'))).toEqual(['other', 'work'])
  const words = bars.elements().map((bar) => bar.getAttribute('aria-label')?.replace(/began .*?(?=, ran|$)/, 'began …'))
  expect(words).toEqual([
    'other, run 1: succeeded, began …, ran 15 m 00 s',
    'work, run 2: failed, attempt 2, began …, ran 15 m 00 s',
    'work, run 3: running, began …',
  ])
})

test('what runs grows with the clock and ends at the line of now; paused it stands still', async () => {
  const { app } = await openTimeline({ query: `${whole}&span=15m`, rows: [timelineRow(1, ago(3), null)] })
  await expect.element(bars).toHaveLength(1)
  const before = spanOf(1)
  app.live.moving = now + 1_000
  await expect.poll(() => spanOf(1)[1]).toBeGreaterThan(before[1])
  expect(spanOf(1)[0]).toBe(before[0])
  const line = document.querySelector('.now')?.getBoundingClientRect().left
  expect(line).toBeCloseTo(document.querySelector('[data-key="run 1"]')?.getBoundingClientRect().right ?? 0, -1)
})

test('what has come in is drawn, and stays away while paused', async () => {
  const { app, tell } = await openTimeline({ query: whole, rows: [timelineRow(1, ago(3), null)] })
  await expect.element(bars).toHaveLength(1)
  app.live.toggle()
  tell([timelineRow(2, ago(1), null), timelineRow(1, ago(3), null)])
  await expect.poll(() => app.live.held).toBeGreaterThan(0)
  expect(bars.elements().length).toBe(1)
  app.live.toggle()
  app.live.now = app.live.moving = now
  await expect.element(bars).toHaveLength(2)
})

test('idle time is folded to a mark, and given its length again by the switch', async () => {
  const { query } = await openTimeline({ rows: [timelineRow(1, ago(50), ago(40)), timelineRow(2, ago(10), null)] })
  await expect.element(bars).toHaveLength(2)
  const gaps = () => document.querySelectorAll('.row:not(.head) .gap').length
  expect(gaps()).toBeGreaterThan(0)
  const titles = [...document.querySelectorAll<HTMLElement>('.head .gap')].map(({ title }) => title)
  expect(titles).toEqual(['Nothing ran for 9 m 55 s', 'Nothing ran for 30 m 00 s', 'Nothing is planned for 7 m 35 s'])
  const width = () => spanOf(1)[1] - spanOf(1)[0]
  const folded = width()
  await page.getByRole('checkbox', { name: 'Fold idle time' }).click()
  await expect.poll(gaps).toBe(0)
  expect(query().get('idle')).toBe('whole')
  expect(width()).toBeLessThan(folded / 2)
})

test('the span is in the address, and another one is asked for and looked at whole', async () => {
  const { asked, query } = await openTimeline({
    query: `&zoom=${ago(20)}-${ago(10)}`,
    rows: [timelineRow(1, ago(3), null)],
  })
  await expect.poll(() => asked).toEqual([60 * minute])
  await page.getByRole('button', { name: '6 h' }).click()
  await expect.poll(() => asked).toEqual([60 * minute, 360 * minute])
  expect([query().get('span'), query().get('zoom'), query().get('tab')]).toEqual(['6h', null, 'timeline'])
})

test('lanes can be by executor or by queue instead', async () => {
  const { query } = await openTimeline({
    rows: [timelineRow(1, ago(9), ago(8), { executor: 'process' }), timelineRow(2, ago(3), null, { queue: 'pages' })],
  })
  await expect.element(lanes).toHaveLength(1)
  await page.getByRole('group', { name: 'Lanes by' }).getByRole('button', { name: 'Executor' }).click()
  await expect.poll(() => lanes.elements().map((lane) => lane.getAttribute('aria-label'))).toEqual(['async', 'process'])
  expect(query().get('lanes')).toBe('executor')
  await page.getByRole('group', { name: 'Lanes by' }).getByRole('button', { name: 'Queue' }).click()
  await expect
    .poll(() => lanes.elements().map((lane) => lane.getAttribute('aria-label')))
    .toEqual(['pages', 'no queue'])
})

test('what is planned soon has a hollow mark to the right of now, and the next is named', async () => {
  await openTimeline({
    query: whole,
    rows: [timelineRow(1, ago(3), null)],
    slots: [
      { at: now + 2 * minute, schedule: 'often', job: 'work' },
      { at: now + 5 * minute, schedule: 'daily', job: 'rare' },
      { at: now + 50 * minute, schedule: 'later', job: 'far' },
    ],
  })
  await expect.element(bars).toHaveLength(3)
  expect(lanes.elements().map((lane) => lane.getAttribute('aria-label'))).toEqual(['rare', 'work'])
  const line = document.querySelector('.now')?.getBoundingClientRect().left ?? 0
  for (const mark of document.querySelectorAll('.planned'))
    expect(mark.getBoundingClientRect().left).toBeGreaterThan(line)
  await expect.element(page.getByText('Next: work in 2 m, schedule often')).toBeVisible()
})

test('a drag over the brush shows that part, and the keys that of a run do the same', async () => {
  const { query } = await openTimeline({ query: whole, rows: [timelineRow(1, ago(30), null)] })
  await expect.element(bars).toHaveLength(1)
  const brush = page.getByTitle('Drag to zoom, double click to see all')
  const { left, width, top } = brush.element().getBoundingClientRect()
  const at = (share: number) => ({ coords: { x: left + 1 + share * (width - 2), y: top + 9 } })
  await userEvent.pointer([{ ...at(0.2), keys: '[MouseLeft>]' }, at(0.6), '[/MouseLeft]'])
  const [from = 0, to = 0] = (query().get('zoom') ?? '').split('-').map(Number)
  expect([from, to].map((time) => Math.round((time - ago(60)) / minute))).toEqual([14, 41])
  expect(rounded(1)[0]).toBeGreaterThan(50)
  await userEvent.keyboard('0')
  expect(query().get('zoom')).toBeNull()
  await userEvent.keyboard('+')
  expect(query().get('zoom')).not.toBeNull()
})

test('one stop of the Tab key: arrows go from bar to bar, which are told below, and Enter opens the run', async () => {
  await openTimeline({
    rows: [
      timelineRow(3, ago(5), null, { job: 'z' }),
      timelineRow(2, ago(20), ago(10)),
      timelineRow(1, ago(40), ago(30)),
    ],
  })
  await expect.element(bars).toHaveLength(3)
  list.element().focus()
  const chosen = () =>
    document.getElementById(list.element().getAttribute('aria-activedescendant') ?? '')?.dataset['key']
  await expect.poll(chosen).toBe('run 2')
  await userEvent.keyboard('{ArrowLeft}')
  expect(chosen()).toBe('run 1')
  await expect.element(page.getByText(/^work, run 1: succeeded, began .*, ran 10 m 00 s$/)).toBeVisible()
  await userEvent.keyboard('{ArrowDown}')
  expect(chosen()).toBe('run 3')
  await expect.element(page.getByText(/^work, run 3: running, began .*, runs for 5 m 00 s$/)).toBeVisible()
  await userEvent.keyboard('{Enter}')
  expect(location.hash).toBe('#/runs/3')
})

test('a click opens the run under the hand, and the hand over it is enough to be told of it', async () => {
  await openTimeline({ rows: [timelineRow(7, ago(40), ago(30))] })
  await bars.first().hover()
  await expect.element(page.getByText(/^work, run 7: succeeded/)).toBeVisible()
  await bars.first().click()
  expect(location.hash).toBe('#/runs/7')
})

test('of many lanes those that can be seen are drawn, and the arrows lead to all of them', async () => {
  const rows = Array.from({ length: 300 }, (_, at) =>
    timelineRow(at + 1, ago(40), ago(30), { job: `job ${String(at).padStart(3, '0')}` }),
  )
  await openTimeline({ rows })
  await expect.poll(() => lanes.elements().length).toBeGreaterThan(10)
  expect(lanes.elements().length).toBeLessThan(60)
  list.element().focus()
  for (let step = 0; step < 100; step += 1) await userEvent.keyboard('{ArrowDown}')
  const active = document.getElementById(list.element().getAttribute('aria-activedescendant') ?? '')
  expect(active?.dataset['key']).toBe('run 101')
  const box = active?.getBoundingClientRect() ?? new DOMRect()
  const room = list.element().closest('.scrolling')?.getBoundingClientRect() ?? new DOMRect()
  expect([box.top >= room.top, box.bottom <= room.bottom]).toEqual([true, true])
})

test('that nothing ran is said with ways on, and that too much did', async () => {
  const { query } = await openTimeline({ rows: [] })
  await expect.element(page.getByText('Nothing ran in the last hour')).toBeVisible()
  await page.getByRole('button', { name: 'Look back 24 hours' }).click()
  expect(query().get('span')).toBe('24h')
  await expect.element(page.getByText('Nothing ran in the last 24 hours')).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Look back 24 hours' })).not.toBeInTheDocument()
})

test('that some of it is left out is said, as long as that is in sight', async () => {
  await openTimeline({ rows: [timelineRow(1, ago(3), null)], completeFrom: ago(20) })
  await expect.element(page.getByText(/^Too much ended to show all of it/)).toBeVisible()
})

test('a run that is delayed is planned too', async () => {
  history.replaceState(null, '', '#/runs?tab=timeline')
  const app = fakeApp({
    feeds: {
      timeline: () =>
        new FakeFeed<FeedMessage<TimelineRow, TimelineMeta>>(() => [
          { type: 'snapshot', feed: 't', version: 1, rows: [], meta: { completeFrom: null, queuesFrom: 0 } },
        ]).open(),
      ack,
    },
    schedules: { upcoming: () => Promise.resolve({ rows: [], more: false }) },
  })
  app.live.now = app.live.moving = now
  const delayed = runRow(9, { name: 'late', lifecycle: 'scheduled', dueAt: now + minute, attempt: 0, startedAt: null })
  await renderInApp(RunsTimeline, { scheduled: [delayed] }, app)
  await expect.element(bars).toHaveLength(1)
  await bars.first().click()
  expect(location.hash).toBe('#/runs/9')
})
