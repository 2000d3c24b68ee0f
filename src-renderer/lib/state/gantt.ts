/** A run, what it has spawned and its tasks as rows of bars over time. Pure; times are epoch ms. */
import type { FamilyRow, RunLive } from '../../../src-preload/contract.ts'
import { familyTree, spanOfMembers } from './family-tree.ts'
import type { TreeChoice, TreeRow } from './family-tree.ts'
import { attemptWords, runWords } from './run-words.ts'
import type { StateLook } from './run-words.ts'

/** `queue`: it waits to be started; `run`: it is under way. `isOpen`: it ends at the now-line. */
export type Bar = { kind: 'queue' | 'run'; from: number; to: number; look: StateLook; isOpen: boolean }
export type GanttRow = TreeRow & { bars: Bar[] }

type Spans = Pick<FamilyRow, 'createdAt' | 'queuedAt' | 'dueAt' | 'startedAt' | 'finishedAt' | 'lifecycle' | 'outcome'>

/** No bar ends after now, and none before it begins. */
function bar(kind: Bar['kind'], from: number, to: number | null, now: number, look: StateLook): Bar {
  const end = Math.min(to ?? now, Math.max(now, from))
  return { kind, from, to: Math.max(from, end), look, isOpen: to === null }
}

/** Time in the queue and time under way, apart. */
export function barsOf(run: Spans, now: number): Bar[] {
  const queuedFrom = run.queuedAt ?? run.createdAt
  const bars: Bar[] = []
  const queueLook = run.lifecycle === 'scheduled' ? 'scheduled' : 'queued'
  if (run.startedAt === null || run.startedAt > queuedFrom)
    bars.push(bar('queue', queuedFrom, run.startedAt ?? run.finishedAt, now, queueLook))
  if (run.startedAt !== null) bars.push(underWay({ ...run, startedAt: run.startedAt }, now))
  return bars
}

/** The time under way alone. */
export const underWay = (
  run: Pick<Spans, 'finishedAt' | 'lifecycle' | 'outcome'> & { startedAt: number },
  now: number,
): Bar => bar('run', run.startedAt, run.finishedAt, now, runWords(run).look)

/** Of the run itself every attempt has a bar, and the time before the first one. */
function barsOfAttempts(run: RunLive, now: number): Bar[] {
  const [first] = run.attempts
  if (first === undefined) return barsOf(run, now)
  const queuedFrom = Math.min(run.createdAt, first.startedAt)
  const queue = first.startedAt > queuedFrom ? [bar('queue', queuedFrom, first.startedAt, now, 'queued')] : []
  return [
    ...queue,
    ...run.attempts.map(({ startedAt, endedAt, state }) => {
      const look = state === 'running' ? runWords(run).look : attemptWords(state).look
      return bar('run', startedAt, endedAt, now, look)
    }),
  ]
}

/** The rows from top to bottom: the run, its tasks, its children, and theirs. */
export const ganttRows = (run: RunLive, family: FamilyRow[], now: number, choice: TreeChoice): GanttRow[] =>
  familyTree(run, family, choice).map((row) => ({ ...row, bars: barsOfRow(row, now) }))

function barsOfRow({ of, words }: TreeRow, now: number): Bar[] {
  switch (of.is) {
    case 'own':
      return barsOfAttempts(of.run, now)
    case 'run':
      return barsOf(of.run, now)
    case 'task':
      return [bar('run', of.task.since, null, now, words.look)]
    case 'group':
    case 'many': {
      const { queuedFrom, startedAt, endedAt } = spanOfMembers(of.members)
      const hasWaited = startedAt === null || startedAt > queuedFrom
      return [
        ...(hasWaited ? [bar('queue', queuedFrom, startedAt ?? endedAt, now, 'queued')] : []),
        ...(startedAt === null ? [] : [bar('run', startedAt, endedAt, now, words.look)]),
      ]
    }
    default:
      return of satisfies never
  }
}

// ---------------------------------------------------------------- the window over time

export type TimeWindow = { from: number; to: number }
const narrowestMs = 10

/** A window as it stands in an address. */
export const windowText = ({ from, to }: TimeWindow): string => `${Math.round(from)}-${Math.round(to)}`
/** Null for what is no window. */
export function windowOfText(text: string | null): TimeWindow | null {
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(text ?? '') ?? []
  const window = { from: Number(from), to: Number(to) }
  return window.to - window.from >= narrowestMs ? window : null
}

/** All that there is to see; it grows while the run is not over. */
export function fullWindow(run: RunLive, family: FamilyRow[], now: number): TimeWindow {
  const ends = [run, ...family].map(({ finishedAt }) => finishedAt ?? now)
  const from = Math.min(run.createdAt, run.queuedAt ?? run.createdAt)
  return { from, to: Math.max(from + 1_000, ...ends) }
}

/** `window` moved and cut so that it lies in `full`; the whole of it is no zoom. */
export function zoomTo(wanted: TimeWindow, full: TimeWindow): TimeWindow | null {
  const span = Math.max(narrowestMs, wanted.to - wanted.from)
  if (span >= full.to - full.from) return null
  const from = Math.min(Math.max(full.from, wanted.from), full.to - span)
  return { from, to: from + span }
}

/** Around its middle; a factor below 1 shows less. */
export function zoomBy(shown: TimeWindow, full: TimeWindow, factor: number): TimeWindow | null {
  const [middle, half] = [(shown.from + shown.to) / 2, ((shown.to - shown.from) * factor) / 2]
  return zoomTo({ from: middle - half, to: middle + half }, full)
}

/** By a share of what is shown; negative is earlier. */
export function panBy(shown: TimeWindow, full: TimeWindow, share: number): TimeWindow | null {
  const by = (shown.to - shown.from) * share
  return zoomTo({ from: shown.from + by, to: shown.to + by }, full)
}

const steps = [
  10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
  1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
]

/** A round span that lies about six times in `spanMs`. */
export const tickStep = (spanMs: number): number => steps.find((each) => spanMs / each <= 7) ?? spanMs / 5

/** Round times since `origin` that lie in `shown`, about six of them. */
export function ticks(shown: TimeWindow, origin: number): { at: number; sinceMs: number }[] {
  const step = tickStep(shown.to - shown.from)
  const first = Math.ceil((shown.from - origin) / step)
  const last = Math.floor((shown.to - origin) / step)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const sinceMs = (first + index) * step
    return { at: origin + sinceMs, sinceMs }
  })
}

/**
 * Where a bar stands, in percent of what is shown; null: nowhere. What reaches out is cut a window's width outside: a browser
 * takes no lengths of millions of pixels, and would draw nothing of a long bar that is looked at closely.
 */
export function placeOf(bar: TimeWindow, shown: TimeWindow): { left: number; width: number } | null {
  if (bar.to < shown.from || bar.from > shown.to) return null
  const [left, right] = [Math.max(-100, percentOf(bar.from, shown)), Math.min(200, percentOf(bar.to, shown))]
  return { left, width: right - left }
}

/** Where an instant stands, in percent of what is shown. */
export const percentOf = (at: number, { from, to }: TimeWindow): number => ((at - from) / (to - from)) * 100
