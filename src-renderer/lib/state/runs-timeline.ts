/** All runs over time: lanes of bars, and the scale on which stretches without any are folded. Pure; times are epoch ms. */
import type { ExecutorChoice, TimelineRow } from '../../../src-preload/contract.ts'
import { tickStep, underWay } from './gantt.ts'
import type { Bar, TimeWindow } from './gantt.ts'
import type { Planned } from './next-up.ts'

/** By what runs share a lane: their job, or what a script has in its place; what they run on; or which queue they work for. */
export const laneChoices = ['job', 'executor', 'queue'] as const
export type LaneChoice = (typeof laneChoices)[number]

/** A line of a lane. Runs of one time lie on lines below each other; the lane's name stands at the first. */
export type LaneLine = {
  key: string
  lane: string
  isFirst: boolean
  /** How many runs the lane has. */
  count: number
  runs: TimelineRow[]
  planned: Planned[]
}

/** More runs of one time than that lie on each other. */
const mostLines = 6

/** Below the queues. The middle one is of what ended before it was known. */
const withoutQueue = { none: 'no queue', forgotten: 'before the host began', planned: 'not known yet' }
const restLanes: string[] = Object.values(withoutQueue)

/** `queuesFrom`: since when it is known which queue a run works for. */
export function laneOf(run: TimelineRow, by: LaneChoice, queuesFrom: number): string {
  switch (by) {
    case 'job':
      return run.job ?? run.name
    case 'executor':
      return run.executor
    case 'queue': {
      const isForgotten = run.finishedAt !== null && run.finishedAt < queuesFrom
      return run.queue ?? (isForgotten ? withoutQueue.forgotten : withoutQueue.none)
    }
    default:
      return by satisfies never
  }
}

/** Where a run will be that has none yet: a job may leave to the engine what it runs on. */
export function plannedLane(name: string, by: LaneChoice, executorOf: (job: string) => ExecutorChoice): string {
  if (by === 'job') return name
  if (by === 'queue') return withoutQueue.planned
  const executor = executorOf(name)
  return executor === 'auto' ? 'not chosen yet' : executor
}

const inLaneOrder = (by: LaneChoice) => (a: string, b: string) =>
  (by === 'queue' ? restLanes.indexOf(a) - restLanes.indexOf(b) : 0) || a.localeCompare(b)

/** Puts runs on lines. A run stays on its line as long as it is there, whatever comes and goes. */
export class LinePacker {
  #lineOf = new Map<number, number>()
  #mostLines: number

  constructor(most = mostLines) {
    this.#mostLines = most
  }

