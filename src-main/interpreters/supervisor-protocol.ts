import type { LimitPassed } from '../core/resource-limit.ts'
import type { LaunchLimits } from './launch-limits.ts'
import type { LogEntry } from './log-budget.ts'

/** Name of the environment variable by which every process of ours, and whatever it starts, is found again. */
export const TAG_VARIABLE = 'SIGNALBOX_TAG'

/** One process that the supervisor starts. */
export type Launch = {
  file: string
  args: string[]
  cwd: string
  /** Added to the supervisor's own environment, which is the allow-listed one. */
  env: Record<string, string>
  /** Written to standard input, which is then closed; null: standard input is empty. */
  stdin: string | null
  /** Last part of the tag: `<run>.<attempt>`, or the name of a pool. */
  label: string
  /** True for interpreters: pipes on descriptors 3 (to us) and 4 (to it) carry relay frames. */
  hasChannel: boolean
  limits: LaunchLimits
}

/** A channel is one process of one supervisor's life; numbers are given by the client and never used again. */
export type ToSupervisor =
  | { type: 'launch'; channel: number; launch: Launch }
  /** SIGTERM for the process group. */
  | { type: 'terminate'; channel: number }
  /** SIGKILL for the group and for everything with the process's tag, again and again until nobody is left. */
  | { type: 'kill'; channel: number }
  /** Removes what these lives have left of temporary files; their processes were seen dead. */
  | { type: 'remove_temps'; lives: string[] }
  /** Asks whether it still works: answered by `alive`. */
  | { type: 'ping' }

export type FromSupervisor = FromChannel | { type: 'alive' }

export type FromChannel =
  | { type: 'launched'; channel: number; pid: number }
  /** `code` is the system's: ENOENT, EACCES, E2BIG …; `isFolderMissing` tells a missing cwd from a missing file. */
  | { type: 'unlaunchable'; channel: number; code: string; message: string; isFolderMissing: boolean }
  | { type: 'lines'; channel: number; lines: LogEntry[] }
  /** It has used up more than it may. `isFatal`: it is killed for it, and `gone` follows. */
  | { type: 'passed'; channel: number; passed: LimitPassed; isFatal: boolean }
  /** The process lives, and has closed the pipe that carries its reports: nothing can be heard of it any more. */
  | { type: 'muted'; channel: number }
  /** The process was reaped, its group is empty, its output was read to the end. */
  | { type: 'gone'; channel: number; code: number | null; signal: string | null }

/** The tag of what a run starts inside a process that carries `tag`. */
export const childTag = (tag: string, label: string): string => `${tag}+${label}`

/** Whether `tag` is that of the process which carries `own`, or of what runs inside it have started. */
export const isTagWithin = (own: string, tag: string): boolean => tag === own || tag.startsWith(`${own}+`)
