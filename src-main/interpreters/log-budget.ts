import type { LogLevel } from '../../src-preload/contract.ts'
import { resourceDefaults } from '../../src-preload/limits.ts'
import { LineRing, RECORD_HEADER_BYTES } from './line-ring.ts'

export type LogEntry = [at: number, level: LogLevel, text: string]

export type LogBudgetOptions = { lineBytes?: number; totalBytes?: number }

export const LINE_BYTES = 1024 * 1024
const HEAD_SHARE = 0.8
/** What a line costs besides its text, so that a flood of empty lines is bounded too. */
const LINE_OVERHEAD_BYTES = RECORD_HEADER_BYTES

/**
 * How much of an attempt's output is kept: the first 80 % of the budget as it comes, then the last 20 % in a ring that
 * is released when the attempt ends, with a line in between that says how much was cut. Both ends are kept because
 * the cause of a failure stands at the end and the settings it ran with at the beginning.
 */
export class LogBudget {
  readonly #lineBytes: number
  readonly #tailBytes: number
  #headLeft: number
  #tail: LineRing | null = null

  constructor(options: LogBudgetOptions = {}) {
    const totalBytes = options.totalBytes ?? resourceDefaults.outputBytes
    // A line larger than the end that is kept would be dropped as a whole.
    this.#lineBytes = options.lineBytes ?? Math.min(LINE_BYTES, Math.floor(totalBytes / 8))
    this.#headLeft = Math.floor(totalBytes * HEAD_SHARE)
    this.#tailBytes = totalBytes - this.#headLeft
  }

  /** The line as it may be sent now; null when it is held back for the end, or dropped. */
  admit(at: number, level: LogLevel, text: string): LogEntry | null {
    // A UTF-16 unit is at most 3 bytes: short lines need no counting.
    const kept = text.length * 3 > this.#lineBytes ? this.#cutLine(text) : text
    if (this.#tail === null) {
      const cost = Buffer.byteLength(kept) + LINE_OVERHEAD_BYTES
      if (this.#headLeft >= cost) {
        this.#headLeft -= cost
        return [at, level, kept]
      }
    }
    // From here on everything goes to the ring, so that head and tail stay in order.
    this.#tail ??= new LineRing(this.#tailBytes)
    this.#tail.push(at, level, kept)
    return null
  }

  /** What was held back, after a mark that says what was cut before it. Call once, when the attempt's output ends. */
  *release(): Generator<LogEntry> {
    if (this.#tail === null) return
    const { droppedLines, droppedBytes, firstAt } = this.#tail
    if (droppedLines > 0) yield [firstAt, 'mark', `… ${droppedLines} lines (${droppedBytes} bytes) cut …`]
    yield* this.#tail.entries()
  }

  #cutLine(text: string): string {
    const bytes = Buffer.from(text)
    if (bytes.length <= this.#lineBytes) return text
    // A character that the cut halves would become a replacement character: step back to its first byte.
    let end = this.#lineBytes
    while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
    return `${bytes.toString('utf8', 0, end)} … ${bytes.length - end} bytes cut …`
  }
}
