import { BEAT_MS, slotOf } from './heartbeat.ts'
import type { Report } from '../interpreters.ts'
import { monotonicNow } from '../own-builtins.ts'
import { whereIs } from './pause-thread.ts'

/** A loop that has not turned for so long is blocked: whoever is beside it on the thread notices. */
const BLOCKED_MS = 500
/** Attempts remembered as told of; more than ever run at once. */
const MAX_TOLD = 10_000

type Seen = { beat: number; since: number; isAsked: boolean }

/** Notices threads whose event loop stands still, and says which run keeps it from turning, and where in its code. */
export class LoopWatch {
  readonly #beats: Int32Array
  readonly #threads: () => readonly { threadId: number }[]
  readonly #report: (report: Report) => void
  readonly #seen = new Map<number, Seen>()
  readonly #told = new Set<string>()

  constructor(beats: Int32Array, threads: () => readonly { threadId: number }[], report: (report: Report) => void) {
    this.#beats = beats
    this.#threads = threads
    this.#report = report
    setInterval(() => this.#look(), 2 * BEAT_MS).unref()
  }

  #look(): void {
    const now = monotonicNow()
    for (const { threadId } of this.#threads()) {
      const beat = Atomics.load(this.#beats, slotOf(threadId))
      const seen = this.#seen.get(threadId)
      if (beat === 0) this.#seen.delete(threadId)
      else if (seen?.beat !== beat) this.#seen.set(threadId, { beat, since: now, isAsked: false })
      else if (!seen.isAsked && now - seen.since >= BLOCKED_MS) {
        seen.isAsked = true
        void this.#tell(threadId)
      }
    }
  }

  async #tell(thread: number): Promise<void> {
    const found = await whereIs(thread)
    if (found === null) return
    const { run, attempt, place } = found
    const key = `${run}.${attempt}`
    if (this.#told.has(key)) return
    if (this.#told.size >= MAX_TOLD) this.#told.clear()
    this.#told.add(key)
    const message = `It has kept its event loop, and every run beside it there, from going on for more than ${BLOCKED_MS / 1_000} s.`
    this.#report({ type: 'finding', run, attempt, kind: 'blocked_loop', message, place })
  }
}
