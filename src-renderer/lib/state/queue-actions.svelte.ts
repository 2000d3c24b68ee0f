import { toast } from 'svelte-sonner'
import type { Client, Json, QueueOrder, QueueRow } from '../../../src-preload/contract.ts'
import type { Connection } from './connection.svelte.ts'
import type { Router } from './router.svelte.ts'
import { tryCall } from './try-call.ts'

/** What is asked before it is done, with the queue as it was when it was asked. */
export type QueueQuestion = { what: 'shutdown' | 'clear' | 'discard-dead' | 'remove'; queue: QueueRow }
export type NewItem = {
  name: string
  value: Json
  priority: number | null
  /** Null: the queue exists. */
  create: { maxsize: number; order: QueueOrder } | null
}

const items = (count: number): string => (count === 1 ? '1 item' : `${count.toLocaleString()} items`)

/** What can be done to queues by hand. */
export class QueueActions {
  asking: QueueQuestion | null = $state.raw(null)
  /** The queue into which an item is put; '' for one that is to be made. */
  putting: { name: string; order: QueueOrder } | null = $state.raw(null)
  #connection: Connection
  #router: Router

  constructor(connection: Connection, router: Router) {
    this.#connection = connection
    this.#router = router
  }

  get #queues(): Client['queues'] {
    return this.#connection.client.queues
  }

  async setPaused(name: string, isPaused: boolean): Promise<void> {
    const row = await tryCall(() => this.#queues[isPaused ? 'pause' : 'resume']({ name }))
    if (row) toast.success(`Queue ${name} is ${isPaused ? 'paused' : 'resumed'}`)
  }

  async put(item: NewItem): Promise<boolean> {
    const put = await tryCall(() => this.#queues.put(item))
    if (put) toast.success(`Item ${put.item} is in ${item.name}: ${items(put.queue.ready)} ready`)
    return put !== null
  }

  /** `immediate`: what is ready is thrown away, too. */
  async shutDown(name: string, immediate: boolean): Promise<void> {
    const row = await tryCall(() => this.#queues.shutdown({ name, immediate }))
    if (row) toast.success(`Queue ${name} is shut down`)
  }

  async revive(name: string, ids: number[] | null): Promise<void> {
    const done = await tryCall(() => this.#queues.reviveDead({ name, items: ids }))
    if (done) toast.success(`${items(done.revived)} of ${name} taken up again`)
  }

  async drop(name: string, which: number[] | 'ready' | 'dead'): Promise<void> {
    const done = await tryCall(() => this.#queues.dropItems({ name, items: which }))
    if (done) toast.success(`${items(done.dropped)} of ${name} thrown away`)
  }

  async remove(name: string): Promise<void> {
    const done = await tryCall(() => this.#queues.remove({ name, dropItems: true }))
    if (!done) return
    toast.success(`Queue ${name} is removed`)
    if (this.#router.current.path !== '/queues') this.#router.go('/queues')
  }
}
