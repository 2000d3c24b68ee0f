import { KEPT_ROWS } from '../../../src-main/engine/schedules/ledger.ts'
import type { LedgerLine } from './ledger.ts'
import type { RunFact, ScheduleFact, StoreFacts } from './store-facts.ts'

/** Which promise is broken, and by what. The names are those of RELIABILITY §3.1, and P5 of §2. */
export type Violation = {
  rule: 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'P5' | 'host'
  what: string
}

/**
 * Compares what was seen with what is stored, after everything is dead:
 *
 * - I1 what was accepted is there and finished, and so is everything else that is there;
 * - I2 a run is finished once; I6 and stays as it was finished;
 * - I3 a success was the work's own end, and nothing is heard of an attempt that the engine has seen end;
 * - I4 no attempt begins before the last one is dead; I5 none begins twice;
 * - I7 the file is whole, its totals fit its rows, and inputs are what was handed in;
 * - I8 every slot of a schedule is decided once, with a run of its own or a reason; of a long past the newest 1,000 rows are kept;
 * - P5 an attempt follows another only when that one was cut off or is tried again, under the same idempotency key; one that is never to begin
 *   again by itself has begun once at most, and nothing else is abandoned.
 */
export function check(lines: LedgerLine[], facts: StoreFacts): Violation[] {
  const byRun = Map.groupBy(
    lines.map((line, place) => ({ ...line, place })).filter(({ run }) => run > 0),
    ({ run }) => run,
  )
  const rows = new Map(facts.runs.map((run) => [run.id, run]))
  const known = new Set([...byRun.keys(), ...rows.keys()])
  return [
    ...[...known].flatMap((id) => checkRun(id, byRun.get(id) ?? [], rows.get(id))),
    ...facts.integrity.map((what): Violation => ({ rule: 'I7', what })),
    ...facts.wrongTotals.map((what): Violation => ({ rule: 'I7', what })),
    ...facts.schedules.flatMap(checkSchedule),
    ...checkSlotRuns(facts),
  ]
}

type Placed = LedgerLine & { place: number }
type Say = (rule: Violation['rule'], what: string) => void

function checkRun(id: number, lines: Placed[], row: RunFact | undefined): Violation[] {
  const found: Violation[] = []
  const say: Say = (rule, what) => found.push({ rule, what: `run ${id}: ${what}` })
  const accepted = lines.find(({ word }) => word === 'ACK')
  const done = lines.filter(({ word }) => word === 'DONE')

  if (row === undefined) {
    say('I1', accepted === undefined ? 'is seen at work and not in the store' : 'was accepted and is lost')
    return found
  }
  if (row.lifecycle !== 'finished' || row.outcome === null) say('I1', `never ends: it is ${row.lifecycle}`)
  if (accepted !== undefined && accepted.detail !== row.inputHash) say('I7', 'its input is not what was handed in')

  if (done.length > 1) say('I2', `was finished ${done.length} times`)
  for (const { attempt, detail } of done) {
    if (row.outcome !== detail || row.attempt !== attempt) {
      say('I6', `attempt ${attempt} finished it as ${detail}; now attempt ${row.attempt} has, as ${row.outcome}`)
    }
  }
  if (row.earlier.some(({ state }) => state === 'succeeded')) say('I2', 'went on after a success')

  const cutOff = row.earlier.filter(({ state }) => state === 'interrupted').length
  if (cutOff !== row.interrupted)
    say('P5', `${cutOff} of its attempts were cut off, and ${row.interrupted} do not count`)
  checkAttempts(lines, row, say)
  checkOnce(lines, row, say)
  checkSuccess(lines, row, say)
  return found
}

