import type { Outcome, RunFilter, RunRow, SearchMatch } from '../../../src-preload/contract.ts'
import type { CallProblem } from './call-problem.ts'
import { callProblem } from './call-problem.ts'
import type { Connection } from './connection.svelte.ts'

/** The first page is there at once; who asks for more wants much. */
const firstRows = 50
const olderRows = 250

/** Finished runs page by page. Nothing is inserted by itself: what is new is counted beside the list. */
export class HistoryPages {
  rows: RunRow[] = $state.raw([])
  /** Where the searched text was found, by run. */
  matches: ReadonlyMap<number, SearchMatch> = $state.raw(new Map())
  hasOlder = $state(false)
  isLoading = $state(false)
  hasLoaded = $state(false)
  problem: CallProblem | null = $state.raw(null)
  /** The engine's counters when the first page was read. */
  countedAt: Record<Outcome, number> | null = $state.raw(null)
  #connection: Connection
  #asked = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Reads the newest page. */
  load(filter: RunFilter): Promise<void> {
    return this.#read(filter, [])
  }

  /** Reads the page after the last row. */
  older(filter: RunFilter): Promise<void> {
    return this.#read(filter, this.rows)
  }

  /** Only the last question counts: an answer that comes after a newer question is dropped. */
  async #read(filter: RunFilter, before: RunRow[]): Promise<void> {
    this.#asked += 1
    const asked = this.#asked
    this.isLoading = true
    try {
      const { client } = await this.#connection.whenConnected(new AbortController().signal)
      const last = before.at(-1)
      const status = last ? null : await client.engine.status()
      const page = await client.runs.list({
        ...filter,
        limit: last ? olderRows : firstRows,
        ...(last && { before: last.id }),
      })
      if (asked !== this.#asked) return
      this.rows = [...before, ...page.rows]
      this.matches = new Map([
        ...(last ? this.matches : []),
        ...page.matches.map((match) => [match.run, match] as const),
      ])
      this.hasOlder = page.more
      if (status) this.countedAt = status.finished
      this.problem = null
    } catch (error) {
      if (asked === this.#asked) this.problem = callProblem(error)
    } finally {
      if (asked === this.#asked) {
        this.isLoading = false
        this.hasLoaded = true
      }
    }
  }
}
