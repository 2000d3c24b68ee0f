import type { LogEntry } from './log-budget.ts'
import type { Report } from './interpreters.ts'
import { clearTimeout, now as wallMs, setImmediate, setTimeout, toJson } from './own-builtins.ts'

const MAX_LINES = 256
const MAX_UNITS = 256 * 1024
/** So many go before the turn is over: who takes them can work while the rest of the turn goes on. */
const MAX_REPORTS = 128
const WINDOW_MS = 50
/** Lines that go at once in each window, before batching begins. */
const PROMPT_LINES = 16

/**
 * Collects what runs report and sends it in batches. Few lines go at once, so that what a script said before it blocks its
 * thread for ever is seen; a flood waits for the end of its window of 50 ms. Endings go at the end of the turn.
 */
export class ReportBatch {
  readonly #send: (json: string) => void
  #reports: Report[] = []
  #lines = 0
  #units = 0
  #windowStart = 0
  #promptLines = 0
  #timer: NodeJS.Timeout | null = null
  #isTurnEndPlanned = false

  constructor(send: (json: string) => void) {
    this.#send = send
  }

  log(run: number, attempt: number, entry: LogEntry): void {
    const last = this.#reports.at(-1)
    if (last?.type === 'log' && last.run === run && last.attempt === attempt) last.lines.push(entry)
    else this.#reports.push({ type: 'log', run, attempt, lines: [entry] })
    this.#units += entry[2].length
    this.#lines++
    if (this.#isPrompt() || this.#lines >= MAX_LINES || this.#units >= MAX_UNITS) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref()
  }

  /** A report that is not output; leaves at the end of this turn, with everything that was said before it. */
  add(report: Report): void {
    this.#reports.push(report)
    if (report.type === 'ended' && report.ending.how === 'returned') this.#units += report.ending.result.length
    // Hundreds of large results in one turn would be a frame that nobody takes.
    if (this.#units >= MAX_UNITS || this.#reports.length >= MAX_REPORTS) {
      this.flush()
      return
    }
    if (this.#isTurnEndPlanned) return
    this.#isTurnEndPlanned = true
    setImmediate(() => this.flush())
  }

  flush(): void {
    this.#isTurnEndPlanned = false
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#reports.length === 0) return
    const reports = this.#reports
    this.#reports = []
    this.#lines = 0
    this.#units = 0
    this.#send(toJson(reports))
  }

  #isPrompt(): boolean {
    const now = wallMs()
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#windowStart = now
      this.#promptLines = 0
    }
    return ++this.#promptLines <= PROMPT_LINES
  }
}
