import { toJson } from '../../own-builtins.ts'
import type { RunLink } from '../run-link.ts'

/** A queue item that a run has taken and is not done with. */
export type Delivery = { readonly id: number; readonly value: unknown; readonly text: string }

/** By run and by queue, in the order of taking: one module may serve many runs, and one queue many handles. */
const taken = new WeakMap<RunLink, Map<string, Map<number, Delivery>>>()

export function noteDelivery(link: RunLink, queue: string, delivery: Delivery): Delivery {
  let queues = taken.get(link)
  if (queues === undefined) taken.set(link, (queues = new Map<string, Map<number, Delivery>>()))
  let own = queues.get(queue)
  if (own === undefined) queues.set(queue, (own = new Map<number, Delivery>()))
  own.set(delivery.id, delivery)
  return delivery
}

/** Whether it was still open. */
export const forget = (link: RunLink, queue: string, { id }: Delivery): boolean =>
  taken.get(link)?.get(queue)?.delete(id) === true

/** The very value that was taken; else one with the same content. */
export function findDelivery(link: RunLink, queue: string, value: unknown): Delivery | undefined {
  const own = [...(taken.get(link)?.get(queue)?.values() ?? [])]
  const same = own.find((delivery) => delivery.value === value)
  if (same !== undefined) return same
  const text = toJson(value)
  return own.find((delivery) => delivery.text === text)
}

export const oldestDelivery = (link: RunLink, queue: string): Delivery | undefined =>
  taken.get(link)?.get(queue)?.values().next().value
