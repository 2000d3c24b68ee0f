/** A span of real time in which the clocks of a zone keep one offset from UTC. All in ms. */
export type Segment = {
  readonly from: number
  /** The first moment after it. */
  readonly until: number
  /** Local time less UTC. */
  readonly offset: number
  readonly offsetBefore: number
  readonly offsetAfter: number
}

/**
 * Segments are looked for in blocks of real time; a block's border is no change of the clocks, and no zone changes them
 * there.
 */
const BLOCK_MS = 365 * 86_400_000
/** Shorter than clocks anywhere keep a new offset. */
const STRIDE_MS = 7 * 86_400_000

/** The clocks of one IANA zone, as the platform knows them. */
export class Zone {
  readonly #format: Intl.DateTimeFormat
  #blocks = new Map<number, Segment[]>()

  /** Throws a RangeError when there is no such zone. */
  constructor(name: string) {
    try {
      this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, ...fields })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new RangeError(
        `"${name}" is not a time zone. Write a name of the IANA database, such as Europe/Berlin or UTC.`,
        { cause: error },
      )
    }
  }

  /** The segment of `at` and those after it, without end. */
  *from(at: number): Generator<Segment> {
    for (let block = Math.floor(at / BLOCK_MS); ; block += 1)
      for (const segment of this.#segmentsOf(block)) if (segment.until > at) yield segment
  }

  /** The segment of `at` and those before it, without end. */
  *backFrom(at: number): Generator<Segment> {
    for (let block = Math.floor(at / BLOCK_MS); ; block -= 1)
      for (const segment of this.#segmentsOf(block).toReversed()) if (segment.from <= at) yield segment
  }

  offsetAt(at: number): number {
    const [segment] = this.from(at)
    return segment?.offset ?? 0
  }

  #segmentsOf(block: number): Segment[] {
    const known = this.#blocks.get(block)
    if (known !== undefined) return known
    const segments = this.#lookAt(block * BLOCK_MS, (block + 1) * BLOCK_MS)
    this.#blocks.set(block, segments)
    return segments
  }

  #lookAt(start: number, end: number): Segment[] {
    const segments: Segment[] = []
    let from = start
    let offsetBefore = this.#measure(start - 1_000)
    let offset = this.#measure(start)
    for (let at = start; at < end;) {
      const next = Math.min(at + STRIDE_MS, end)
      const offsetAfter = this.#measure(next)
      if (offsetAfter !== offset) {
        const until = this.#changeBetween(at, next)
        if (until < end) {
          segments.push({ from, until, offset, offsetBefore, offsetAfter })
          offsetBefore = offset
          from = until
          offset = offsetAfter
        }
      }
      at = next
    }
    return [...segments, { from, until: end, offset, offsetBefore, offsetAfter: this.#measure(end) }]
  }

  /** The first second with another offset than `low` has. */
  #changeBetween(low: number, high: number): number {
    const offset = this.#measure(low)
    let before = low / 1_000
    let after = high / 1_000
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (this.#measure(middle * 1_000) === offset) before = middle
      else after = middle
    }
    return after * 1_000
  }

  #measure(at: number): number {
    const parts: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(at)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000
  }
}

const fields = {
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const

const zones = new Map<string, Zone>()

/** The same one for the same name: what it has looked up is kept. Throws a RangeError when there is no such zone. */
export function zoneNamed(name: string): Zone {
  const zone = zones.get(name) ?? new Zone(name)
  zones.set(name, zone)
  return zone
}
