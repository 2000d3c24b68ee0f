import { totalmem } from 'node:os'
import { resourceDefaults } from '../../src-preload/limits.ts'
import type { ResourceLimits } from '../../src-preload/resource-limits.ts'

/** What the supervisor holds a process to, and all that it starts. */
export type LaunchLimits = {
  memoryBytes: number
  cpuMs: number | null
  outputBytes: number
  onOutput: ResourceLimits['onOutput']
  openFiles: number | null
  /** Null: half of what is free at the start. */
  tempBytes: number | null
}

/** No run may take more of the machine's memory than this, unless its job says so: the rest of the machine goes on. */
const MACHINE_SHARE = 0.75

export function launchLimits(limits: ResourceLimits): LaunchLimits {
  const { memoryBytes, cpuMs, outputBytes, onOutput, openFiles, tempBytes } = limits
  return {
    memoryBytes: memoryBytes ?? Math.floor(machineBytes() * MACHINE_SHARE),
    cpuMs,
    outputBytes: outputBytes ?? resourceDefaults.outputBytes,
    onOutput,
    openFiles,
    tempBytes,
  }
}

/** Of the machine, or of the container that we are in. */
function machineBytes(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(totalmem(), constrained) : totalmem()
}

const MB = 1024 * 1024

/**
 * V8's own limit of a script's heap, below the limit of its process: what is garbage is collected before the process would be
 * killed for it. The rest is for the program itself, its buffers and the young generation.
 */
export function heapFlags({ memoryBytes }: ResourceLimits): string[] {
  if (memoryBytes === null) return []
  return [`--max-old-space-size=${Math.max(24, Math.floor((memoryBytes / MB) * 0.85 - 32))}`]
}

/** The same program under a limit of open files; the system's own limit stays where it is lower. Windows has none. */
export function underFileLimit(
  file: string,
  args: string[],
  openFiles: number | null,
  platform = process.platform,
): [file: string, args: string[]] {
  if (openFiles === null || platform === 'win32') return [file, args]
  const line = 'ulimit -n "$0" 2>/dev/null || ulimit -n "$(ulimit -H -n)"; exec "$@"'
  return ['/bin/sh', ['-c', line, String(openFiles), file, ...args]]
}
