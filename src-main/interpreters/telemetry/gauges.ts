import type { Sample } from './gauge.ts'

/** What an interpreter process is for. */
export type InterpreterRole =
  | { kind: 'async' | 'thread' }
  | { kind: 'process'; run: number; attempt: number }
  | { kind: 'named'; interpreter: number; name: string; memoryMb: number }

/** One thread of a process, or the process as a whole while nothing is known of its threads. */
export type Reading = {
  /** Names it for as long as the host lives. */
  key: string
  role: InterpreterRole
  pid: number | null
  launchedAt: number
  /** Null: it never answered. */
  sample: Sample | null
  sampledAt: number | null
  /** Bytes of the whole process. */
  rss: number | null
  /** When it was asked for what it has not answered for too long: something keeps its loop from turning. Null: it turns. */
  blockedSince: number | null
  /** It takes nothing new and ends with what is in it. */
  isRetired: boolean
  endedAt: number | null
}

/** The channel of the process that a reading is of. */
export const channelOfKey = (key: string): number => Number(key.split('.')[0])

/** `askedAt`: when it was asked first without having answered since; null: it has. */
type Thread = { sample: Sample; at: number; askedAt: number | null }

type Process = {
  readonly role: InterpreterRole
  readonly launchedAt: number
  pid: number | null
  endedAt: number | null
  isRetired: boolean
  readonly threads: Map<number, Thread>
  rss: number | null
  /** Of a process that has never answered. */
  askedAt: number | null
}

const ASK_EVERY_MS = 900
/** An answer takes milliseconds. */
const BLOCKED_MS = 700
/** How long, and how many of, those that have ended are still told. */
const REMEMBERED_MS = 60_000
const REMEMBERED = 20

/**
 * What is known of every interpreter process. Processes are asked only when somebody reads, and at most once a second: who does
 * not look costs nothing.
 */
export class Gauges {
  readonly #now: () => number
  readonly #ask: (channel: number) => void
  readonly #memoryOf: (pid: number) => number | null
  readonly #processes = new Map<number, Process>()
  #askedAt = -Infinity

  /** `memoryOf` looks from outside at what a process has in memory, for one that is blocked does not say; null: it cannot. */
  constructor(now: () => number, ask: (channel: number) => void, memoryOf: (pid: number) => number | null) {
    this.#now = now
    this.#ask = ask
    this.#memoryOf = memoryOf
  }

  launched(channel: number, role: InterpreterRole): void {
    const fresh = {
      role,
      launchedAt: this.#now(),
      pid: null,
      endedAt: null,
      isRetired: false,
      rss: null,
      threads: new Map(),
      askedAt: null,
    }
    this.#processes.set(channel, fresh)
  }

  started(channel: number, pid: number): void {
    const known = this.#processes.get(channel)
    if (known !== undefined) known.pid = pid
  }

  retired(channel: number): void {
    const known = this.#processes.get(channel)
    if (known !== undefined) known.isRetired = true
  }

  taken(channel: number, sample: Sample): void {
    const known = this.#processes.get(channel)
    if (known === undefined || known.endedAt !== null) return
    known.askedAt = null
    known.threads.set(sample.thread, { sample, at: this.#now(), askedAt: null })
  }

  /** One that nobody has ever asked is forgotten: most runs are shorter than a second. */
  ended(channel: number): void {
    const known = this.#processes.get(channel)
    if (known === undefined) return
    if (known.threads.size === 0 && known.askedAt === null) this.#processes.delete(channel)
    else known.endedAt = this.#now()
  }

  /** What is known now; it asks for what will be known next time. */
  read(): Reading[] {
    const now = this.#now()
    this.#forgetOld(now)
    const readings = [...this.#processes].flatMap(([channel, known]) => {
      if (known.endedAt === null && known.pid !== null) known.rss = this.#memoryOf(known.pid) ?? known.rss
      return readingsOf(channel, known, now)
    })
    if (now - this.#askedAt >= ASK_EVERY_MS) {
      this.#askedAt = now
      for (const [channel, known] of this.#processes) {
        if (known.endedAt !== null || known.pid === null) continue
        if (known.threads.size === 0) known.askedAt ??= now
        for (const thread of known.threads.values()) thread.askedAt ??= now
        this.#ask(channel)
      }
    }
    return readings
  }

  #forgetOld(now: number): void {
    const ended = [...this.#processes].filter(([, { endedAt }]) => endedAt !== null)
    for (const [index, [channel, { endedAt }]] of ended.entries()) {
      const isOld = now - (endedAt ?? now) > REMEMBERED_MS
      if (isOld || index < ended.length - REMEMBERED) this.#processes.delete(channel)
    }
  }
}

function readingsOf(
  channel: number,
  { role, pid, launchedAt, endedAt, isRetired, rss, threads, askedAt }: Process,
  now: number,
): Reading[] {
  const common = { role, pid, launchedAt, endedAt, isRetired }
  const blockedSince = (since: number | null) =>
    endedAt === null && since !== null && now - since >= BLOCKED_MS ? since : null
  if (threads.size === 0)
    return [
      { ...common, key: String(channel), sample: null, sampledAt: null, rss, blockedSince: blockedSince(askedAt) },
    ]
  return [...threads.values()].map(({ sample, at, askedAt: since }) => ({
    ...common,
    key: `${channel}.${sample.thread}`,
    sample,
    sampledAt: at,
    rss: rss ?? sample.rss,
    blockedSince: blockedSince(since),
  }))
}
