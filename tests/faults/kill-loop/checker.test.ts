import { expect, test } from 'vitest'
import { check } from './checker.ts'
import type { LedgerLine, Word } from './ledger.ts'
import { hashOf } from './store-facts.ts'
import type { RunFact, ScheduleFact, StoreFacts } from './store-facts.ts'

const input = { ms: 5 }

/** "WORD run attempt detail" each, in the order in which they were written. */
const ledger = (...lines: string[]): LedgerLine[] =>
  lines.map((line, at) => {
    const [word, run, attempt, detail = ''] = line.split(' ')
    return { word: word as Word, run: Number(run), attempt: Number(attempt), at: BigInt(at), detail }
  })

const run = (more: Partial<RunFact> = {}): RunFact => ({
  id: 1,
  lifecycle: 'finished',
  outcome: 'succeeded',
  attempt: 1,
  interrupted: 0,
  isOnce: false,
  inputHash: hashOf(input),
  earlier: [],
  ...more,
})
const store = (more: Partial<StoreFacts> = {}): StoreFacts => ({
  integrity: [],
  runs: [run()],
  scheduled: [],
  schedules: [],
  wrongTotals: [],
  ...more,
})
const schedule = (more: Partial<ScheduleFact> = {}): ScheduleFact => ({
  id: 3,
  everyMs: 1_000,
  firstAt: 1_000,
  keptFrom: null,
  cursor: 3_500,
  slots: [
    { at: 1_000, count: 1, run: 1, outcome: 'run' },
    { at: 2_000, count: 2, run: null, outcome: 'missed' },
  ],
  ...more,
})

/** A run of the first slot. */
const of = (run: number) => ({ run, schedule: 3, slot: 1_000 })
const accepted = `ACK 1 0 ${hashOf(input)}`
const start = (attempt: number, key = 'k') => `START 1 ${attempt} 10,99,${key}`
const second = run({ attempt: 2, interrupted: 1, earlier: [{ number: 1, state: 'interrupted' }] })

test('a run that was cut off by a kill and then succeeded breaks nothing', () => {
  const lines = ledger(
    'LIFE 0 0',
    accepted,
    start(1),
    'KILL 0 0 host',
    'LIFE 0 0',
    'REQUEUE 1 1',
    start(2),
    'END 1 2',
    'LEFT 1 2',
    'DONE 1 2 succeeded',
  )
  expect(check(lines, store({ runs: [second], scheduled: [of(1)], schedules: [schedule()] }))).toEqual([])
})

test('a run that is to begin once at most, and was cut off or had not begun, breaks nothing', () => {
  const abandoned = run({ outcome: 'abandoned', isOnce: true })
  const cutOff = ledger('LIFE 0 0', accepted, start(1), 'KILL 0 0 host', 'LIFE 0 0', 'DONE 1 1 abandoned')
  expect(check(cutOff, store({ runs: [abandoned] }))).toEqual([])
  const unbegun = ledger(accepted, 'REQUEUE 1 1', start(2), 'END 1 2', 'DONE 1 2 succeeded')
  expect(check(unbegun, store({ runs: [{ ...second, isOnce: true }] }))).toEqual([])
})

