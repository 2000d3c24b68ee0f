import * as v from 'valibot'
import { retentionSchema } from '../../../src-preload/history-contract.ts'
import type { Retention } from '../../../src-preload/history-contract.ts'
import type { Store } from '../../store/store.ts'

/** What the engine remembers of its work on the history; all but the settings begins anew with each life. */
export type History = {
  /** Epoch ms from which on something has finished that is not in the index; null: there is nothing. */
  indexDue: number | null
  retention: Retention
  /** Limits that a person applies once. */
  prune: Retention | null
  /**
   * Where the removal has come to among the oldest: what it cannot remove yet is behind it; and since which monotonic ms there
   * has been something to remove. Null: begins anew.
   */
  removal: { at: number; run: number; since: number } | null
  /** Monotonic ms at which the limits are looked at again. */
  retentionDue: number
  /** Epoch ms at which the next action on many runs begins or goes on; null: none is open. */
  bulkDue: number | null
}

const noLimits: Retention = { maxAgeMs: null, maxRuns: null, maxBytes: null }

export function loadHistory(store: Store): History {
  const saved = store.settings.get.get('retention')
  return {
    indexDue: 0,
    retention: saved === undefined ? noLimits : v.parse(retentionSchema, JSON.parse(saved)),
    prune: null,
    removal: null,
    retentionDue: 0,
    bulkDue: store.bulk.open.all()[0]?.starts_at ?? null,
  }
}
