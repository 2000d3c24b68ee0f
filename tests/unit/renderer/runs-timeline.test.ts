import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TimelineRow } from '../../../src-preload/contract.ts'
import type { Planned } from '../../../src-renderer/lib/state/next-up.ts'
import {
  brushRows,
  clockTicks,
  foldTime,
  idleGaps,
  laneLines,
  plannedLane,
  LinePacker,
  recentEdge,
  recentWindow,
  stepFrom,
  stopsOf,
} from '../../../src-renderer/lib/state/runs-timeline.ts'
import { timelineRow as row } from '../../support/run-rows.ts'

const planned = (key: string, at: number): Planned => ({ key, at, name: key, from: 'schedule s', href: '#/' })
const ids = (lines: TimelineRow[][]) => lines.map((line) => line.map(({ id }) => id))

describe('lanes', () => {
  const packed = (runs: TimelineRow[]) => ids(new LinePacker().pack([runs])[0] ?? [])

  it('put runs of one time on lines below each other, and others on one', () => {
    expect(packed([row(3, 30, 40), row(2, 5, 20), row(1, 0, 10)])).toEqual([[1, 3], [2]])
    expect(packed([row(1, 0, 10), row(2, 10, 20)])).toEqual([[1, 2]])
    expect(packed([row(1, 0, null), row(2, 500, 600)])).toEqual([[1], [2]])
  })

  it('have no more than six lines; what has no room lies on the last', () => {
    const lines = packed(Array.from({ length: 9 }, (_, at) => row(at + 1, at, null)))
    expect(lines.map((line) => line.length)).toEqual([1, 1, 1, 1, 1, 4])
  })

  it('keep a run on its line when one before it goes, and close a line that is empty', () => {
    const packer = new LinePacker()
    const pack = (...runs: TimelineRow[]) => ids(packer.pack([runs])[0] ?? [])
    expect(pack(row(1, 0, 10), row(2, 5, null), row(3, 12, 20))).toEqual([[1, 3], [2]])
    expect(pack(row(2, 5, null), row(3, 12, 20))).toEqual([[3], [2]])
    expect(pack(row(2, 5, null))).toEqual([[2]])
    expect(pack(row(2, 5, null), row(4, 30, 40))).toEqual([[2], [4]])
  })

  it('never lay two runs of one time on one line, as long as there are lines', () => {
    const runs = fc.array(fc.tuple(fc.nat(100), fc.nat(20)), { maxLength: 40 })
    fc.assert(
      fc.property(runs, (spans) => {
        const rows = spans.map(([from, length], at) => row(at + 1, from, from + length))
        const lines = new LinePacker(40).pack([rows])[0] ?? []
        expect(lines.flat().length).toBe(rows.length)
        for (const line of lines)
          for (const [at, { startedAt }] of line.entries())
            expect(startedAt).toBeGreaterThanOrEqual(line[at - 1]?.finishedAt ?? 0)
      }),
    )
  })

  it('are by job, or what is run in its place, or by executor, in the order of their names', () => {
    const runs = [row(1, 0, 5), row(2, 0, 5, { job: null, name: 'once.ts' }), row(3, 1, 6, { executor: 'process' })]
    const by = (choice: 'job' | 'executor') =>
      laneLines(runs, [{ lane: 'zebra', planned: planned('p', 9) }], choice, new LinePacker()).map(
        ({ lane, isFirst, count, runs: on, planned: next }) =>
          [lane, isFirst, count, on.map(({ id }) => id), next.length] as const,
      )
    expect(by('job')).toEqual([
      ['once.ts', true, 1, [2], 0],
      ['work', true, 2, [1], 0],
      ['work', false, 2, [3], 0],
      ['zebra', true, 0, [], 1],
    ])
    expect(by('executor')).toEqual([
      ['async', true, 2, [1], 0],
      ['async', false, 2, [2], 0],
      ['process', true, 1, [3], 0],
      ['zebra', true, 0, [], 1],
    ])
  })

  it('are by queue with the rest below, and tell what uses none from what is not known', () => {
    const runs = [
      row(1, 5, 9),
      row(2, 0, 3),
      row(3, 0, 3, { queue: 'pages' }),
      row(4, 4, null),
      row(5, 5, 6, { queue: 'zebra' }),
    ]
    const planned_ = { lane: plannedLane('p', 'queue', () => 'auto'), planned: planned('p', 9) }
    const lines = laneLines(runs, [planned_], 'queue', new LinePacker(), 4)
    expect(lines.map(({ lane, runs: on }) => [lane, on.map(({ id }) => id)])).toEqual([
      ['pages', [3]],
      ['zebra', [5]],
      ['no queue', [4]],
      ['no queue', [1]],
      ['before the host began', [2]],
      ['not known yet', []],
    ])
  })
})

