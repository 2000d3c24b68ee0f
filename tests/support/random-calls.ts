import type { Call, CallOn } from '../../src-main/interpreters/calls.ts'
import type { ObjectLedger } from './object-ledger.ts'

/** The objects of a random program, by the names that tell what they are. */
export const permitsAtFirst: Record<string, number> = { plain: 3, bounded: 2, rate: 2, l: 1, c: 1 }
export const periodMs = 1_000
export const parties = 3
export const maxsizes = { fifo: 2, lifo: 0, priority: 3 } as const
export type QueueName = keyof typeof maxsizes

type Part<On extends Call['on']> =
  CallOn<On> extends infer Each ? (Each extends Call ? Omit<Each, 'on' | 'name' | 'spec' | 'lock'> : never) : never

const semaphore = (name: 'plain' | 'bounded' | 'rate', what: Part<'semaphore'>): Call => ({
  on: 'semaphore',
  name,
  spec: { permits: permitsAtFirst[name] ?? 1, bounded: name === 'bounded', perMs: name === 'rate' ? periodMs : null },
  ...what,
})
const lock = (name: 'l' | 'c', what: Part<'lock'>): Call => ({ on: 'lock', name, ...what })
const condition = (what: Part<'condition'>): Call => ({ on: 'condition', name: 'waiters', lock: 'c', ...what })
const event = (what: Part<'event'>): Call => ({ on: 'event', name: 'e', ...what })
const barrier = (what: Part<'barrier'>): Call => ({ on: 'barrier', name: 'b', spec: { parties }, ...what })
const future = (n: number, what: Part<'future'>): Call => ({ on: 'future', name: `f${n % 2}`, ...what })
const queue = (name: QueueName, what: Part<'queue'>): Call => ({
  on: 'queue',
  name,
  spec: { maxsize: maxsizes[name], order: name, maxDeliveries: null },
  ...what,
})

type Choice = { run: number; n: number; ledger: ObjectLedger }
type Make = (choice: Choice) => Call

const semaphoreCalls: Make[] = [
  ({ n }) => semaphore('plain', { do: 'acquire', amount: (n % 3) + 1 }),
  ({ n }) => semaphore('plain', { do: 'try_acquire', amount: (n % 2) + 1 }),
  () => semaphore('plain', { do: 'release', permit: null, amount: 1 }),
  ({ run, ledger }) =>
    semaphore('plain', { do: 'release', permit: ledger.permitsOf(run, 'semaphore plain')[0] ?? null, amount: 1 }),
  ({ n }) => semaphore('plain', { do: 'set', permits: n % 5 }),
  () => semaphore('bounded', { do: 'acquire', amount: 1 }),
  () => semaphore('bounded', { do: 'release', permit: null, amount: 1 }),
  ({ n }) => semaphore('rate', { do: n % 2 === 0 ? 'acquire' : 'try_acquire', amount: 1 }),
  () => semaphore('rate', { do: 'release', permit: null, amount: 1 }),
]

const lockCalls: Make[] = [
  ({ n }) => lock('l', { do: n % 3 === 0 ? 'try_acquire' : 'acquire' }),
  () => lock('l', { do: 'release', permit: null }),
  ({ run, ledger }) => lock('l', { do: 'release', permit: ledger.permitsOf(run, 'lock l')[0] ?? null }),
]

const conditionCalls: Make[] = [
  // Mostly by whoever holds the lock, or it would seldom come to a notification.
  ({ run, n, ledger }) => {
    if (n === 0) return lock('c', { do: 'release', permit: null })
    if (ledger.permitsOf(run, 'lock c').length === 0 && n > 2) return lock('c', { do: 'acquire' })
    if (n < 7) return condition({ do: 'wait' })
    return n < 10
      ? condition({ do: 'notify', count: n === 9 ? null : n - 6 })
      : lock('c', { do: 'release', permit: null })
  },
]

const eventCalls: Make[] = [() => event({ do: 'wait' }), ({ n }) => event({ do: n % 3 === 0 ? 'set' : 'clear' })]

const barrierCalls: Make[] = [({ n }) => barrier(n === 0 ? { do: 'abort' } : { do: n < 3 ? 'reset' : 'wait' })]

const futureCalls: Make[] = [
  ({ n }) => future(n, { do: 'wait' }),
  ({ n }) => future(n, { do: 'set_result', value: String(n), ...(n % 3 === 0 ? {} : { delayMs: 1 + (n % 3) * 200 }) }),
  ({ n }) => future(n, { do: 'cancel', message: null }),
]

const queueCalls = (name: QueueName): Make[] => {
  const item = (n: number) => ({ item: JSON.stringify({ n }), priority: n % 3 })
  const mine = ({ run, ledger }: Choice) => ledger.itemsOf(run, name)
  return [
    ({ n }) => queue(name, { do: 'put', ...item(n) }),
    ({ n }) => queue(name, { do: 'put', ...item(n) }),
    ({ n }) => queue(name, { do: 'try_put', ...item(n) }),
    () => queue(name, { do: 'get', done: [] }),
    (choice) => queue(name, { do: 'get', done: choice.n % 2 === 0 ? mine(choice) : [] }),
    () => queue(name, { do: 'try_get' }),
    () => queue(name, { do: 'done', items: [] }),
    (choice) => {
      const [last] = mine(choice).slice(-1)
      return last === undefined ? queue(name, { do: 'join' }) : queue(name, { do: 'give_back', item: last })
    },
    () => queue(name, { do: 'join' }),
    ({ n }) => {
      if (n === 0) return queue(name, { do: 'shutdown', isImmediate: true })
      if (n === 1) return queue(name, { do: 'shutdown', isImmediate: false })
      return queue(name, { do: n % 3 === 0 ? 'pause' : 'resume' })
    },
  ]
}

const topics = {
  semaphores: semaphoreCalls,
  locks: lockCalls,
  conditions: conditionCalls,
  events: eventCalls,
  barriers: barrierCalls,
  futures: futureCalls,
  fifo: queueCalls('fifo'),
  lifo: queueCalls('lifo'),
  priority: queueCalls('priority'),
}
export type Topic = keyof typeof topics
export const allTopics = Object.keys(topics) as Topic[]

/** One of the calls that runs can make on these topics; `n` chooses its details. */
export function callOn(about: readonly Topic[], choice: Choice & { which: number }): Call {
  const makes = about.flatMap((topic) => topics[topic])
  const make = makes[choice.which % makes.length]
  if (make === undefined) throw new Error('a program is about something')
  return make(choice)
}
