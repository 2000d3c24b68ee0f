import { execFile } from 'node:child_process'
import { opendirSync } from 'node:fs'
import type { LimitPassed } from '../core/resource-limit.ts'
import type { WatchTimers } from './usage-watch.ts'

export type WatchedFolder = {
  folder: string
  allowedBytes: number
  /** Called once, when more is seen. */
  onPassed(passed: LimitPassed): void
}

/** How many bytes lie in each folder: the system's answer, or a test's. */
export type TempSource = (folders: string[]) => Promise<number[]>

type Watch = WatchedFolder & { usedBytes: number }

const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
/** Faster than most disks are written: what is left lasts so long at least. */
const FILLED_BYTES_PER_MS = 2 * 1024 * 1024
/**
 * A look at a million files is long, and is followed by as long a rest. Not a longer one: a folder that is being filled grows
 * meanwhile, and the next look takes longer by that.
 */
const REST_SHARE = 1

/** Looks at what lies in the folders for temporary files, at all of them at once, before any of them could be far too full. */
export class TempWatch {
  readonly #source: TempSource
  readonly #timers: WatchTimers
  readonly #watches = new Set<Watch>()
  #next: { at: number; cancel: () => void } | null = null
  #isLooking = false

  constructor(source: TempSource, timers: WatchTimers) {
    this.#source = source
    this.#timers = timers
  }

  /** Returns what ends the watch. */
  watch(watched: WatchedFolder): () => void {
    const watch: Watch = { ...watched, usedBytes: 0 }
    this.#watches.add(watch)
    this.#plan(pauseOf(watch))
    return () => {
      this.#watches.delete(watch)
      if (this.#watches.size > 0) return
      this.#next?.cancel()
      this.#next = null
    }
  }

  #plan(pauseMs: number): void {
    const at = this.#timers.monoMs() + pauseMs
    // A look that is under way plans the next one.
    if (this.#isLooking || (this.#next !== null && this.#next.at <= at)) return
    this.#next?.cancel()
    this.#next = { at, cancel: this.#timers.after(pauseMs, () => void this.#look()) }
  }

  async #look(): Promise<void> {
    this.#next = null
    this.#isLooking = true
    const begun = this.#timers.monoMs()
    const watches = [...this.#watches]
    const sizes = await this.#source(watches.map(({ folder }) => folder))
    this.#isLooking = false
    for (const [place, watch] of watches.entries()) {
      watch.usedBytes = sizes[place] ?? 0
      if (watch.usedBytes <= watch.allowedBytes || !this.#watches.delete(watch)) continue
      watch.onPassed({ resource: 'temp', used: watch.usedBytes, allowed: watch.allowedBytes })
    }
    if (this.#watches.size === 0) return
    const tookMs = this.#timers.monoMs() - begun
    this.#plan(Math.max(Math.min(...[...this.#watches].map(pauseOf)), tookMs * REST_SHARE))
  }
}

const pauseOf = ({ allowedBytes, usedBytes }: Watch): number =>
  Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, (allowedBytes - usedBytes) / FILLED_BYTES_PER_MS))

/** By `du`, which neither a million files nor the deepest folder make large; null on Windows, which has none. */
export const systemTempSource = (platform = process.platform): TempSource | null =>
  platform === 'win32' ? null : bytesByDu

async function bytesByDu(folders: string[]): Promise<number[]> {
  // Most are empty, and cost no program.
  const filled = folders.filter((folder) => !isEmpty(folder))
  if (filled.length === 0) return folders.map(() => 0)
  const listing = await new Promise<string>((resolve) => {
    const env = { PATH: process.env['PATH'], LC_ALL: 'C' }
    // What vanishes while it is counted makes it fail, after it has told of the rest.
    execFile('nice', ['-n', '5', 'du', '-sk', '--', ...filled], { env }, (_, stdout) => resolve(stdout))
  })
  const bytes = new Map<string, number>()
  for (const line of listing.split('\n')) {
    const tab = line.indexOf('\t')
    bytes.set(line.slice(tab + 1), Number(line.slice(0, tab)) * 1024)
  }
  return folders.map((folder) => bytes.get(folder) ?? 0)
}

function isEmpty(path: string): boolean {
  try {
    const folder = opendirSync(path, { bufferSize: 1 })
    try {
      return folder.readSync() === null
    } finally {
      folder.closeSync()
    }
  } catch {
    // Gone, or closed to us by whom it belongs to.
    return false
  }
}
