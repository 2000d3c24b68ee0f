import type { LiveRun } from '../state.ts'
import { scriptSideOf } from './script-side.ts'

/** As many as a timeline shows. */
const ENDED_KEPT = 2_000

/** The queue that an attempt works for. */
export type QueueUse = { readonly queue: string; readonly takes: boolean }

/**
 * For which queue each run works, in memory: the one that it took from first, or else put to first. Of attempts that have
 * ended the last ones are known.
 */
export class QueueUses {
  /** Epoch ms; what ended before is not known. */
  readonly since: number
  readonly #ended = new Map<number, QueueUse>()

  constructor(now: number) {
    this.since = now
  }

  keep(run: number, use: QueueUse | null): void {
    if (use === null) return
    this.#ended.delete(run)
    this.#ended.set(run, use)
    const [oldest] = this.#ended.keys()
    if (this.#ended.size > ENDED_KEPT && oldest !== undefined) this.#ended.delete(oldest)
  }

  queueOf(run: number, live: LiveRun | undefined): string | null {
    return (live?.script?.queueUse ?? this.#ended.get(run))?.queue ?? null
  }
}

export function noteQueueUse(run: LiveRun, queue: string, takes: boolean): void {
  const side = scriptSideOf(run)
  if (side.queueUse === null || (takes && !side.queueUse.takes)) side.queueUse = { queue, takes }
}
