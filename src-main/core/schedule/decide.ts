import type { CatchUp, NoRunReason, Overlap } from '../../../src-preload/schedule-policy.ts'
import type { Timetable } from './timetable.ts'

/**
 * What becomes of a slot, once and for all:
 *
 * - `run`: a run is made, in time.
 * - `late`: a run is made, because the schedule catches up.
 * - `skipped`: it could have run and must not: by the overlap policy, by its conditions, or the schedule was paused.
 * - `missed`: it passed while nobody could decide it, and the schedule does not catch up with it.
 */
export type Decision = RunDecision | NoRunDecision

export type RunDecision = {
  outcome: 'run' | 'late'
  slot: number
  /** When the run becomes due; null: as soon as no earlier run of the schedule is unfinished. */
  dueAt: number | null
  cancelsEarlier: boolean
}

/** Stands for all slots from `slot` to `through`. */
export type NoRunDecision = {
  outcome: 'skipped' | 'missed'
  slot: number
  through: number
  /** How many they are; null: more than 100. */
  count: number | null
  why: NoRunReason
}

export type Question = {
  timetable: Timetable
  /** Every slot up to here is decided. */
  cursor: number
  now: number
  catchUp: CatchUp
  overlap: Overlap
  /** Runs of the schedule that have not finished, and slots that wait for their end. */
  unfinished: number
  waiting: number
  /** A condition does not hold that runs of the schedule are not to wait for. */
  isHeldOff: boolean
  jitterMs: number
  /** Of the jitter: the same seed and slot give the same moment. */
  seed: number
}

/** A slot that is decided within this is in time: a turn may take long, and a machine that wakes has much to do. */
export const IN_TIME_MS = 60_000
/** Slots of one schedule that may wait for the end of an earlier run. */
const LONGEST_QUEUE = 100
const COUNTED = 100

/**
 * Decides every slot after the cursor up to now. The new cursor is never before the old one, whatever the clock does, so no
 * slot is decided twice. What is not asked for by the catch-up policy makes at most one run.
 */
export function decide(question: Question): { decisions: Decision[]; cursor: number } {
  const { timetable, cursor, now } = question
  const newest = timetable.previous(now + 1, cursor)
  if (newest === null) return { decisions: [], cursor }
  const candidates = candidatesOf(question, newest)
  const missed = noRuns(timetable, cursor, (candidates[0] ?? newest + 1) - 1, 'missed', whyMissed(question, candidates))
  return { decisions: [...missed, ...decideCandidates(question, candidates)], cursor: newest }
}

/** One decision for all slots after `after` up to `until`; none when there are none. */
export function noRuns(
  timetable: Timetable,
  after: number,
  until: number,
  outcome: NoRunDecision['outcome'],
  why: NoRunReason,
): NoRunDecision[] {
  const through = timetable.previous(until + 1, after)
  const slot = timetable.next(after)
  if (through === null || slot === null) return []
  let count = 1
  for (let next = timetable.next(slot); next !== null && next <= through && count <= COUNTED; count += 1)
    next = timetable.next(next)
  return [{ outcome, slot, through, count: count > COUNTED ? null : count, why }]
}

/** The slots for which a run is to be made, unless another policy forbids it; oldest first. */
function candidatesOf({ timetable, cursor, now, catchUp, overlap }: Question, newest: number): number[] {
  if (catchUp.policy === 'skip') return now - newest <= IN_TIME_MS ? [newest] : []
  const oldest = now - Math.max(catchUp.windowMs, IN_TIME_MS)
  if (newest < oldest) return []
  // Of runs that cancel each other only the last one would be left.
  if (catchUp.policy === 'once' || overlap === 'cancel') return [newest]
  const slots = [newest]
  while (slots.length < catchUp.cap) {
    const earlier = timetable.previous(slots[0] ?? newest, cursor)
    if (earlier === null || earlier < oldest) break
    slots.unshift(earlier)
  }
  return slots
}

function whyMissed({ catchUp }: Question, candidates: number[]): NoRunReason {
  if (catchUp.policy === 'skip') return 'no_catch_up'
  if (candidates.length === 0) return 'window'
  if (catchUp.policy === 'once') return 'superseded'
  return candidates.length === catchUp.cap ? 'cap' : 'window'
}

function decideCandidates(question: Question, slots: number[]): Decision[] {
  const { now, catchUp, overlap, unfinished } = question
  const spacingMs = catchUp.policy === 'all' ? catchUp.spacingMs : 0
  let { waiting } = question
  let isBusy = unfinished + waiting > 0
  if (question.isHeldOff) return slots.map((slot) => skipped(slot, 'conditions'))
  return slots.map((slot, index): Decision => {
    const outcome = now - slot <= IN_TIME_MS ? 'run' : 'late'
    const isInTheWay = isBusy && (overlap === 'skip' || overlap === 'queue')
    isBusy = true
    if (isInTheWay && overlap === 'skip') return skipped(slot, 'overlap')
    if (isInTheWay && waiting >= LONGEST_QUEUE) return skipped(slot, 'queue_full')
    if (isInTheWay) {
      waiting += 1
      return { outcome, slot, dueAt: null, cancelsEarlier: false }
    }
    const dueAt = Math.max(now + index * spacingMs, slot + jitterOf(question, slot))
    return { outcome, slot, dueAt, cancelsEarlier: overlap === 'cancel' }
  })
}

const skipped = (slot: number, why: NoRunReason): Decision => ({
  outcome: 'skipped',
  slot,
  through: slot,
  count: 1,
  why,
})

/** From 0 to `jitterMs`, by a hash of seed and slot (the finaliser of MurmurHash3). */
export function jitterOf({ seed, jitterMs }: Pick<Question, 'seed' | 'jitterMs'>, slot: number): number {
  let hash = (Math.imul(seed, 0x9e3779b1) ^ Math.floor(slot / 1_000)) >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0
  hash = (hash ^ (hash >>> 16)) >>> 0
  return Math.floor((hash / 2 ** 32) * (jitterMs + 1))
}