test.each<{ what: string; lines: string[]; facts?: Partial<StoreFacts>; found: string[] }>([
  {
    what: 'an accepted run that is not in the store',
    lines: [accepted],
    facts: { runs: [] },
    found: ['I1 run 1: was accepted and is lost'],
  },
  {
    what: 'work of a run that is not in the store',
    lines: [start(1)],
    facts: { runs: [] },
    found: ['I1 run 1: is seen at work and not in the store'],
  },
  {
    what: 'a run that does not end',
    lines: [accepted],
    facts: { runs: [run({ lifecycle: 'queued', outcome: null, attempt: 0 })] },
    found: ['I1 run 1: never ends: it is queued'],
  },
  {
    what: 'a run that was finished twice',
    lines: [start(1), 'END 1 1', 'DONE 1 1 succeeded', 'DONE 1 1 succeeded'],
    found: ['I2 run 1: was finished 2 times'],
  },
  {
    what: 'a run that went on after its success',
    lines: [start(1), 'REQUEUE 1 1', start(2), 'END 1 2'],
    facts: { runs: [run({ attempt: 2, earlier: [{ number: 1, state: 'succeeded' }] })] },
    found: ['I2 run 1: went on after a success'],
  },
  {
    what: 'a success without the end of its work',
    lines: [start(1), 'DONE 1 1 succeeded'],
    found: ['I3 run 1: attempt 1 succeeded and has not said END'],
  },
  {
    what: 'a word of an attempt after the engine saw it end',
    lines: [start(1), 'END 1 1', 'DONE 1 1 succeeded', 'LEFT 1 1'],
    found: ['I3 run 1: attempt 1 says LEFT after the engine said DONE'],
  },
  {
    what: 'an attempt that goes on while the next one has begun',
    lines: [start(1), start(2), 'END 1 1', 'END 1 2', 'DONE 1 2 succeeded'],
    facts: { runs: [second] },
    found: ['I4 run 1: attempt 1 says END after attempt 2 began'],
  },
  {
    what: 'an attempt that finds the earlier one alive',
    lines: [start(1), 'REQUEUE 1 1', start(2), 'ALIVE 1 2 1', 'END 1 2', 'DONE 1 2 succeeded'],
    facts: { runs: [second] },
    found: ['I4 run 1: attempt 2 found the process of attempt 1 alive'],
  },
  {
    what: 'an attempt that begins twice',
    lines: [start(1), start(1), 'END 1 1', 'DONE 1 1 succeeded'],
    found: ['I5 run 1: attempt 1 began 2 times'],
  },
  {
    what: 'a finished run that is finished otherwise later',
    lines: [start(1), 'END 1 1', 'DONE 1 1 failed'],
    found: ['I6 run 1: attempt 1 finished it as failed; now attempt 1 has, as succeeded'],
  },
  {
    what: 'a success of an attempt that was cut off',
    lines: [start(1), 'END 1 1', 'REQUEUE 1 1'],
    found: ['I6 run 1: attempt 1 was cut off and succeeded'],
  },
  {
    what: 'an input that was changed',
    lines: ['ACK 1 0 somethingelse', start(1), 'END 1 1', 'DONE 1 1 succeeded'],
    found: ['I7 run 1: its input is not what was handed in'],
  },
  {
    what: 'a damaged file and totals that do not fit',
    lines: [start(1), 'END 1 1'],
    facts: { integrity: ['row 3 missing from index'], wrongTotals: ['is_running says 1, and 0 runs are it'] },
    found: ['I7 row 3 missing from index', 'I7 is_running says 1, and 0 runs are it'],
  },
  {
    what: 'a repeat without a reason, and under another key',
    lines: [start(1), 'KILL 0 0 host', start(2, 'other'), 'END 1 2', 'DONE 1 2 succeeded'],
    facts: { runs: [run({ attempt: 2 })] },
    found: [
      'P5 run 1: has 2 idempotency keys',
      'P5 run 1: attempt 2 follows attempt 1, of which the store does not say how it ended',
    ],
  },
  {
    what: 'an attempt that was cut off and counts',
    lines: [start(1), 'REQUEUE 1 1', start(2), 'END 1 2', 'DONE 1 2 succeeded'],
    facts: { runs: [{ ...second, interrupted: 0 }] },
    found: ['P5 run 1: 1 of its attempts were cut off, and 0 do not count'],
  },
  {
    what: 'a run that begins again against the rule of its job',
    lines: [start(1), 'KILL 0 0 host', 'REQUEUE 1 1', start(2), 'END 1 2', 'DONE 1 2 succeeded'],
    facts: { runs: [{ ...second, isOnce: true }] },
    found: ['P5 run 1: was to begin once at most, and attempts 1, 2 began'],
  },
  {
    what: 'a run that is abandoned without such a rule',
    lines: [start(1), 'KILL 0 0 host', 'DONE 1 1 abandoned'],
    facts: { runs: [run({ outcome: 'abandoned' })] },
    found: ['P5 run 1: is abandoned, and its job does not say so'],
  },
  {
    what: 'an attempt that the store does not know',
    lines: [start(1), 'END 1 1', start(2), 'END 1 2'],
    found: ['P5 run 1: attempt 2 began, and the store knows of 1'],
  },
])('finds $what', ({ lines, facts, found }) => {
  expect(check(ledger(...lines), store(facts)).map(({ rule, what }) => `${rule} ${what}`)).toEqual(found)
})

test.each<{ what: string; schedules: ScheduleFact[]; scheduled?: ReturnType<typeof of>[]; found: string[] }>([
  {
    what: 'a slot that nobody decided',
    schedules: [schedule({ slots: [{ at: 1_000, count: 1, run: 1, outcome: 'run' }], cursor: 2_000 })],
    found: ['I8 schedule 3: slot 2000 is not decided'],
  },
  {
    what: 'a slot that was decided twice',
    schedules: [schedule({ slots: [...schedule().slots, { at: 2_000, count: 1, run: null, outcome: 'late' }] })],
    found: ['I8 schedule 3: slot 2000 is decided 2 times'],
  },
  {
    what: 'a slot that is still to come',
    schedules: [schedule({ cursor: 2_500 })],
    found: ['I8 schedule 3: slot 3000 is none of its slots, or to come'],
  },
  {
    what: 'a ledger that was cut too short',
    schedules: [schedule({ keptFrom: 1_000 })],
    found: ['I8 schedule 3: only 2 rows of its slots are kept'],
  },
  {
    what: 'a run that was made for no slot, and one of a slot that is not there',
    schedules: [schedule()],
    scheduled: [of(2)],
    found: ['I8 run 2 belongs to no slot', 'I8 run 1 of a slot is lost'],
  },
])('finds $what', ({ schedules, scheduled = [of(1)], found }) => {
  const lines = ledger(start(1), 'END 1 1', 'DONE 1 1 succeeded')
  expect(check(lines, store({ schedules, scheduled })).map(({ rule, what }) => `${rule} ${what}`)).toEqual(found)
})

test('a long past breaks nothing: its first slots are forgotten, and their runs are not', () => {
  const slots = Array.from({ length: 1_000 }, (_none, n) => ({
    at: 2_000 + n * 1_000,
    count: 1,
    run: null,
    outcome: 'late',
  }))
  const long = schedule({ keptFrom: 2_000, cursor: 1_001_000, slots })
  const lines = ledger(start(1), 'END 1 1', 'DONE 1 1 succeeded')
  expect(check(lines, store({ schedules: [long], scheduled: [of(1)] }))).toEqual([])
  const gap = {
    ...long,
    cursor: 1_002_000,
    slots: [...slots.slice(0, 500), ...slots.slice(501), { at: 1_002_000, count: 1, run: null, outcome: 'late' }],
  }
  expect(check(lines, store({ schedules: [gap], scheduled: [of(1)] })).map(({ what }) => what)).toContain(
    'schedule 3: slot 502000 is not decided',
  )
})
