import { objectKinds, objectLimits } from '../../../src-preload/objects.ts'
import type { ObjectKind } from '../../../src-preload/objects.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { Objects } from './objects.ts'

const counts: Record<ObjectKind, (objects: Objects) => number> = {
  semaphore: ({ semaphores }) => semaphores.semaphore.size,
  lock: ({ semaphores }) => semaphores.lock.size,
  event: ({ flags }) => flags.size,
  condition: ({ conditions }) => conditions.size,
  barrier: ({ barriers }) => barriers.size,
  queue: ({ queues }) => queues.size,
  future: ({ futureCount }) => futureCount,
}

export const countObjects = (objects: Objects): Record<ObjectKind, number> =>
  Object.fromEntries(objectKinds.map((kind) => [kind, counts[kind](objects)])) as Record<ObjectKind, number>

/** Refuses one more of a kind of which there are enough. Whoever makes an object asks this before the first write. */
export function checkRoom(objects: Objects, kind: ObjectKind): void {
  if (counts[kind](objects) >= objectLimits.objects)
    throw problem('TOO_MANY_OBJECTS', { kind, limit: objectLimits.objects })
}
