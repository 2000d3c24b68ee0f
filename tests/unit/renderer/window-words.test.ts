import { describe, expect, it } from 'vitest'
import type { Attention, Deadlock, FutureRow, RunRow, Stop } from '../../../src-preload/contract.ts'
import { attentionLine } from '../../../src-renderer/lib/state/attention-words.ts'
import { deadlockGraph } from '../../../src-renderer/lib/state/deadlock-graph.ts'
import { fitsFuture, readFutureFilter } from '../../../src-renderer/lib/state/future-words.ts'
import { nextUp } from '../../../src-renderer/lib/state/next-up.ts'
import { answerPreview, readAnswer } from '../../../src-renderer/lib/state/settle-form.ts'
import type { AnswerKind } from '../../../src-renderer/lib/state/settle-form.ts'
import { stopEnd, stopList } from '../../../src-renderer/lib/state/stop-list.ts'
import { forceOfferedAt, stopSteps } from '../../../src-renderer/lib/state/stop-steps.ts'
import { waitRoute } from '../../../src-renderer/lib/state/wait-routes.ts'
import { waitOf } from '../../support/waits.ts'

const now = 100_000
const deadlock: Deadlock = {
  id: 3,
  since: now - 5_000,
  foundAt: now,
  members: [
    { run: 1, name: 'sort', attempt: 1, task: null, holds: [], waits: [] },
    { run: 2, name: 'index', attempt: 1, task: null, holds: [], waits: [] },
  ],
  memberCount: 2,
  cycle: [
    { run: 1, task: 0, by: 'holds', of: { kind: 'lock', resource: 'b' } },
    { run: 2, task: 0, by: 'end' },
  ],
  summary: 'run 1 waits for the lock "b", which run 2 holds',
  victim: { run: 2, name: 'index', why: 'it has run the shortest' },
}

describe('what needs a person', () => {
  it.each<[Attention, string, string]>([
    [{ kind: 'deadlock', deadlock }, `${deadlock.summary} · for 5 s`, 'Cancel run 2…'],
    [
      { kind: 'backpressure', queue: 'pages', since: now - 12_000, producers: 2, maxsize: 40, consumers: 0 },
      '2 producers wait for 12 s: it is full with 40 items, and nobody takes from it',
      'See who takes',
    ],
    [
      {
        kind: 'secrets_locked',
        since: now - 4_000,
        waiting: 2,
        run: 7,
        name: 'upload',
        why: 'The secrets cannot be used: the keychain sleeps.',
        hint: 'Unlock it.',
      },
      '2 runs wait, the first, upload, for 4 s. The secrets cannot be used: the keychain sleeps. Unlock it.',
      'Try again',
    ],
    [
      { kind: 'stuck_stop', run: 7, name: 'x', phase: 'signalled', since: now - 4_000, killsAt: now + 6_000 },
      'was asked to stop 4 s ago and has not ended; it is killed in 6 s',
      'See the run',
    ],
    [
      { kind: 'stuck_stop', run: 7, name: 'x', phase: 'killing', since: now - 4_000, killsAt: null },
      'is being killed for 4 s and is not seen dead yet',
      'See the run',
    ],
    [
      { kind: 'failing_job', job: 'backup', failures: 10, run: 9, at: now - 60_000, error: 'Error: no room' },
      'its last 10 or more runs went wrong, 1 m 00 s ago: Error: no room',
      'Run it again',
    ],
    [
      { kind: 'starving', what: 'lock', name: 'l', since: now - 300_000, waiting: 1, holder: { run: 4, name: 'y' } },
      '1 task waits, the first for 5 m 00 s; run 4 (y) has had it the longest',
      'See who holds it',
    ],
    [
      { kind: 'dead_letters', queue: 'mail', dead: 1 },
      '1 item was taken as often as the queue allows and never done',
      'Look at them',
    ],
  ])('is said with its cause and what to do: $0.kind', (row, cause, label) => {
    const line = attentionLine(row, now)
    expect([line.cause, line.act.label]).toEqual([cause, label])
  })
})

