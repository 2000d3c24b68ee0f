import type { LogEntry } from './log-budget.ts'

/**
 * The last word on how much of an attempt is logged. What its process writes and what its script logs come by two ways, each
 * with a budget of the whole limit, since most use one of them; together they get no more than the limit either.
 */
export class OutputTotal {
  readonly #totalBytes: number
  #bytes = 0
  #isFull = false

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes
  }

  /** The lines that have room; after the last of them a mark says that more is not kept. */
  admit(lines: LogEntry[]): LogEntry[] {
    if (this.#isFull) return []
    for (const [place, [at, , text]] of lines.entries()) {
      this.#bytes += Buffer.byteLength(text)
      if (this.#bytes <= this.#totalBytes) continue
      this.#isFull = true
      return [...lines.slice(0, place), [at, 'mark', '… what is logged from here on is not kept …']]
    }
    return lines
  }
}
