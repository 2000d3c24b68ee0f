import type { PlannedSlot } from '../../../src-preload/contract.ts'
import { problemText, callProblem } from './call-problem.ts'
import type { Connection } from './connection.svelte.ts'
import type { Timing } from './schedule-draft.ts'

const SHOWN = 10
/** Between the last key and the question. */
const PAUSE_MS = 150

/** What a timing means, asked of the host while it is typed: in words, and its next slots. */
export class TimingPreview {
  answer: { words: string; zone: string; slots: PlannedSlot[] } | null = $state.raw(null)
  /** Why the host does not take it. */
  fault: string | null = $state(null)
  readonly #connection: Connection
  #asked = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Null: the form does not say one. */
  show(timing: Timing | null): void {
    clearTimeout(this.#timer)
    this.#asked += 1
    const asked = this.#asked
    if (timing === null) {
      this.answer = null
      this.fault = null
      return
    }
    this.#timer = setTimeout(() => void this.#ask(timing, asked), PAUSE_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#asked += 1
  }

  /** Only the last question counts. */
  async #ask(timing: Timing, asked: number): Promise<void> {
    try {
      const { client } = await this.#connection.whenConnected(new AbortController().signal)
      const answer = await client.schedules.preview({ timing, limit: SHOWN })
      if (asked !== this.#asked) return
      this.answer = answer
      this.fault = answer.slots.length === 0 ? 'It has no slot after now.' : null
    } catch (error) {
      if (asked !== this.#asked) return
      this.answer = null
      this.fault = problemText(callProblem(error))
    }
  }
}