  /** The runs of each line, in the order of their starts; a line that has become empty goes. */
  pack(lanes: TimelineRow[][]): TimelineRow[][][] {
    const last = this.#lineOf
    this.#lineOf = new Map()
    return lanes.map((runs) => {
      const lines: TimelineRow[][] = []
      const freeFrom: number[] = []
      for (const run of runs.toSorted((a, b) => a.startedAt - b.startedAt || a.id - b.id)) {
        const free = freeFrom.findIndex((at) => at <= run.startedAt)
        const next = Math.min(freeFrom.length, this.#mostLines - 1)
        const line = last.get(run.id) ?? (free < 0 ? next : free)
        while (lines.length <= line) freeFrom[lines.push([]) - 1] = -Infinity
        lines[line]?.push(run)
        freeFrom[line] = Math.max(freeFrom[line] ?? -Infinity, run.finishedAt ?? Infinity)
      }
      const used = lines.filter((line) => line.length > 0)
      for (const [line, those] of used.entries()) for (const { id } of those) this.#lineOf.set(id, line)
      return used
    })
  }
}

/** The lines of all lanes, by name; what is planned stands on the first line of its lane. */
export function laneLines(
  runs: TimelineRow[],
  planned: { lane: string; planned: Planned }[],
  by: LaneChoice,
  packer: LinePacker,
  queuesFrom = 0,
): LaneLine[] {
  const byLane = Map.groupBy(runs, (run) => laneOf(run, by, queuesFrom))
  const plannedOf = Map.groupBy(planned, ({ lane }) => lane)
  const lanes = [...new Set([...byLane.keys(), ...plannedOf.keys()])].sort(inLaneOrder(by))
  const packed = packer.pack(lanes.map((lane) => byLane.get(lane) ?? []))
  return lanes.flatMap((lane, at) => {
    const lines = packed[at] ?? []
    return (lines.length === 0 ? [[]] : lines).map((line, nth): LaneLine => ({
      key: `${nth} ${lane}`,
      lane,
      isFirst: nth === 0,
      count: byLane.get(lane)?.length ?? 0,
      runs: line,
      planned: nth === 0 ? (plannedOf.get(lane)?.map((each) => each.planned) ?? []) : [],
    }))
  })
}

// ---------------------------------------------------------------- the whole, small

/** A line of the brush takes no more bars than can be told apart: close ones of one look are one. */
export function brushRows(lines: TimelineRow[][], full: TimeWindow, now: number): { key: string; bars: Bar[] }[] {
  const nearMs = (full.to - full.from) / 500
  return lines.map((runs, at) => {
    const bars: Bar[] = []
    for (const run of runs) {
      const bar = underWay(run, now)
      if (bar.to < full.from) continue
      const from = Math.max(full.from, bar.from)
      const before = bars.at(-1)
      if (before?.look === bar.look && from - before.to < nearMs) before.to = Math.max(before.to, bar.to)
      else bars.push({ ...bar, from })
    }
    return { key: String(at), bars }
  })
}

/** The right end of the past that is shown. It moves on in steps that are hardly seen: with each, all that is drawn moves. */
export function recentEdge(now: number, spanMs: number): number {
  const stepMs = spanMs / 720
  return (Math.floor(now / stepMs) + 1) * stepMs
}

/** The `spanMs` before the edge and a little of what comes. */
export const recentWindow = (edge: number, spanMs: number): TimeWindow => ({
  from: edge - spanMs,
  to: edge + spanMs / 8,
})

// ---------------------------------------------------------------- folded time

/** A stretch is folded when it takes this share of what is then left, */
const foldedFrom = 1 / 12
/** but none that takes less than this of all: single short runs would have the whole scale. */
const leastShare = 1 / 120
/** What a folded stretch takes of what is not folded, and of all at least, as it may be that everything is. */
const foldedShare = 1 / 40
const leastFoldedShare = 1 / 1_000

/** The stretches of what is shown in which nothing ran or is planned; none where that is so of all of it. */
export function idleGaps(runs: TimelineRow[], planned: number[], shown: TimeWindow, now: number): TimeWindow[] {
  const isIn = ({ from, to }: TimeWindow) => to >= shown.from && from <= shown.to
  const point = (at: number): TimeWindow => ({ from: at, to: at })
  const things = [...runs.map((run) => underWay(run, now)), ...planned.map(point)].filter(isIn)
  if (things.length === 0) return []
  const busy = [...things, ...[point(now)].filter(isIn)].sort((a, b) => a.from - b.from)
  const idle: TimeWindow[] = []
  let idleFrom = shown.from
  for (const { from, to } of [...busy, { from: shown.to, to: shown.to }]) {
    if (from > idleFrom) idle.push({ from: idleFrom, to: from })
    idleFrom = Math.max(idleFrom, to)
  }
  return worthFolding(idle, shown.to - shown.from)
}

/** With each stretch that is folded there is less left, of which others may take too much. */
function worthFolding(idle: TimeWindow[], spanMs: number): TimeWindow[] {
  let leftMs = spanMs
  for (;;) {
    const leastMs = Math.max(leftMs * foldedFrom, spanMs * leastShare)
    const gaps = idle.filter(({ from, to }) => to - from >= leastMs)
    const nextMs = spanMs - gaps.reduce((sum, { from, to }) => sum + to - from, 0)
    if (nextMs === leftMs) return gaps
    leftMs = nextMs
  }
}

export type Fold = {
  /** What is shown, as it is when folded. */
  shown: TimeWindow
  gaps: TimeWindow[]
  /** Where a moment lies when folded. */
  at: (time: number) => number
  span: (span: TimeWindow) => TimeWindow
}

/** Time in which each of `gaps`, in their order, is only a little long. */
export function foldTime(shown: TimeWindow, gaps: TimeWindow[]): Fold {
  const idleMs = gaps.reduce((sum, { from, to }) => sum + to - from, 0)
  const spanMs = shown.to - shown.from
  const gapMs = Math.max((spanMs - idleMs) * foldedShare, spanMs * leastFoldedShare)
  const at = (time: number): number => {
    let saved = 0
    for (const { from, to } of gaps) {
      if (time <= from) break
      const passed = Math.min(time, to) - from
      saved += passed - (passed / (to - from)) * gapMs
    }
    return time - saved
  }
  const span = ({ from, to }: TimeWindow) => ({ from: at(from), to: at(to) })
  return { shown: span(shown), gaps, at, span }
}

/** Round times of the day that have room on the folded scale; `dayStart`: a midnight before all of it. */
export function clockTicks(shown: TimeWindow, fold: Fold, dayStart: number): { marks: number[]; stepMs: number } {
  const foldedMs = fold.shown.to - fold.shown.from
  const stepMs = tickStep(foldedMs)
  /** What a label takes: it must not run into a gap, nor out of sight. */
  const labelMs = foldedMs / (stepMs < 60_000 ? 10 : 20)
  const marks: number[] = []
  let free = -Infinity
  for (let at = dayStart + Math.ceil((shown.from - dayStart) / stepMs) * stepMs; at <= shown.to; at += stepMs) {
    const place = fold.at(at)
    if (fold.gaps.some(({ from, to }) => at < to && fold.at(from) < place + labelMs)) continue
    if (place < free || place > fold.shown.to - labelMs) continue
    marks.push(at)
    free = place + foldedMs / 10
  }
  return { marks, stepMs }
}

// ---------------------------------------------------------------- from bar to bar

/** What can be chosen on a line, in the order of time. */
export type Stop = { key: string; from: number; to: number }
export const runKey = (id: number): string => `run ${id}`

/** Of a line what lies in `shown`. */
export function stopsOf({ runs, planned }: LaneLine, shown: TimeWindow, now: number): Stop[] {
  const ofRuns = runs.map((run) => ({ key: runKey(run.id), from: run.startedAt, to: run.finishedAt ?? now }))
  const ofPlanned = planned.map(({ key, at }) => ({ key, from: at, to: at }))
  return [...ofRuns, ...ofPlanned].filter(({ from, to }) => to >= shown.from && from <= shown.to)
}

/** Which one a key leads to from `active`; the same where there is none. `lines` are those that have any or not. */
export function stepFrom(lines: Stop[][], active: string | null, key: string): string | null {
  const at = lines.findIndex((line) => line.some((stop) => stop.key === active))
  const line = lines[at]
  if (line === undefined) return lines.find((each) => each.length > 0)?.at(-1)?.key ?? null
  const nth = line.findIndex((stop) => stop.key === active)
  const here = line[nth]
  if (key === 'ArrowRight') return line[nth + 1]?.key ?? active
  if (key === 'ArrowLeft') return line[nth - 1]?.key ?? active
  if (key === 'Home') return line[0]?.key ?? active
  if (key === 'End') return line.at(-1)?.key ?? active
  const others = key === 'ArrowDown' ? lines.slice(at + 1) : lines.slice(0, at).reverse()
  const next = others.find((each) => each.length > 0)
  if (next === undefined || here === undefined) return active
  return next.reduce((best, stop) => (apart(stop, here) < apart(best, here) ? stop : best)).key
}

const apart = (a: Stop, b: Stop): number => Math.max(0, a.from - b.to, b.from - a.to) + Math.abs(a.from - b.from) / 1e6
