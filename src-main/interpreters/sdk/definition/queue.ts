import type { QueueOrder, QueueSpec } from '../../../../src-preload/objects.ts'
import type { QueueLook } from '../../calls.ts'
import { parseJson } from '../../own-builtins.ts'
import { checkJson, checkName, checkWait, checkWhole, shown } from '../check.ts'
import type { WaitOptions } from '../check.ts'
import { currentLink } from '../run-link.ts'
import { Definition, each, PerFace } from './definition.ts'
import type { Wait } from './definition.ts'
import { findDelivery, forget, noteDelivery, oldestDelivery } from './deliveries.ts'
import type { Delivery } from './deliveries.ts'

/** How a queue is made at its first use. One that exists keeps what it has. */
export type QueueOptions = {
  /** How many items it holds before `put` waits; 0 or left out: any number. */
  maxsize?: number | undefined
  /** Which item comes out next: the oldest (`fifo`), the newest (`lifo`), or that of the lowest `priority`, the older first. */
  order?: QueueOrder | undefined
  /** An item that was taken this often and never done is put aside; left out: it is given out again for ever. */
  maxDeliveries?: number | undefined
}

/** How an item is put, and how long to wait for room. */
export type PutOptions = WaitOptions & {
  /** In a queue of the order `priority`: lower comes out first; 0 when left out. */
  priority?: number | undefined
}

type EachItem<Item> = PerFace<() => AsyncGenerator<Item, void, void>, () => Generator<Item, void, void>>

/**
 * Items on their way from run to run, by name; they are JSON and survive a restart. Meanings are those of asyncio.Queue and
 * its kin. An item that was taken is done when `taskDone` says so or when the run that took it succeeds; when that run ends in
 * any other way, the item goes back to where it was.
 */
export class QueueDefinition<Item> extends Definition {
  readonly #of: { on: 'queue'; name: string; spec: QueueSpec | null }

  constructor(name: string, options?: QueueOptions) {
    super()
    this.#of = { on: 'queue', name: checkName('queue', name), spec: options === undefined ? null : specOf(options) }
  }

  /** The name that every run of this machine knows the queue by. */
  get name(): string {
    return this.#of.name
  }

