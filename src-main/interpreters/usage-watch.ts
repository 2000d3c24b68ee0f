import type { LimitPassed } from '../core/resource-limit.ts'
import type { Mark } from './process-marks.ts'
import type { ProcessSample, SampleSource } from './process-samples.ts'

/** One attempt's processes: those that carry its tag or its mark, or are in the group that `pid` leads. */
export type Watched = {
  pid: number
  tag: string
  mark: Mark
  memoryBytes: number | null
  cpuMs: number | null
  /** Called once, at the first limit that is seen passed. */
  onPassed(passed: LimitPassed): void
}

/** Undefined: not read yet; null: it has none. */
type Owner = { tag?: string | null | undefined; mark?: Mark | null }

type Member = { cpuMs: number; parent: number }
type Watch = Watched & {
  members: Map<number, Member>
  /** Processor time of members that have ended without a parent among us to count it. */
  endedCpuMs: number
  usedBytes: number
  usedCpuMs: number
}

export type WatchTimers = {
  monoMs(): number
  /** Calls back once after `delayMs`; returns what takes it back. */
  after(delayMs: number, callback: () => void): () => void
}

const SHORTEST_PAUSE_MS = 25
/** What of processor time is not seen of a process that ends is at most so much of each core. */
const LONGEST_PAUSE_MS = 500
/** Where only memory is watched, and there is much of it left. */
const LONGEST_MEMORY_PAUSE_MS = 2_000
/** Nothing fills memory faster, measured with one process on two cores: what is left lasts so long at least. */
const FILLED_BYTES_PER_MS = 4 * 1024 * 1024
/** Looking takes at most so much of this process's time: 1 part of 10. */
const REST_SHARE = 10

/**
 * Looks at what the processes of attempts use, all at once, and never later than memory could be full. It sees the tree and
 * not only its root; what a process did between the last look and its end, with no parent that waited for it, is not seen.
 */
export class UsageWatch {
  readonly #source: SampleSource
  readonly #timers: WatchTimers
  readonly #cores: number
  readonly #watches = new Set<Watch>()
  /** What says whose a process is, read once: `<pid>:<startedAt>` leads to its mark, and the part of its tag that names an attempt. */
  #owners = new Map<string, Owner>()
  #next: { at: number; cancel: () => void } | null = null

  constructor(source: SampleSource, timers: WatchTimers, cores: number) {
    this.#source = source
    this.#timers = timers
    this.#cores = cores
  }

  /** Returns what ends the watch. */
  watch(watched: Watched): () => void {
    const watch: Watch = { ...watched, members: new Map(), endedCpuMs: 0, usedBytes: 0, usedCpuMs: 0 }
    this.#watches.add(watch)
    this.#plan(pauseOf(watch, this.#cores))
    return () => {
      this.#watches.delete(watch)
      if (this.#watches.size > 0) return
      this.#next?.cancel()
      this.#next = null
      this.#owners.clear()
    }
  }

  #plan(pauseMs: number): void {
    const at = this.#timers.monoMs() + pauseMs
    if (this.#next !== null && this.#next.at <= at) return
    this.#next?.cancel()
    this.#next = { at, cancel: this.#timers.after(pauseMs, () => this.#look()) }
  }

  #look(): void {
    this.#next = null
    const before = this.#timers.monoMs()
    const samples = this.#membersByWatch()
    for (const watch of [...this.#watches]) {
      const passed = this.#measure(watch, samples.get(watch) ?? [])
      if (passed === null) continue
      this.#watches.delete(watch)
      watch.onPassed(passed)
    }
    if (this.#watches.size === 0) return
    const tookMs = this.#timers.monoMs() - before
    const pauses = [...this.#watches].map((watch) => pauseOf(watch, this.#cores))
    this.#plan(Math.max(Math.min(...pauses), tookMs * REST_SHARE))
  }

  #membersByWatch(): Map<Watch, ProcessSample[]> {
    const byTag = new Map([...this.#watches].map((watch) => [watch.tag, watch]))
    const byMark = new Map([...this.#watches].map((watch) => [watch.mark, watch]))
    const byGroup = new Map([...this.#watches].map((watch) => [watch.pid, watch]))
    const owners = new Map<string, Owner>()
    const found = new Map<Watch, ProcessSample[]>()
    for (const sample of this.#source.samples()) {
      const key = `${sample.pid}:${sample.startedAt}`
      const known = this.#owners.get(key)
      const owner: Owner = { ...known }
      owners.set(key, owner)
      // What runs inside a run has started is tagged below it, after a plus.
      if (owner.tag === undefined) owner.tag = this.#source.tagOf(sample.pid)?.split('+', 1)[0]
      // While a program is being loaded its environment reads as empty: that is only believed the second time.
      if (owner.tag === undefined && known !== undefined) owner.tag = null
      let watch = byTag.get(owner.tag ?? '') ?? byGroup.get(sample.group)
      if (watch === undefined) {
        // It has left the group with an empty environment, or another tag.
        if (owner.mark === undefined) owner.mark = this.#source.markOf(sample.pid)
        if (owner.mark !== null) watch = byMark.get(owner.mark)
      }
      if (watch === undefined) continue
      const members = found.get(watch)
      if (members === undefined) found.set(watch, [sample])
      else members.push(sample)
    }
    this.#owners = owners
    return found
  }

  #measure(watch: Watch, samples: ProcessSample[]): LimitPassed | null {
    const alive = new Map(samples.map((sample) => [sample.pid, sample]))
    for (const [pid, { cpuMs, parent }] of watch.members) {
      if (!alive.has(pid) && !watch.members.has(parent)) watch.endedCpuMs += cpuMs
    }
    watch.members = new Map(samples.map(({ pid, cpuMs, parent }) => [pid, { cpuMs, parent }]))
    const cpuMs = samples.reduce((sum, sample) => sum + sample.cpuMs, watch.endedCpuMs)
    // A parent that ends without having waited takes its children's time with it.
    watch.usedCpuMs = Math.max(watch.usedCpuMs, cpuMs)
    if (watch.cpuMs !== null && watch.usedCpuMs > watch.cpuMs) {
      return { resource: 'cpu', used: watch.usedCpuMs, allowed: watch.cpuMs }
    }
    watch.usedBytes = this.#bytesOf(samples, watch.memoryBytes)
    if (watch.memoryBytes !== null && watch.usedBytes > watch.memoryBytes) {
      return { resource: 'memory', used: watch.usedBytes, allowed: watch.memoryBytes }
    }
    return null
  }

  /** Shared pages count for each process that has them, so the sum of many is only believed while it is within the limit. */
  #bytesOf(samples: ProcessSample[], allowed: number | null): number {
    const resident = samples.reduce((sum, { residentBytes }) => sum + residentBytes, 0)
    if (allowed === null || resident <= allowed || samples.length === 1) return resident
    return samples.reduce((sum, { pid, residentBytes }) => sum + (this.#source.fairBytes(pid) ?? residentBytes), 0)
  }
}

/** How long the next look can wait before the attempt could be far over a limit. */
function pauseOf(watch: Watch, cores: number): number {
  const forMemory = watch.memoryBytes === null ? Infinity : (watch.memoryBytes - watch.usedBytes) / FILLED_BYTES_PER_MS
  const forCpu = watch.cpuMs === null ? Infinity : (watch.cpuMs - watch.usedCpuMs) / cores
  const longest = watch.cpuMs === null ? LONGEST_MEMORY_PAUSE_MS : LONGEST_PAUSE_MS
  return Math.min(longest, Math.max(SHORTEST_PAUSE_MS, Math.min(forMemory, forCpu)))
}
