import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { TAG_VARIABLE } from './supervisor-protocol.ts'

export type TaggedProcess = { pid: number; tag: string }

/**
 * Processes whose environment carries a tag that `isWanted`. Linux reads /proc; macOS asks ps. Windows shows no
 * environment of others: there the list is empty, and trees end by `taskkill /T` on the processes we know.
 * Never includes this process or its ancestors: a host that was started from inside a job wears that job's tag.
 */
export function findTagged(isWanted: (tag: string) => boolean): TaggedProcess[] {
  const all = process.platform === 'linux' ? readProc() : process.platform === 'darwin' ? readPs() : []
  const found = all.filter((candidate) => isWanted(candidate.tag))
  if (found.length === 0) return found
  const spared = ownLine()
  return found.filter((candidate) => !spared.has(candidate.pid))
}

/** SIGKILL for each process and for the group it leads. */
export function killTagged(processes: TaggedProcess[]): void {
  for (const { pid } of processes) {
    signalGroup(pid, 'SIGKILL')
    sendSignal(pid, 'SIGKILL')
  }
}

/** Signals the group that `pid` leads. Windows has no groups: there the process's tree is ended, politely or by force. */
export function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform !== 'win32') {
    sendSignal(-pid, signal)
    return
  }
  const force = signal === 'SIGKILL' ? ['/f'] : []
  spawn('taskkill', ['/t', ...force, '/pid', String(pid)], { stdio: 'ignore', windowsHide: true })
}

/** Sends a signal to a process, or with a negative id to a group; false when nobody is there. */
function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    // EPERM: it exists but changed its user; it cannot be ours to kill, yet it is alive.
    if (isSystemError(error) && error.code === 'EPERM') return true
    if (isSystemError(error) && error.code === 'ESRCH') return false
    throw error
  }
}

/**
 * Whether a process group has a living member. A zombie that nobody reaps (its parent is a PID 1 that does not wait) still
 * answers `kill(0)`; with `ignoreZombies` /proc is asked, which is slow, so only after the quick answer stayed yes.
 */
export function isGroupAlive(groupId: number, ignoreZombies: boolean): boolean {
  // On Windows the tree was ended as one; the process itself was reaped before this is asked.
  if (process.platform === 'win32' || !sendSignal(-groupId, 0)) return false
  if (!ignoreZombies || process.platform !== 'linux') return true
  return procIds().some((pid) => {
    const stat = readProcFile(pid, 'stat')
    if (stat === null) return false
    // "pid (name) state ppid pgrp …"; the name may hold spaces and parentheses.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(group) === groupId && state !== 'Z' && state !== 'X'
  })
}

/**
 * Kills every process of `store` that belongs to another life than `life` and resolves when none is left. Old supervisors
 * go first, for they could still start something. Tags are `<store>/<life>/<label>`.
 */
export async function sweepOtherLives(store: string, life: string): Promise<{ killed: number }> {
  const isOther = (tag: string) => tag.startsWith(`${store}/`) && !tag.startsWith(`${store}/${life}/`)
  const seen = new Set<number>()
  for (let pause = 2; ; pause = Math.min(pause * 2, 100)) {
    const found = findTagged(isOther)
    if (found.length === 0) return { killed: seen.size }
    const supervisors = found.filter((candidate) => candidate.tag.endsWith('/supervisor'))
    killTagged(supervisors)
    killTagged(found)
    for (const { pid } of found) seen.add(pid)
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

function readProc(): TaggedProcess[] {
  const found: TaggedProcess[] = []
  for (const pid of procIds()) {
    const environ = readProcFile(pid, 'environ')
    const tag = environ === null ? null : tagIn(environ, '\0')
    if (tag !== null) found.push({ pid, tag })
  }
  return found
}

function readPs(): TaggedProcess[] {
  const listing = execFileSync('ps', ['-Eww', '-o', 'pid=,command='], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  return listing.split('\n').flatMap((line) => {
    const pid = Number.parseInt(line, 10)
    const tag = tagIn(line, ' ')
    return tag === null || Number.isNaN(pid) ? [] : [{ pid, tag }]
  })
}

/** The tag in an environment as one text; null when there is none. */
export function tagIn(environ: string, separator: string): string | null {
  const name = `${TAG_VARIABLE}=`
  let start = environ.indexOf(name)
  while (start > 0 && environ[start - 1] !== separator) start = environ.indexOf(name, start + 1)
  if (start < 0) return null
  const end = environ.indexOf(separator, start)
  return environ.slice(start + name.length, end < 0 ? undefined : end)
}

/** This process and its ancestors, as far as /proc tells. */
function ownLine(): Set<number> {
  const line = new Set([process.pid, process.ppid])
  let pid = process.ppid
  while (pid > 1) {
    const stat = readProcFile(pid, 'stat')
    if (stat === null) break
    pid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    line.add(pid)
  }
  return line
}

const procIds = () =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid))

function readProcFile(pid: number, file: 'environ' | 'stat'): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch (error) {
    // Ended between listing and reading, or another user's.
    if (isSystemError(error) && ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code ?? '')) return null
    throw error
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error