  /** Adds an item; waits while the queue is full. Throws a QueueShutDown when it was shut down. */
  *put(item: Item, options: PutOptions = {}): Wait<void> {
    // What was stored may be taken by now: then it was put, and a cancel is for the next wait.
    const giveBack = () => null
    yield { call: { ...this.#of, do: 'put', ...written(item, options) }, ...checkWait(options), giveBack }
  }

  /** Adds an item if there is room, else throws a QueueFull (asyncio's put_nowait). */
  *tryPut(item: Item, options: { priority?: number | undefined } = {}): Wait<void> {
    yield { call: { ...this.#of, do: 'try_put', ...written(item, options) } }
  }

  /** Takes the next item; waits while there is none. Throws a QueueShutDown when it was shut down and is empty. */
  *get(options: WaitOptions = {}): Wait<Item> {
    return (yield* this.#take([], options)).value as Item
  }

  /** Takes the next item if there is one, else throws a QueueEmpty (asyncio's get_nowait). */
  *tryGet(): Wait<Item> {
    return this.#note(yield { call: { ...this.#of, do: 'try_get' } }).value as Item
  }

  /**
   * Says that an item which this run has taken is done: the given one, by identity or by equal content; without one, that
   * which was taken first. A RangeError when the run has taken no such item.
   */
  *taskDone(item?: Item): Wait<void> {
    const link = currentLink()
    const delivery = item === undefined ? oldestDelivery(link, this.name) : findDelivery(link, this.name, item)
    if (item !== undefined && delivery === undefined)
      throw new RangeError(`queue ${this.name}: this run has taken no item ${shown(item)} that is not done.`)
    if (delivery !== undefined) forget(link, this.name, delivery)
    yield { call: { ...this.#of, do: 'done', items: delivery === undefined ? [] : [delivery.id] } }
  }

  /** Waits until every item that was put is done, also those that were taken. */
  *join(options: WaitOptions = {}): Wait<void> {
    yield { call: { ...this.#of, do: 'join' }, ...checkWait(options) }
  }

  /**
   * Ends it: every `put` throws a QueueShutDown from now on, every `get` once it is empty. `immediate` throws away what is in it.
   */
  *shutdown({ immediate = false }: { immediate?: boolean | undefined } = {}): Wait<void> {
    yield { call: { ...this.#of, do: 'shutdown', isImmediate: immediate } }
  }

  /** No item is given out until it is resumed; adding goes on. */
  *pause(): Wait<void> {
    yield { call: { ...this.#of, do: 'pause' } }
  }

  /** Items are given out again, to those who wait in the order in which they came. */
  *resume(): Wait<void> {
    yield { call: { ...this.#of, do: 'resume' } }
  }

  /** How many items are in it; those that were taken do not count (asyncio's qsize). */
  *size(): Wait<number> {
    return (yield* this.#look()).size
  }

  /** Whether it has no item; by the time of the answer that may have changed. */
  *empty(): Wait<boolean> {
    return (yield* this.#look()).size === 0
  }

  /** Whether a `put` would have to wait. */
  *full(): Wait<boolean> {
    const { size, maxsize } = yield* this.#look()
    return maxsize > 0 && size >= maxsize
  }

  /** How many items are not done: in it, or taken. */
  *unfinished(): Wait<number> {
    return (yield* this.#look()).unfinished
  }

  /**
   * Takes one item after the other, until the queue is shut down and empty. Asking for the next one says that the one before is
   * done. Leaving the loop early leaves the last one taken: it is done if the run succeeds, and goes back if not.
   */
  get [each](): EachItem<Item> {
    const next = (last: Delivery | null) => this.#next(last)
    return new PerFace(
      (drive) =>
        async function* () {
          for (let last = await drive(next(null)); last !== null; last = await drive(next(last)))
            yield last.value as Item
        },
      (drive) =>
        function* () {
          for (let last = drive(next(null)); last !== null; last = drive(next(last))) yield last.value as Item
        },
    )
  }

  *#next(last: Delivery | null): Wait<Delivery | null> {
    // The body of the loop may have said itself that it is done.
    const isOpen = last !== null && forget(currentLink(), this.name, last)
    try {
      return yield* this.#take(isOpen ? [last.id] : [], {})
    } catch (error) {
      if (error instanceof Error && error.name === 'QueueShutDown') return null
      throw error
    }
  }

  *#take(done: number[], options: WaitOptions): Wait<Delivery> {
    const giveBack = (value: unknown) => ({ ...this.#of, do: 'give_back' as const, item: (value as Taken).item })
    return this.#note(yield { call: { ...this.#of, do: 'get', done }, ...checkWait(options), giveBack })
  }

  #note(answer: unknown): Delivery {
    const { item, value } = answer as Taken
    return noteDelivery(currentLink(), this.name, { id: item, value: parseJson(value), text: value })
  }

  *#look(): Wait<QueueLook> {
    return (yield { call: { ...this.#of, do: 'look' } }) as QueueLook
  }
}

type Taken = { item: number; value: string }

function written(item: unknown, { priority = 0 }: PutOptions): { item: string; priority: number } {
  if (!Number.isFinite(priority)) throw new TypeError(`priority must be a number, not ${shown(priority)}.`)
  return { item: checkJson('The item', item), priority }
}

const orders: readonly QueueOrder[] = ['fifo', 'lifo', 'priority']

function specOf({ maxsize = 0, order = 'fifo', maxDeliveries }: QueueOptions): QueueSpec {
  if (!orders.includes(order)) throw new TypeError(`order must be one of ${orders.join(', ')}, not ${shown(order)}.`)
  if (typeof maxsize !== 'number' || Number.isNaN(maxsize))
    throw new TypeError(`maxsize must be a number, not ${shown(maxsize)}.`)
  return {
    // As in asyncio: nothing and less mean any number, and a fraction counts up.
    maxsize: maxsize <= 0 || maxsize === Infinity ? 0 : Math.ceil(maxsize),
    order,
    maxDeliveries: maxDeliveries === undefined ? null : checkWhole('maxDeliveries', maxDeliveries, 1, 1_000_000),
  }
}