function checkAttempts(lines: Placed[], row: RunFact, say: Say): void {
  const starts = lines.filter(({ word }) => word === 'START')
  const keys = new Set(starts.map(({ detail }) => detail.split(',')[2]))
  if (keys.size > 1) say('P5', `has ${keys.size} idempotency keys`)
  for (const { attempt, detail } of lines.filter(({ word }) => word === 'ALIVE')) {
    say('I4', `attempt ${attempt} found the process of attempt ${detail} alive`)
  }
  const closings = lines.filter(({ word }) => word === 'DONE' || word === 'REQUEUE' || word === 'RETRY')
  for (const { word, attempt } of closings) {
    if (word === 'DONE' || lines.some((each) => each.word === 'START' && each.attempt > attempt)) continue
    // What was cut off has another attempt, unless something ended it before that began.
    if (row.attempt <= attempt && row.outcome === 'succeeded') say('I6', `attempt ${attempt} was cut off and succeeded`)
  }
  for (const [attempt, own] of Map.groupBy(starts, (line) => line.attempt)) {
    if (own.length > 1) say('I5', `attempt ${attempt} began ${own.length} times`)
    if (attempt > row.attempt) say('P5', `attempt ${attempt} began, and the store knows of ${row.attempt}`)
    const said = lines.filter((line) => line.attempt === attempt && ['START', 'END', 'LEFT'].includes(line.word))
    const lastWord = said.at(-1)
    const next = starts.find((line) => line.attempt > attempt)
    if (lastWord !== undefined && next !== undefined && lastWord.place > next.place) {
      say('I4', `attempt ${attempt} says ${lastWord.word} after attempt ${next.attempt} began`)
    }
    const closed = closings.find((line) => line.attempt === attempt)
    if (lastWord !== undefined && closed !== undefined && lastWord.place > closed.place) {
      say('I3', `attempt ${attempt} says ${lastWord.word} after the engine said ${closed.word}`)
    }
    if (attempt < row.attempt && !row.earlier.some(({ number }) => number === attempt)) {
      say('P5', `attempt ${row.attempt} follows attempt ${attempt}, of which the store does not say how it ended`)
    }
  }
}

function checkOnce(lines: Placed[], { isOnce, outcome }: RunFact, say: Say): void {
  const begun = new Set(lines.flatMap(({ word, attempt }) => (word === 'START' ? [attempt] : [])))
  if (isOnce && begun.size > 1) say('P5', `was to begin once at most, and attempts ${[...begun].join(', ')} began`)
  if (!isOnce && outcome === 'abandoned') say('P5', 'is abandoned, and its job does not say so')
}

function checkSuccess(lines: Placed[], row: RunFact, say: Say): void {
  if (row.outcome !== 'succeeded') return
  const end = lines.find(({ word, attempt }) => word === 'END' && attempt === row.attempt)
  if (end === undefined) say('I3', `attempt ${row.attempt} succeeded and has not said END`)
}

function checkSchedule({ id, everyMs, firstAt, keptFrom, cursor, slots }: ScheduleFact): Violation[] {
  const decided = new Map<number, number>()
  for (const { at, count } of slots) {
    for (let n = 0; n < count; n += 1) decided.set(at + n * everyMs, (decided.get(at + n * everyMs) ?? 0) + 1)
  }
  const found: Violation[] = []
  const say = (what: string) => found.push({ rule: 'I8', what: `schedule ${id}: ${what}` })
  for (const [at, times] of decided) {
    if (times > 1) say(`slot ${at} is decided ${times} times`)
    if (at < firstAt || at > cursor || (at - firstAt) % everyMs !== 0)
      say(`slot ${at} is none of its slots, or to come`)
  }
  if (keptFrom !== null && slots.length < KEPT_ROWS) say(`only ${slots.length} rows of its slots are kept`)
  for (let at = Math.max(firstAt, keptFrom ?? firstAt); at <= cursor; at += everyMs)
    if (!decided.has(at)) say(`slot ${at} is not decided`)
  return found
}

function checkSlotRuns({ schedules, scheduled }: StoreFacts): Violation[] {
  const ofSlots = schedules.flatMap(({ slots }) => slots.flatMap(({ run }) => run ?? []))
  const times = Map.groupBy(ofSlots, (run) => run)
  const keptFrom = new Map(schedules.map((schedule) => [schedule.id, schedule.keptFrom]))
  const runs = new Set(scheduled.map(({ run }) => run))
  return [
    ...scheduled
      .filter(({ run, schedule, slot }) => slot >= (keptFrom.get(schedule) ?? 0) && !times.has(run))
      .map(({ run }) => `run ${run} belongs to no slot`),
    ...[...times].filter(([, all]) => all.length > 1).map(([run]) => `run ${run} belongs to more than one slot`),
    ...[...times.keys()].filter((run) => !runs.has(run)).map((run) => `run ${run} of a slot is lost`),
  ].map((what): Violation => ({ rule: 'I8', what }))
}
