import type { Advice, Executor } from '../../src-preload/contract.ts'

/** What a script did with its time, from the call of its function to its end; what only a fresh interpreter costs is not in it. */
export type Use = {
  ms: number
  /** Of its thread, or of its process with all threads. */
  cpuMs: number
  /** How long its event loop did not stand ready for others: it computed, or was held by a call that blocks. */
  loopMs: number
  /** The most that its process had in memory; null where others share that. */
  peakBytes: number | null
}

/** Fewer say too little. */
const MIN_RUNS = 3
/** What a process takes before a script runs, of the time that passes and of a core: some more than a bare Node. */
const START_MS = 45
/** Up to here an event loop is taken to wait, and what the run computes does not hold up those beside it. */
const IDLE = 0.2
/** The same of runs in fresh processes, as far as it is no more than cold code and the loading of modules explain. */
const IDLE_FRESH = 0.35
const COLD_MS = 40
/** Above that a run in a shared process is at the expense of its neighbours; a process of its own gives all back. */
const LARGE_BYTES = 512 * 1024 * 1024

/**
 * Which executor fits the work that the runs of a job have done; null where too few were measured. `needsProcess`: it
 * has a working folder, an environment or limits of its own. Whoever holds an event loop may not share it; of a thread and
 * a process it is then the one that gets more done with these `slots`, of which `thread` stands for the cores.
 */
export function adviseExecutor(
  runs: Use[],
  current: Executor,
  needsProcess: boolean,
  slots: Record<Executor, number>,
): Advice | null {
  if (runs.length < MIN_RUNS) return null
  const ms = Math.max(1, typical(runs.map((use) => use.ms)))
  const cpuMs = typical(runs.map((use) => use.cpuMs))
  const loopMs = typical(runs.map((use) => use.loopMs))
  const loopShare = Math.min(1, loopMs / ms)
  const peakBytes = Math.max(...runs.map((use) => use.peakBytes ?? 0))
  // Several threads of one run can compute more than the time that passes.
  const cpuShare = Math.min(1, cpuMs / ms)
  const waitMs = Math.round(Math.max(0, ms - cpuMs))

  const perMs = {
    thread: Math.min(slots.thread / ms, slots.thread / Math.max(1, cpuMs)),
    process: Math.min(slots.process / (ms + START_MS), slots.thread / (cpuMs + START_MS)),
  }
  const isLarge = peakBytes > LARGE_BYTES
  const isFresh = runs.every((use) => use.peakBytes !== null)
  const isReady = loopShare <= IDLE || (isFresh && loopShare <= IDLE_FRESH && (loopMs - COLD_MS) / ms <= IDLE)
  const fitting = isReady ? 'async' : perMs.process > perMs.thread ? 'process' : 'thread'
  const executor = needsProcess || isLarge ? 'process' : fitting

  const percent = (share: number) => Math.round(100 * share)
  const words = [`${percent(cpuShare)} % CPU`]
  if (percent(cpuShare) < 90) words.push(`${waitMs} ms waiting`)
  if (Math.abs(loopShare - cpuShare) > IDLE) words.push(`event loop held ${percent(loopShare)} % of the time`)
  if (isLarge) words.push(`${Math.round(peakBytes / 1024 / 1024)} MB of memory`)
  if (needsProcess) words.push('but its folder, environment or limits need a process of its own')
  const reason = `${words.join(', ')}: ${executor}`
  return { executor, isCurrent: executor === current, runs: runs.length, cpuShare, waitMs, reason }
}

/** The mean, without the extremes where there are enough: a first run that loads modules is no measure of the others. */
function typical(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length < 5 ? sorted : sorted.slice(1, -1)
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}
