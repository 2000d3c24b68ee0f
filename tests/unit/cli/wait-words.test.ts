import { expect, test } from 'vitest'
import { deadlockInWords, holdersInWords, waitInWords } from '../../../src-main/cli/wait-words.ts'
import { waitOf } from '../../support/waits.ts'

const until = new Date(2027, 2, 10, 18, 30).getTime()
const by = { attempt: 1, task: { number: 0, name: null }, place: null, givesUpAt: null }
const holder = { run: 7, name: 'writer', attempt: 2, task: null, amount: 1, since: 1_000, place: null }
const held = { by, ahead: 0, holders: [holder], holderCount: 3 }

test.each([
  [waitOf({ kind: 'time', until, retry: { number: 2, of: 5 } }), until - 12_000, 'retry 2 of 5 in 12.0 s'],
  [waitOf({ kind: 'time', until, retry: null }), until - 1_500, 'is due at 2027-03-10 18:30:00, in 1.5 s'],
  [
    waitOf({ kind: 'slot', resource: 'process', executor: 'process', inUse: 2, slots: 2, ahead: 3 }),
    0,
    'waits for a slot of "process": 2 of 2 in use, 3 ahead',
  ],
  [
    waitOf({ kind: 'paused_job', resource: 'every night', job: 'every night' }),
    0,
    'the job "every night" is paused: signalbox job resume \'every night\'',
  ],
  [waitOf({ kind: 'draining' }), 0, 'the host is stopping and starts nothing new'],
  [
    waitOf({ ...held, kind: 'semaphore', resource: 'db', amount: 2, free: -1, permits: 3, perMs: null }),
    0,
    'waits for 2 permits of the semaphore "db": 0 of 3 free, held by run 7 (writer) and 2 more, next in line',
  ],
  [
    waitOf({
      kind: 'semaphore',
      by,
      resource: 'api',
      amount: 1,
      free: 0,
      permits: 5,
      perMs: 1_000,
      ahead: 4,
      expectedAt: 900,
    }),
    200,
    'waits for a permit of the rate limit "api": 0 of 5 free, 4 ahead, expected in 700 ms',
  ],
  [
    waitOf({ ...held, kind: 'lock', resource: 'A', condition: null, holderCount: 1, by: { ...by, givesUpAt: 3_000 } }),
    1_000,
    'waits for the lock "A", held by run 7 (writer), next in line, gives up in 2.0 s',
  ],
  [
    waitOf({ by, kind: 'lock', resource: 'A', condition: 'c' }),
    0,
    'notified at the condition "c", waits for its lock "A"',
  ],
  [waitOf({ by, kind: 'event', resource: 'go' }), 0, 'waits for the event "go"'],
  [waitOf({ by, kind: 'condition', resource: 'c', lock: 'A' }), 0, 'waits at the condition "c" to be notified'],
  [
    waitOf({ by, kind: 'barrier', resource: 'b', arrived: 2, parties: 3 }),
    0,
    'waits at the barrier "b": 1 of 3 not there yet',
  ],
  [
    waitOf({ by, kind: 'queue_get', resource: 'q', isPaused: false, ahead: 1 }),
    0,
    'waits for an item of the queue "q", 1 ahead',
  ],
  [waitOf({ by, kind: 'queue_get', resource: 'q', isPaused: true }), 0, 'waits for the queue "q", which is paused'],
  [
    waitOf({ by, kind: 'queue_put', resource: 'q', size: 8, maxsize: 8, ahead: 0 }),
    0,
    'waits for room in the queue "q": 8 of 8 in it, next in line',
  ],
  [
    waitOf({ ...held, kind: 'queue_join', resource: 'q', unfinished: 3, ahead: null }),
    0,
    'waits until all items of the queue "q" are done: 3 are not, taken by run 7 (writer) and 2 more',
  ],
  [waitOf({ by, kind: 'future', resource: 'f', expectedAt: 5_000 }), 0, 'waits for the future "f", expected in 5.0 s'],
  [
    waitOf({ by, kind: 'run', resource: 'resize', run: 12, lifecycle: 'queued' }),
    0,
    'waits for run 12 (resize), which is queued',
  ],
  [
    waitOf({ by, kind: 'task', tasks: [{ number: 3, name: 'fetch' }], runs: [9], needsAll: true }),
    0,
    'waits for all of task 3 (fetch), run 9',
  ],
  [waitOf({ by, kind: 'sleep', until }), until - 250, 'sleeps until 2027-03-10 18:30:00, for 250 ms more'],
  [waitOf({ by, kind: 'promise' }), 0, 'waits for something outside, for example an answer from the network'],
])('a wait says what is waited for: %#', (wait, now, words) => {
  expect(waitInWords(wait, now)).toBe(words)
})

test('holders say who they are, for how long, and where they took what they have', () => {
  const other = { ...holder, amount: 3, task: { number: 4, name: 'save' }, place: '/x/job.ts:4:7' }
  const wait = waitOf({ kind: 'event', holders: [holder, other], holderCount: 5 })
  expect(holdersInWords(wait, 3_500, 1)).toEqual(['held by run 7 (writer), attempt 2, for 2.5 s', 'and by 4 more'])
  expect(holdersInWords({ ...wait, kind: 'queue_join', unfinished: 1, holderCount: 2 }, 3_500, 2)).toEqual([
    'taken by run 7 (writer), attempt 2, for 2.5 s',
    'taken by run 7 (writer), attempt 2, task 4 (save), 3 of it, for 2.5 s, taken at /x/job.ts:4:7',
  ])
})

test('a deadlock says who waits for whom, and how to end it', () => {
  const victim = { run: 2, name: 'two', why: 'it began last, so the least work is lost' }
  const deadlock = { id: 4, since: 1_000, foundAt: 1_100, members: [], memberCount: 3, cycle: [], victim }
  expect(deadlockInWords({ ...deadlock, summary: 'run 1 waits for run 2' }, 3_000)).toEqual([
    'DEADLOCK 4, for 2.0 s: run 1 waits for run 2; 3 more are in it.',
    'It does not end by itself. To end it: signalbox cancel 2   (run 2, two: it began last, so the least work is lost)',
  ])
})
