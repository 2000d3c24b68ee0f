import type { Use } from '../core/advisor.ts'
import { fs } from './lean-builtins.ts'
import { monotonicNow } from './own-builtins.ts'

/** The figures of a loop load a module: all of a shorter run counts as busy with what it computes. */
const LOOP_FROM_MS = 20
/** Of the short runs of a thread one is measured now and then. */
const THREAD_PAUSE_MS = 20

// Taken before user code runs, and used when it is over.
const cpuUsage = process.cpuUsage.bind(process)
const threadCpuUsage = process.threadCpuUsage.bind(process)
const resourceUsage = process.resourceUsage.bind(process)
const builtin = process.getBuiltinModule.bind(process)
const { readFileSync } = fs
/** Names of node's own modules, in the order in which they were loaded; its types do not know it. */
const { moduleLoadList } = process as unknown as { moduleLoadList: string[] }
/** What the load of one takes: the first `fetch` of a process loads 75 of them in 45 to 95 ms. */
const MS_PER_MODULE = 1

/** How long the event loop of this thread has waited since it began. */
const idleMs = (): number => builtin('node:perf_hooks').performance.eventLoopUtilization().idle

/** How long this thread has waited for a core since it began: the machine's doing, not the script's. Only Linux says so. */
function starvedMs(): number {
  if (process.platform !== 'linux') return 0
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[1]) / 1e6 || 0
  } catch {
    return 0 // a kernel without these figures, or a process that may open no more files
  }
}

const msOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000

/** Measures the one script of this process from now on; what it gives tells of the time until then, without what node loads meanwhile. */
export function measureProcess(): () => Use {
  const began = monotonicNow()
  const cpuBefore = cpuUsage()
  const starvedBefore = starvedMs()
  const loadedBefore = moduleLoadList.length
  return () => {
    const passedMs = monotonicNow() - began
    const allMs = passedMs - (starvedMs() - starvedBefore)
    const allCpuMs = msOf(cpuUsage(cpuBefore))
    const loadMs = Math.min((moduleLoadList.length - loadedBefore) * MS_PER_MODULE, allMs, allCpuMs)
    const ms = Math.max(0, allMs - loadMs)
    const cpuMs = allCpuMs - loadMs
    // Its loop begins with its script.
    const loopMs = passedMs < LOOP_FROM_MS ? Math.min(ms, cpuMs) : Math.max(0, ms - idleMs())
    return { ms, cpuMs, loopMs, peakBytes: resourceUsage().maxRSS * 1024 }
  }
}

let lastBegan = -Infinity

/** The same for a script that has this thread to itself; null when one was measured just now. */
export function measureThread(): (() => Use) | null {
  const began = monotonicNow()
  if (began - lastBegan < THREAD_PAUSE_MS) return null
  lastBegan = began
  const cpuBefore = threadCpuUsage()
  const idleBefore = idleMs()
  const starvedBefore = starvedMs()
  return () => {
    const ms = Math.max(0, monotonicNow() - began - (starvedMs() - starvedBefore))
    return {
      ms,
      cpuMs: msOf(threadCpuUsage(cpuBefore)),
      loopMs: Math.max(0, ms - (idleMs() - idleBefore)),
      peakBytes: null,
    }
  }
}
