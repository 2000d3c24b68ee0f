import type { Store } from '../../store/store.ts'
import type { Line } from '../../core/line.ts'
import { loadBarriers } from './barriers.ts'
import type { Barrier } from './barriers.ts'
import type { Cascade } from './cascades.ts'
import { loadChildCounts } from './cascades.ts'
import { loadFlags } from './flags.ts'
import type { Flag } from './flags.ts'
import type { Asker } from './script-side.ts'
import type { Condition } from './conditions.ts'
import { loadQueues } from './queues.ts'
import type { Queue } from './queues.ts'
import type { Use } from './rates.ts'
import { loadSemaphores } from './semaphores.ts'
import type { Semaphores } from './semaphores.ts'

/** Every durable object, by kind and name. What is stored is loaded at boot; who waits lives in memory only. */
export type Objects = {
  readonly flags: Map<string, Flag>
  /** Who waits for the end of a run. */
  readonly watches: Map<number, Line<Asker>>
  /** Unfinished children of the runs that have any. */
  readonly childCounts: Map<number, number>
  /** Cancels that are passed on, in their order; nothing is admitted before they are through. */
  readonly cascades: Set<Cascade>
  readonly semaphores: Semaphores
  readonly queues: Map<string, Queue>
  readonly barriers: Map<string, Barrier>
  /** Who waits for a named future; the futures themselves are in the store only. */
  readonly futureWaits: Map<string, Line<Asker>>
  futureCount: number
  /** Queues whose counts are to be written at the end of the turn. */
  readonly changedQueues: Set<Queue>
  readonly conditions: Map<string, Condition>
  /** Permits of rates that come back with time, by id. */
  readonly uses: Map<number, Use>
}

export const loadObjects = (store: Store): Objects => ({
  flags: loadFlags(store),
  watches: new Map(),
  childCounts: loadChildCounts(store),
  cascades: new Set(),
  semaphores: loadSemaphores(store),
  queues: loadQueues(store),
  barriers: loadBarriers(store),
  futureWaits: new Map(),
  futureCount: store.futures.count.get() ?? 0,
  changedQueues: new Set(),
  conditions: new Map(),
  uses: new Map(),
})