describe('folded time', () => {
  const shown = { from: 0, to: 1_000 }

  it('folds what is long without a run, before, between and after, and not what is short', () => {
    const runs = [row(1, 300, 400), row(2, 405, 500)]
    expect(idleGaps(runs, [], shown, 900)).toEqual([
      { from: 0, to: 300 },
      { from: 500, to: 900 },
      { from: 900, to: 1_000 },
    ])
    expect(idleGaps([row(1, 0, null)], [], shown, 950)).toEqual([])
    expect(idleGaps(runs, [700], shown, 600).map(({ from, to }) => [from, to])).toEqual([
      [0, 300],
      [500, 600],
      [600, 700],
      [700, 1_000],
    ])
  })

  it('folds nothing where nothing ran at all, and looks only at what is shown', () => {
    expect(idleGaps([], [], shown, 500)).toEqual([])
    expect(idleGaps([row(1, -50, -10)], [], shown, 2_000)).toEqual([])
    expect(idleGaps([row(1, -50, 500)], [], shown, 2_000)).toEqual([{ from: 500, to: 1_000 }])
  })

  it('folds what has come to take too much of the rest, down to a limit', () => {
    const runs = [row(1, 0, 10), row(2, 40, 50)]
    expect(idleGaps(runs, [], shown, 50)).toEqual([
      { from: 10, to: 40 },
      { from: 50, to: 1_000 },
    ])
    expect(idleGaps([row(1, 0, 1), row(2, 6, 7)], [], shown, 7)).toEqual([{ from: 7, to: 1_000 }])
  })

  it('leaves the rest its length, and every moment its place in the order', () => {
    const gaps = [
      { from: 100, to: 500 },
      { from: 600, to: 1_000 },
    ]
    const { at, shown: folded } = foldTime(shown, gaps)
    expect([0, 100, 300, 500, 600, 1_000].map(at)).toEqual([0, 100, 102.5, 105, 205, 210])
    expect(folded).toEqual({ from: 0, to: 210 })
    fc.assert(
      fc.property(fc.integer({ min: -500, max: 1_500 }), fc.nat(500), (time, later) => {
        expect(at(time + later)).toBeGreaterThanOrEqual(at(time))
      }),
    )
    const plain = foldTime(shown, [])
    expect([plain.shown, plain.at(345)]).toEqual([shown, 345])
  })

  it('still has a length where all of it is folded', () => {
    const gaps = idleGaps([], [400], shown, 0)
    const { at, shown: folded } = foldTime(shown, gaps)
    expect([folded, at(400)]).toEqual([{ from: 0, to: 2 }, 1])
  })

  it('has a scale of round times, none of which is in a gap or on another', () => {
    const whole = { from: 0, to: 3_600_000 }
    expect(clockTicks(whole, foldTime(whole, []), 0)).toEqual({
      marks: [0, 600_000, 1_200_000, 1_800_000, 2_400_000, 3_000_000],
      stepMs: 600_000,
    })
    const fold = foldTime(whole, [{ from: 300_000, to: 3_300_000 }])
    expect(clockTicks(whole, fold, 0)).toEqual({
      marks: [0, 120_000, 240_000, 3_360_000, 3_480_000],
      stepMs: 120_000,
    })
  })

  it('has no mark whose label would run into a gap or out of sight', () => {
    const minutes = { from: 0, to: 240_000 }
    const fold = foldTime(minutes, [
      { from: 0, to: 60_000 },
      { from: 123_000, to: 200_000 },
    ])
    expect(clockTicks(minutes, fold, 0)).toEqual({
      marks: [60_000, 90_000, 210_000],
      stepMs: 30_000,
    })
  })
})

describe('the brush', () => {
  it('has one bar for those that cannot be told apart, and cuts what began before', () => {
    const runs = [row(1, -100, 100), row(2, 100.5, 200), row(3, 201, 300, { outcome: 'failed' }), row(4, 600, null)]
    const bars = brushRows([runs, []], { from: 0, to: 1_000 }, 700).map(({ bars: on }) =>
      on.map(({ from, to, look }) => [from, to, look]),
    )
    expect(bars).toEqual([
      [
        [0, 200, 'succeeded'],
        [201, 300, 'failed'],
        [600, 700, 'running'],
      ],
      [],
    ])
  })

  it('moves on in steps, and shows a little of what comes', () => {
    expect([0, 99, 100, 250].map((now) => recentEdge(now, 72_000))).toEqual([100, 100, 200, 300])
    expect(recentWindow(100_000, 72_000)).toEqual({ from: 28_000, to: 109_000 })
  })
})

describe('keys', () => {
  const shown = { from: 0, to: 100 }
  const lines = laneLines(
    [row(1, 0, 10), row(2, 20, 30), row(3, 22, 40), row(4, 60, 70, { job: 'x' }), row(5, -20, -10)],
    [{ lane: 'x', planned: planned('p', 90) }],
    'job',
    new LinePacker(),
  ).map((line) => stopsOf(line, shown, 80))
  const walk = (from: string | null, ...keys: string[]) =>
    keys.reduce((active, key) => stepFrom(lines, active, key), from)

  it('go along a line and stay at its ends, through what is shown and what is planned', () => {
    expect(lines.map((line) => line.map(({ key }) => key))).toEqual([['run 1', 'run 2'], ['run 3'], ['run 4', 'p']])
    expect(walk('run 1', 'ArrowRight')).toBe('run 2')
    expect(walk('run 2', 'ArrowRight')).toBe('run 2')
    expect(walk('run 2', 'Home', 'ArrowLeft')).toBe('run 1')
    expect(walk('run 4', 'End')).toBe('p')
  })

  it('go to what is nearest in time on the next line, and begin at the newest of the first', () => {
    expect(walk('run 1', 'ArrowDown')).toBe('run 3')
    expect(walk('run 3', 'ArrowUp')).toBe('run 2')
    expect(walk('run 1', 'ArrowDown', 'ArrowDown')).toBe('run 4')
    expect(walk('p', 'ArrowDown')).toBe('p')
    expect(walk(null, 'ArrowDown')).toBe('run 2')
    expect(walk('gone', 'Home')).toBe('run 2')
    expect(stepFrom([[], []], null, 'End')).toBeNull()
  })
})