describe('a deadlock as a drawing', () => {
  it('has each run once, an arrow to whom it waits for, and marks the victim', () => {
    const { nodes, edges } = deadlockGraph(deadlock)
    expect(nodes.map(({ run, name, isVictim }) => [run, name, isVictim])).toEqual([
      [1, 'sort', false],
      [2, 'index', true],
    ])
    expect(edges.map(({ label }) => label)).toEqual(['lock b', 'its end'])
  })

  it('takes tasks of one run that follow on each other as one, and draws a run that waits for itself', () => {
    const own = { ...deadlock, cycle: [{ run: 1, task: 1, by: 'holds', of: { kind: 'lock', resource: 'a' } } as const] }
    expect(deadlockGraph(own)).toMatchObject({ nodes: [{ run: 1 }], edges: [{ label: 'lock a' }] })
    const [first, second] = deadlock.cycle
    if (!first || !second) throw new Error('the cycle has two links')
    expect(deadlockGraph({ ...deadlock, cycle: [{ run: 1, task: 5, by: 'end' }, first, second] }).nodes).toHaveLength(2)
  })
})

describe('an answer to a future', () => {
  const read = (kind: AnswerKind, text: string, more: { isYes?: boolean; errorName?: string } = {}) =>
    readAnswer({ kind, text, isYes: true, errorName: 'Error', ...more })

  it('is a value of its kind', () => {
    expect([
      read('text', ''),
      read('number', ' -1.5e3 '),
      read('yes-no', 'x', { isYes: false }),
      read('nothing', 'x'),
      read('json', '{"a": [1]}'),
    ]).toEqual(['', -1500, false, null, { a: [1] }].map((value) => ({ is: 'value', value })))
  })

  it.each<[AnswerKind, string]>([
    ['number', ''],
    ['number', '0x10'],
    ['number', 'twelve'],
    ['json', ''],
    ['json', '{'],
    ['reject', ' '],
  ])('is refused as %s when it is %j', (kind, text) => {
    expect(read(kind, text)).toMatchObject({ is: 'fault', field: 'text' })
  })

  it('can be an error with a name of its own', () => {
    const answer = read('reject', 'too late ', { errorName: 'TimeoutError' })
    expect(answer).toEqual({ is: 'error', name: 'TimeoutError', message: 'too late' })
    expect(answerPreview(answer)).toBe('throws TimeoutError: too late')
    expect(read('reject', 'x', { errorName: 'two words' })).toMatchObject({ is: 'fault', field: 'errorName' })
    expect(answerPreview(read('json', '{"a":1}'))).toBe('gives {"a":1}')
  })
})

it('futures that await an answer are shown unless the address says otherwise', () => {
  const row: FutureRow = {
    id: 1,
    name: 'approval',
    state: 'done',
    createdAt: 0,
    settledAt: 1,
    settledBy: null,
    dueAt: null,
    waiting: 0,
  }
  expect(fitsFuture(row, readFutureFilter(new URLSearchParams()))).toBe(false)
  expect(fitsFuture(row, readFutureFilter(new URLSearchParams('state=all&q=APP')))).toBe(true)
  expect(readFutureFilter(new URLSearchParams('state=lost')).state).toBe('pending')
})

it('slots and delayed runs of the next half hour are one list, in the order of their times', () => {
  const runs = [
    { id: 5, name: 'later', lifecycle: 'scheduled', dueAt: now + 5_000, attempt: 0 },
    { id: 6, name: 'again', lifecycle: 'scheduled', dueAt: now + 1_000, attempt: 1 },
    { id: 7, name: 'far', lifecycle: 'scheduled', dueAt: now + 9_000_000, attempt: 0 },
    { id: 8, name: 'runs', lifecycle: 'running', dueAt: null, attempt: 1 },
  ] as RunRow[]
  const slots = [{ at: now + 2_000, schedule: 'nightly', job: 'backup' }]
  expect(nextUp(slots, runs, now, 1_800_000).map(({ name, from }) => [name, from])).toEqual([
    ['again', 'retry of run 6'],
    ['backup', 'schedule nightly'],
    ['later', 'run 5, delayed'],
  ])
})

