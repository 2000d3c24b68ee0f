import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunLive } from '../../../src-preload/contract.ts'
import {
  barsOf,
  fullWindow,
  ganttRows,
  panBy,
  percentOf,
  placeOf,
  ticks,
  windowOfText,
  windowText,
  zoomBy,
  zoomTo,
} from '../../../src-renderer/lib/state/gantt.ts'
import { familyRow, runLive } from '../../support/run-rows.ts'

const done = { lifecycle: 'finished', outcome: 'succeeded', finishedAt: 400 } as const
const run = runLive()
const untouched = { toDepth: null, toggled: new Set<string>(), hidesFinished: false }
const keys = (...args: Parameters<typeof ganttRows>) => ganttRows(...args).map(({ key }) => key)

describe('requirement 12: bars', () => {
  it('of waiting and of running are apart, and what runs ends now', () => {
    expect(barsOf(familyRow(2), 500)).toEqual([
      { kind: 'queue', from: 100, to: 150, look: 'queued', isOpen: false },
      { kind: 'run', from: 150, to: 500, look: 'running', isOpen: true },
    ])
    expect(barsOf(familyRow(2, { lifecycle: 'queued', startedAt: null }), 500)).toEqual([
      { kind: 'queue', from: 100, to: 500, look: 'queued', isOpen: true },
    ])
  })

  it('are never longer than until now nor shorter than nothing, whatever the clocks say', () => {
    const instant = fc.integer({ min: 0, max: 1_000 })
    fc.assert(
      fc.property(
        fc.record({
          createdAt: instant,
          queuedAt: fc.option(instant),
          startedAt: fc.option(instant),
          finishedAt: fc.option(instant),
        }),
        instant,
        (times, now) => {
          for (const { from, to } of barsOf(familyRow(2, times), now)) {
            expect(to).toBeGreaterThanOrEqual(from)
            expect(to).toBeLessThanOrEqual(Math.max(now, from))
          }
        },
      ),
    )
  })

  it('of a run that was tried again are one for each attempt', () => {
    const first = { ...run.attempts[0], startedAt: 50, endedAt: 90, state: 'failed' } as RunLive['attempts'][number]
    const second = { ...run.attempts[0], number: 2, startedAt: 200 } as RunLive['attempts'][number]
    const [row] = ganttRows({ ...run, attempts: [first, second] }, [], 300, untouched)
    expect(row?.bars.map(({ kind, from, to, look }) => [kind, from, to, look])).toEqual([
      ['queue', 0, 50, 'queued'],
      ['run', 50, 90, 'failed'],
      ['run', 200, 300, 'running'],
    ])
  })
})

describe('requirement 14: rows', () => {
  const family = Array.from({ length: 64 }, (_, index) =>
    familyRow(index + 2, { name: 'part', ...(index < 60 ? done : {}), ...(index === 3 ? { outcome: 'failed' } : {}) }),
  )

  it('fold 64 children of one name into one with how many there are of each state', () => {
    const rows = ganttRows(run, family, 500, untouched)
    expect(rows.map(({ key }) => key)).toEqual(['run', 'many 1 part'])
    expect(rows[1]).toMatchObject({ label: 'part ×64', isFolded: true })
    expect(rows[1]?.counts.map(({ words, count }) => [words.word, count])).toEqual([
      ['Succeeded', 59],
      ['Failed', 1],
      ['Running', 4],
    ])
    expect(rows[1]?.bars.map(({ kind, look, to }) => [kind, look, to])).toEqual([
      ['queue', 'queued', 150],
      ['run', 'failed', 500],
    ])
  })

  it('stay folded or open as they were chosen when the family changes', () => {
    const open = { ...untouched, toggled: new Set(['many 1 part']) }
    expect(keys(run, family, 500, open)).toHaveLength(66)
    expect(keys(run, [...family, familyRow(80, { name: 'part' })], 600, open)).toHaveLength(67)
    expect(keys(run, family, 500, { ...open, toggled: new Set(['run']) })).toEqual(['run'])
  })

  it('leave out what has finished, but not who has unfinished children', () => {
    const some = [
      familyRow(2, done),
      familyRow(3, done),
      familyRow(4, { parent: 3 }),
      familyRow(5, { parent: 3, ...done }),
    ]
    expect(keys(run, some, 500, { ...untouched, hidesFinished: true })).toEqual(['run', 'run 3', 'run 4'])
    expect(keys(run, some, 500, untouched)).toEqual(['run', 'run 2', 'run 3', 'run 4', 'run 5'])
  })

  it('have the tasks of the live attempt, each under its own', () => {
    const task = (number: number, parent: number | null) => ({
      task: number,
      parent,
      name: '',
      since: 60,
      place: null,
      waits: [],
    })
    const rows = ganttRows({ ...run, tasks: [task(0, null), task(1, 0), task(2, 1)] }, [], 500, untouched)
    expect(rows.map(({ key, depth }) => [key, depth])).toEqual([
      ['run', 0],
      ['task 1', 1],
      ['task 2', 2],
    ])
  })
})

describe('requirement 13: the window over time', () => {
  const full = { from: 0, to: 1_000 }

  it('grows with a run that is not over and ends with one that is', () => {
    expect(fullWindow(run, [familyRow(2, done)], 5_000)).toEqual({ from: 0, to: 5_000 })
    expect(fullWindow({ ...run, lifecycle: 'finished', finishedAt: 2_000 }, [familyRow(2, done)], 5_000).to).toBe(2_000)
  })

  it('zooms around its middle, stays inside, and is no zoom when all is shown', () => {
    expect(zoomBy(full, full, 0.5)).toEqual({ from: 250, to: 750 })
    expect(zoomBy({ from: 0, to: 100 }, full, 2)).toEqual({ from: 0, to: 200 })
    expect(zoomBy({ from: 250, to: 750 }, full, 2)).toBeNull()
    expect(panBy({ from: 250, to: 750 }, full, 1)).toEqual({ from: 500, to: 1_000 })
    expect(panBy({ from: 250, to: 750 }, full, -9)).toEqual({ from: 0, to: 500 })
    expect(zoomTo({ from: 10, to: 10 }, full)).toEqual({ from: 10, to: 20 })
  })

  it('cuts bars a window outside, and has no place for those that are elsewhere', () => {
    const shown = { from: 100, to: 200 }
    expect(placeOf({ from: 120, to: 150 }, shown)).toEqual({ left: 20, width: 30 })
    expect(placeOf({ from: -1e12, to: 1e12 }, shown)).toEqual({ left: -100, width: 300 })
    expect(placeOf({ from: 0, to: 100 }, shown)).toEqual({ left: -100, width: 100 })
    expect(placeOf({ from: 0, to: 99 }, shown)).toBeNull()
    expect(placeOf({ from: 201, to: 300 }, shown)).toBeNull()
  })

  it('has round ticks, few enough to be read', () => {
    expect(ticks({ from: 1_000, to: 61_000 }, 1_000).map(({ sinceMs }) => sinceMs)).toEqual([
      0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000,
    ])
    expect(percentOf(31_000, { from: 1_000, to: 61_000 })).toBe(50)
  })
})

it('a window stands in the address and comes back; what is none is left alone', () => {
  const window = { from: 1_700_000_000_000, to: 1_700_000_004_500 }
  expect(windowOfText(windowText(window))).toEqual(window)
  expect(['', '5-1', '1-2', 'a-b', '1-2-3', null].map((text) => windowOfText(text))).toEqual(Array(6).fill(null))
})
