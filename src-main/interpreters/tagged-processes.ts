import { execFileSync, spawn } from 'node:child_process'
import { isOfLife, isOfStore, markIn } from './process-marks.ts'
import { lastPid, procIds, procStat, readProcFile } from './proc.ts'
import type { ProcStat } from './proc.ts'
import { TAG_VARIABLE } from './supervisor-protocol.ts'
import type { Mark } from './process-marks.ts'

/** One that was found by its mark has it, and no tag. */
export type TaggedProcess = { pid: number; tag: string; mark?: Mark }

/** Whose processes are looked for: by the tag in their environment, or by their mark, which an empty environment leaves. */
export type Wanted = { tag: (tag: string) => boolean; mark?: (mark: Mark) => boolean }

/**
 * Processes whose environment carries a tag that `isWanted`. Linux reads /proc; macOS asks ps. Windows shows no
 * environment of others: there the list is empty, and trees end by `taskkill /T` on the processes we know.
 * Never includes this process or its ancestors: a host that was started from inside a job wears that job's tag.
 */
export function findTagged(isWanted: (tag: string) => boolean): TaggedProcess[] {
  const found: TaggedProcess[] = []
  eachTagged({ tag: isWanted }, null, (each) => found.push(each))
  return found
}

/**
 * Kills every process that somebody wants, each as soon as it is seen: one that forks and leaves, again and again, is gone before a
 * list of it would be complete. Returns how many there were for each; 0 says that there is none now. `bornAfter`: only processes
 * that are younger than one of these; it is enough for what young processes can have started.
 */
export function sweep(wanted: Wanted[], bornAfter: number[] | null = null): number[] {
  const killed = wanted.map(() => 0)
  const all: Wanted = {
    tag: (tag) => wanted.some((each) => each.tag(tag)),
    mark: (mark) => wanted.some((each) => each.mark?.(mark)),
  }
  eachTagged(all, bornAfter, (found) => {
    killTagged([found])
    const { mark, tag } = found
    for (const [place, each] of wanted.entries()) {
      if (mark === undefined ? each.tag(tag) : each.mark?.(mark)) killed[place] = (killed[place] ?? 0) + 1
    }
  })
  return killed
}

/** Ids of young processes are looked at one by one when there are fewer of them than this, and else picked from the list of all. */
const FEW = 64
/** So often those are looked at, too, that were born during the look; where many programs are started it has no end of its own. */
const MAX_LOOKS = 50

function eachTagged(wanted: Wanted, bornAfter: number[] | null, onFound: (found: TaggedProcess) => void): void {
  if (process.platform === 'darwin') {
    for (const each of readPs()) if (wanted.tag(each.tag) && !ownLine().has(each.pid)) onFound(each)
  }
  if (process.platform !== 'linux') return
  let seen = lastPid()
  // Ids have begun again since one of them was born: who is younger has a smaller one.
  const isAny = bornAfter === null || bornAfter.some((pid) => pid > seen)
  look(isAny ? procIds() : idsBetween(Math.min(...bornAfter), seen), wanted, onFound)
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const last = lastPid()
    if (last === seen) return
    look(last < seen ? procIds() : idsBetween(seen, last), wanted, onFound)
    seen = last
  }
}

function idsBetween(after: number, last: number): number[] {
  if (last - after > FEW) return procIds().filter((pid) => pid > after)
  return Array.from({ length: last - after }, (_, place) => after + 1 + place)
}

function look(pids: number[], wanted: Wanted, onFound: (found: TaggedProcess) => void): void {
  for (const pid of pids) {
    const found = lookAt(pid, wanted)
    if (found !== null && !ownLine().has(pid)) onFound(found)
  }
}

function lookAt(pid: number, wanted: Wanted): TaggedProcess | null {
  if (wanted.mark !== undefined) {
    const limits = readProcFile(pid, 'limits')
    if (limits === null) return null
    const mark = markIn(limits)
    // A zombie keeps its limits until somebody collects it, which may be never; it can do nothing any more.
    if (mark !== null && wanted.mark(mark)) return isZombie(pid) ? null : { pid, tag: '', mark }
  }
  const environ = readProcFile(pid, 'environ')
  const tag = environ === null ? null : tagIn(environ, '\0')
  return tag !== null && wanted.tag(tag) ? { pid, tag } : null
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
    const stat = procStat(pid)
    return stat !== null && stat.group === groupId && !isOver(stat)
  })
}

const isZombie = (pid: number): boolean => {
  const stat = procStat(pid)
  return stat === null || isOver(stat)
}

const isOver = ({ state }: ProcStat): boolean => state === 'Z' || state === 'X'

/**
 * Kills every process of `store` that belongs to none of these `lives` and resolves when none is left. Old supervisors
 * go first, for they could still start something. Tags are `<store>/<life>/<label>`.
 */
export async function sweepOtherLives(store: string, lives: readonly string[]): Promise<{ killed: number }> {
  const own = lives.map((life) => `${store}/${life}`)
  return sweepUntilNone({
    tag: (tag) => tag.startsWith(`${store}/`) && !own.some((life) => tag.startsWith(`${life}/`)),
    mark: (mark) => isOfStore(mark, store) && !own.some((life) => isOfLife(mark, life)),
  })
}

/** The same for one life, whose supervisor is dead. */
export async function sweepLife(store: string, life: string): Promise<void> {
  const name = `${store}/${life}`
  await sweepUntilNone({ tag: (tag) => tag.startsWith(`${name}/`), mark: (mark) => isOfLife(mark, name) })
}

async function sweepUntilNone(wanted: Required<Wanted>): Promise<{ killed: number }> {
  const seen = new Set<number>()
  for (let pause = 2; ; pause = Math.min(pause * 2, 100)) {
    const supervisors = findTagged((tag) => wanted.tag(tag) && tag.endsWith('/supervisor'))
    killTagged(supervisors)
    for (const { pid } of supervisors) seen.add(pid)
    let left = supervisors.length
    eachTagged(wanted, null, (each) => {
      left += 1
      seen.add(each.pid)
      killTagged([each])
    })
    if (left === 0) return { killed: seen.size }
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
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

let line: ReadonlySet<number> | null = null

/** This process and its ancestors, as far as /proc tells; asked once, for who is adopted later has other ancestors. */
function ownLine(): ReadonlySet<number> {
  if (line !== null) return line
  const pids = new Set([process.pid, process.ppid])
  for (let pid = process.ppid; pid > 1;) {
    const stat = process.platform === 'linux' ? procStat(pid) : null
    if (stat === null) break
    pid = stat.parent
    pids.add(pid)
  }
  return (line = pids)
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error