describe('requirement 15: the steps of a stop', () => {
  const stop = (phase: Stop['phase'], age: number): Stop => ({
    cause: 'cancel',
    reason: null,
    phase,
    requestedAt: now - age,
    since: now - age,
  })
  it.each<[string, Stop, 'cancelled' | null, string[]]>([
    [
      'asked',
      stop('requested', 1_000),
      null,
      ['done: Requested', 'now: Sending the signal · 1 s', 'to come: Ends by itself', 'to come: Ended'],
    ],
    [
      'told',
      stop('signalled', 1_000),
      null,
      ['done: Requested', 'done: Signal delivered', 'now: Ending · 1 s', 'to come: Ended'],
    ],
    [
      'deaf',
      stop('signalled', 4_000),
      null,
      ['done: Requested', 'done: Signal delivered', 'late: Not reacting · 4 s', 'to come: Ended'],
    ],
    [
      'killed',
      stop('killing', 2_000),
      null,
      ['done: Requested', 'done: Signal delivered', 'done: Did not react', 'late: Forcing · 2 s', 'to come: Ended'],
    ],
    [
      'over',
      stop('signalled', 9_000),
      'cancelled',
      ['done: Requested', 'done: Signal delivered', 'done: Cooperated', 'done: Cancelled'],
    ],
    [
      'forced',
      stop('killing', 9_000),
      'cancelled',
      ['done: Requested', 'done: Signal delivered', 'done: Did not react', 'done: Forced', 'done: Cancelled'],
    ],
  ])('of a run that was %s', (_, given, outcome, expected) => {
    expect(stopSteps(given, outcome, now).map(({ label, is }) => `${is}: ${label}`)).toEqual(expected)
  })

  it('can be forced by a person five seconds after the signal, before that and once it is forced not', () => {
    const signalled = { ...stop('signalled', 1_000), signalledAt: now - 4_000 }
    expect(
      [stop('requested', 9_000), signalled, stop('signalled', 4_000), stop('killing', 9_000)].map(forceOfferedAt),
    ).toEqual([null, now + 1_000, now + 1_000, null])
  })

  it('keep their places, and what has ended stays for half a minute', () => {
    const row = (id: number) => ({ id, name: `run ${id}`, stop: stop('signalled', 0), lifecycle: 'stopping' as const })
    const two = stopList([], [row(1), row(2)], new Map(), now)
    const one = stopList(two, [row(3), row(2)], new Map([[1, { outcome: 'cancelled', wasForced: false }]]), now + 1_000)
    expect(one.map(({ id, outcome }) => [id, outcome])).toEqual([
      [1, 'cancelled'],
      [2, null],
      [3, null],
    ])
    expect(stopList(one, [], new Map(), now + 32_000).map(({ id }) => id)).toEqual([2, 3])
  })

  it('are told as forced when the run was gone before that was seen, and not for what was forced before', () => {
    const seen = stop('signalled', 4_000)
    const event = (type: string, at: number) => ({ id: 1, type, at, data: {} })
    const end = stopEnd({ outcome: 'cancelled', events: [event('kill_requested', seen.requestedAt + 10)] }, seen)
    const [row] = stopList(
      [{ id: 1, name: 'run 1', stop: seen, outcome: null, endedAt: null }],
      [],
      new Map([[1, end!]]),
      now,
    )
    expect(stopSteps(row!.stop, row!.outcome, now).map(({ label }) => label)).toContain('Forced')
    const earlier = [event('kill_requested', seen.requestedAt - 10)]
    expect(stopEnd({ outcome: 'cancelled', events: earlier }, seen)).toEqual({ outcome: 'cancelled', wasForced: false })
    expect(stopEnd({ outcome: null, events: earlier }, seen)).toBe(null)
  })
})

it('requirement 8: a wait leads to what is waited for, with the run pointed out', () => {
  const routes = [
    waitOf({ kind: 'lock', condition: null, resource: 'a b' }),
    waitOf({ kind: 'semaphore', amount: 1, free: 0, permits: 1, perMs: null, resource: 's' }),
    waitOf({ kind: 'queue_put', size: 1, maxsize: 1, resource: 'x/y' }),
    waitOf({ kind: 'future', resource: 'f' }),
    waitOf({ kind: 'run', run: 9, lifecycle: 'running', resource: 'child' }),
    waitOf({ kind: 'interpreter', interpreter: 4, resource: 'workbench' }),
    waitOf({ kind: 'sleep', until: 0 }),
  ].map((wait) => waitRoute(wait, 7))
  expect(routes).toEqual([
    '#/semaphores?kind=lock&name=a+b&run=7',
    '#/semaphores?name=s&run=7',
    '#/queues/x%2Fy?run=7',
    '#/futures?name=f&run=7',
    '#/runs/9',
    '#/interpreters/4',
    null,
  ])
})
