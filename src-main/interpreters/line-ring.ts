import type { LogLevel } from '../../src-preload/contract.ts'
import type { LogEntry } from './log-budget.ts'

/** What a record holds besides its text: time (f64), level (u32), length (u32). */
export const RECORD_HEADER_BYTES = 16

/**
 * The last lines of an output, as bytes in one block of memory. As objects they cost the supervisor 420 MB during a flood of 300 MB,
 * because each one lives just long enough for the collector to take it for long-lived; as bytes they cost the block.
 */
export class LineRing {
  readonly #block: Buffer
  readonly #header = Buffer.allocUnsafe(RECORD_HEADER_BYTES)
  readonly #levels: LogLevel[] = []
  /** Places in the endless tape of everything that was written; the block holds its last part. */
  #start = 0
  #end = 0
  #lastAt = 0
  droppedLines = 0
  droppedBytes = 0

  constructor(bytes: number) {
    this.#block = Buffer.allocUnsafeSlow(bytes)
  }

  /** Takes a line and drops as many of the oldest as it needs; one that is larger than the ring is dropped itself. */
  push(at: number, level: LogLevel, text: string): void {
    this.#lastAt = at
    const bytes = Buffer.from(text)
    const recordBytes = RECORD_HEADER_BYTES + bytes.length
    if (recordBytes > this.#block.length) {
      this.#countDropped(bytes.length)
      return
    }
    while (this.#end + recordBytes - this.#start > this.#block.length) this.#dropFirst()
    this.#header.writeDoubleLE(at, 0)
    this.#header.writeUInt32LE(this.#numberOf(level), 8)
    this.#header.writeUInt32LE(bytes.length, 12)
    this.#write(this.#header)
    this.#write(bytes)
  }

  /** From the oldest on; made one by one, for all at once are many times the size of the block. */
  *entries(): Generator<LogEntry> {
    let place = this.#start
    while (place < this.#end) {
      const header = this.#read(place, RECORD_HEADER_BYTES)
      const length = header.readUInt32LE(12)
      const level = this.#levels[header.readUInt32LE(8)] ?? 'out'
      yield [header.readDoubleLE(0), level, this.#read(place + RECORD_HEADER_BYTES, length).toString()]
      place += RECORD_HEADER_BYTES + length
    }
  }

  /** Time of the oldest line that is held; of the last one dropped when none is. */
  get firstAt(): number {
    return this.#start < this.#end ? this.#read(this.#start, RECORD_HEADER_BYTES).readDoubleLE(0) : this.#lastAt
  }

  #dropFirst(): void {
    const length = this.#read(this.#start, RECORD_HEADER_BYTES).readUInt32LE(12)
    this.#start += RECORD_HEADER_BYTES + length
    this.#countDropped(length)
  }

  #countDropped(bytes: number): void {
    this.droppedLines++
    this.droppedBytes += bytes
  }

  #numberOf(level: LogLevel): number {
    const known = this.#levels.indexOf(level)
    return known >= 0 ? known : this.#levels.push(level) - 1
  }

  #write(bytes: Buffer): void {
    const place = this.#end % this.#block.length
    const copied = bytes.copy(this.#block, place)
    if (copied < bytes.length) bytes.copy(this.#block, 0, copied)
    this.#end += bytes.length
  }

  #read(from: number, length: number): Buffer {
    const place = from % this.#block.length
    const piece = this.#block.subarray(place, place + length)
    return piece.length === length ? piece : Buffer.concat([piece, this.#block.subarray(0, length - piece.length)])
  }
}
