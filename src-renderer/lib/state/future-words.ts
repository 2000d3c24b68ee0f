import type { FutureRow } from '../../../src-preload/contract.ts'
import type { StateWords } from './run-words.ts'

const ofState: Record<FutureRow['state'], StateWords> = {
  pending: { look: 'waiting', word: 'Pending' },
  done: { look: 'succeeded', word: 'Done' },
  failed: { look: 'failed', word: 'Failed' },
  cancelled: { look: 'cancelled', word: 'Cancelled' },
}

export const futureStates = Object.keys(ofState) as FutureRow['state'][]

/** One that nobody waits for is no reason to hurry. */
export const futureWords = ({ state, waiting }: Pick<FutureRow, 'state' | 'waiting'>): StateWords =>
  state === 'pending' && waiting === 0 ? { look: 'queued', word: 'Pending' } : ofState[state]

/** What the list is narrowed to: those that wait for an answer, unless the address says otherwise. */
export type FutureFilter = { text: string; state: FutureRow['state'] | 'all' }

export function readFutureFilter(query: URLSearchParams): FutureFilter {
  const state = [...futureStates, 'all' as const].find((each) => each === query.get('state')) ?? 'pending'
  return { text: query.get('q') ?? '', state }
}

export const fitsFuture = (row: FutureRow, { text, state }: FutureFilter): boolean =>
  (state === 'all' || row.state === state) && row.name.toLowerCase().includes(text.trim().toLowerCase())
