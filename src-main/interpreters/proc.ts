import { readdirSync, readFileSync } from 'node:fs'

/** Linux's /proc: who is there, and what it says of them. */

/** Ids of all processes, in no order that is promised. */
export const procIds = (): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid))

/** Null for a process that has ended or is another user's. */
export function readProcFile(pid: number, file: 'environ' | 'limits' | 'stat'): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch (error) {
    if (isSystemError(error) && ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code ?? '')) return null
    throw error
  }
}

/** The id that was given out last; ids grow, and begin again when the largest one is reached. */
export const lastPid = (): number => Number(readFileSync('/proc/loadavg', 'latin1').trimEnd().split(' ').at(-1))

export type ProcStat = { state: string; parent: number; group: number }

/** Null when there is no such process. */
export function procStat(pid: number): ProcStat | null {
  const stat = readProcFile(pid, 'stat')
  if (stat === null) return null
  // "pid (name) state ppid pgrp …"; the name may hold spaces and parentheses.
  const [state = '', parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state, parent: Number(parent), group: Number(group) }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error
