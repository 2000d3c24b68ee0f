import { handleName } from '../../named/values.ts'
import type { ChannelLook } from '../../named/calls.ts'
import type { HandleName } from '../../named/values.ts'
import { ask } from '../ask.ts'
import { checkWait, shown } from '../check.ts'
import type { WaitOptions } from '../check.ts'
import { receive, send } from './sharing.ts'

/**
 * A queue between interpreters: what one puts, another gets, as an equal copy, in the order of putting. It lives in memory, and
 * ends with the run that made it. As concurrent.interpreters.Queue; it has no `taskDone` and no `join`.
 */
export class InterpreterQueue<Item = unknown> {
  readonly #id: number

  /** @internal Scripts get them of `interpreters.createQueue`. */
  constructor(id: number) {
    this.#id = id
  }

  /** Its number, by which `interpreters.getQueue` finds it anywhere. */
  get id(): number {
    return this.#id
  }

  /** @internal */
  get [handleName](): HandleName {
    return { kind: 'queue', id: this.#id }
  }

  /** How many items it may hold; 0: any number. */
  async maxsize(): Promise<number> {
    return (await this.#look()).maxsize
  }

  /** How many items it holds. */
  async size(): Promise<number> {
    return (await this.#look()).size
  }

  /** Whether it holds none. */
  async empty(): Promise<boolean> {
    return (await this.#look()).size === 0
  }

  /** Whether it holds as many as it may. */
  async full(): Promise<boolean> {
    const { size, maxsize } = await this.#look()
    return maxsize > 0 && size >= maxsize
  }

  /** Puts an item, and waits while it is full. A TimeoutError when that lasts longer than `timeout`. */
  async put(item: Item, options: WaitOptions = {}): Promise<void> {
    const call = { ...this.#of, do: 'send' as const, values: send('The item', item) }
    await ask({ call, ...checkWait(options) })
  }

  /** Puts an item, or rejects with QueueFull. */
  async tryPut(item: Item): Promise<void> {
    await ask({ call: { ...this.#of, do: 'try_send', values: send('The item', item) } })
  }

  /** Takes the next item, and waits while there is none. A TimeoutError when that lasts longer than `timeout`. */
  async get(options: WaitOptions = {}): Promise<Item> {
    const giveBack = () => null
    const call = { ...this.#of, do: 'receive' as const }
    return receive(((await ask({ call, ...checkWait(options), giveBack })) as { values: string }).values)
  }

  /** Takes the next item, or rejects with QueueEmpty. */
  async tryGet(): Promise<Item> {
    return receive(((await ask({ call: { ...this.#of, do: 'try_receive' } })) as { values: string }).values)
  }

  get #of(): { on: 'interpreter_queue'; queue: number } {
    return { on: 'interpreter_queue', queue: this.#id }
  }

  async #look(): Promise<ChannelLook> {
    return (await ask({ call: { ...this.#of, do: 'look' } })) as ChannelLook
  }
}

export async function createQueue<Item = unknown>(maxsize = 0): Promise<InterpreterQueue<Item>> {
  if (!Number.isInteger(maxsize))
    throw new TypeError(`createQueue(maxsize): give a whole number, not ${shown(maxsize)}.`)
  const call = { on: 'interpreter_queue', do: 'create', maxsize: Math.max(0, maxsize) } as const
  const { queue } = (await ask({ call })) as { queue: number }
  return new InterpreterQueue<Item>(queue)
}

export async function getQueue<Item = unknown>(id: number): Promise<InterpreterQueue<Item>> {
  if (!Number.isInteger(id)) throw new TypeError(`getQueue(id): give a whole number, not ${shown(id)}.`)
  if (id < 0) throw new RangeError(`getQueue(id): an id is not negative, as ${id} is.`)
  await ask({ call: { on: 'interpreter_queue', do: 'look', queue: id } })
  return new InterpreterQueue<Item>(id)
}
