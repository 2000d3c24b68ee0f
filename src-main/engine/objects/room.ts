import { objectLimits } from '../../../src-preload/objects.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { Objects } from './objects.ts'

const counts = {
  semaphore: ({ semaphores }: Objects) => semaphores.semaphore.size,
  lock: ({ semaphores }: Objects) => semaphores.lock.size,
  event: ({ flags }: Objects) => flags.size,
  condition: ({ conditions }: Objects) => conditions.size,
  barrier: ({ barriers }: Objects) => barriers.size,
  queue: ({ queues }: Objects) => queues.size,
  future: ({ futureCount }: Objects) => futureCount,
}
export type ObjectKind = keyof typeof counts

/** Refuses one more of a kind of which there are enough. Whoever makes an object asks this before the first write. */
export function checkRoom(objects: Objects, kind: ObjectKind): void {
  if (counts[kind](objects) >= objectLimits.objects)
    throw problem('TOO_MANY_OBJECTS', { kind, limit: objectLimits.objects })
}
