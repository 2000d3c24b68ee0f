import type { Advice, Executor } from '../../src-preload/contract.ts'

/** A run that has succeeded: how long it took, and what its own process or thread has computed meanwhile. */
export type MeasuredRun = { executor: Executor; wallMs: number; cpuMs: number }

/** Fewer say too little. */
const MIN_RUNS = 3
/** What starting an interpreter costs before a script runs; it is no work of the script's, and is measured with it. */
const START_MS: Record<Executor, number> = { async: 0, thread: 0, process: 50 }
/** From here on a run is taken to keep a core busy. */
const BUSY = 0.7
/** Up to here it is taken to wait, and what it computes does not hold up those beside it. */
const IDLE = 0.2

/**
 * Which executor fits the work that the runs of a job have done; null where too few were measured. `needsProcess`: it
 * has a working folder or an environment of its own. What is in between stays in a process: it would hold up others on
 * a shared event loop, and leave a core idle on a thread.
 */
export function adviseExecutor(runs: MeasuredRun[], current: Executor, needsProcess: boolean): Advice | null {
  if (runs.length < MIN_RUNS) return null
  let cpuMs = 0
  let wallMs = 0
  for (const run of runs) {
    cpuMs += Math.max(0, run.cpuMs - START_MS[run.executor])
    wallMs += Math.max(1, run.wallMs - START_MS[run.executor])
  }
  // Several threads of one run can compute more than the time that passes.
  const cpuShare = Math.min(1, cpuMs / wallMs)
  const waitMs = Math.round(Math.max(0, wallMs - cpuMs) / runs.length)
  const fitting: Executor = cpuShare >= BUSY ? 'thread' : cpuShare <= IDLE ? 'async' : 'process'
  const executor = needsProcess ? 'process' : fitting
  const reason = reasonOf(fitting, needsProcess, Math.round(100 * cpuShare), waitMs)
  return { executor, isCurrent: executor === current, runs: runs.length, cpuShare, waitMs, reason }
}

function reasonOf(fitting: Executor, needsProcess: boolean, percent: number, waitMs: number): string {
  if (needsProcess) return `${percent} % CPU, but its folder or environment needs a process of its own`
  switch (fitting) {
    case 'thread':
      return `${percent} % CPU: it keeps a core busy`
    case 'async':
      return `${percent} % CPU, ${waitMs} ms waiting: others can use the time`
    case 'process':
      return `${percent} % CPU, ${waitMs} ms waiting: it would hold up others on a shared event loop, and leave a thread idle`
    default:
      return fitting satisfies never
  }
}
