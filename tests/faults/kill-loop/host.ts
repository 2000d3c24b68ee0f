import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isBuildStale } from '../../../bin/build-state.js'
import { appendToLedger } from './ledger.ts'
import type { WitnessOptions } from './witness.ts'

export type HostOptions = Omit<WitnessOptions, 'steps' | 'failAt'> &
  Partial<WitnessOptions> & {
    /** Where the program stands: the project, or a mutant of it. */
    root: string
    home: string
    /** Moves the host's wall clock: see tests/support/moved-clock.ts. */
    movedClock?: string
  }

export type Victim = 'host' | 'host and supervisor' | 'supervisor' | 'engine'

export type Host = {
  child: ChildProcess
  /** False: it has ended before it was ready. */
  whenReady: Promise<boolean>
  whenEnded: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Everything that it has said of trouble. */
  said(): string
  /** Sends SIGKILL to `victim`, or ends its engine's thread; resolves when the host has died of it, if it is to. */
  kill(victim: Victim): Promise<void>
}

const witness = pathToFileURL(join(import.meta.dirname, 'witness.ts')).href
const movedClockModule = pathToFileURL(join(import.meta.dirname, '../../support/moved-clock.ts')).href
const READY_MS = 60_000

const entries = new Map<string, string>()

/** The build, where there is one of today's source: its processes start in half the time. */
function entryOf(root: string): string {
  let entry = entries.get(root)
  if (entry === undefined) {
    const built = join(root, 'out/main/headless.js')
    entry = existsSync(built) && !isBuildStale(root) ? built : join(root, 'src-main/headless.ts')
    entries.set(root, entry)
  }
  return entry
}

/** Starts the real headless host with a witness in it. Its time limit: a host that is not ready in a minute is killed. */
export function startHost({ root, home, ledger, steps = null, failAt = null, movedClock }: HostOptions): Host {
  const told: WitnessOptions = { ledger, steps, failAt }
  const child = spawn(
    process.execPath,
    [
      ...(movedClock === undefined ? [] : ['--import', movedClockModule]),
      '--import',
      witness,
      entryOf(root),
      ...['--home', home, '--slots', 'process=4,async=16,thread=2'],
    ],
    {
      env: {
        ...process.env,
        WITNESS: JSON.stringify(told),
        NO_COLOR: '1',
        ...(movedClock === undefined ? {} : { MOVED_CLOCK: movedClock }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const whenEnded = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  )
  const whenReady = new Promise<boolean>((resolve) => {
    const late = setTimeout(() => {
      said += `The host was not ready in ${READY_MS} ms.\n`
      child.kill('SIGKILL')
    }, READY_MS)
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('#token=')) resolve(true)
    })
    void whenEnded.then(() => {
      clearTimeout(late)
      resolve(false)
    })
    void whenEnded.then(() => clearTimeout(late))
    child.stdout.once('data', () => clearTimeout(late))
  })
  const signal = (pid: number) => {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  return {
    child,
    whenReady,
    whenEnded,
    said: () => said,
    async kill(victim) {
      const supervisors = victim === 'host' || victim === 'engine' ? [] : supervisorsOf(child.pid ?? 0)
      appendToLedger(ledger, 'KILL', 0, 0, victim)
      if (victim === 'engine') {
        child.kill('SIGUSR2')
        return
      }
      for (const pid of supervisors) signal(pid)
      if (victim === 'supervisor') return
      child.kill('SIGKILL')
      await whenEnded
    },
  }
}

/** Processes that the host has started itself. */
function supervisorsOf(host: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!Number.isInteger(pid)) return []
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      return parent === host && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('supervisor') ? [pid] : []
    } catch {
      // It has ended while we looked.
      return []
    }
  })
}

/**
 * The files of a data folder that a living host must hold locks of, and does not: whoever opens and closes such a file beside
 * SQLite drops all of them, and another process may write at the same time.
 */
export function unlockedFiles(host: number, home: string): string[] {
  const held = new Set(
    readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, , , , pid, file = ''] = line.split(/\s+/)
        return Number(pid) === host ? [Number(file.split(':')[2])] : []
      }),
  )
  return ['lock.db', 'signalbox.db', 'signalbox.db-shm'].filter((name) => {
    // That copy may even have removed what it took for left over.
    const stats = statSync(join(home, name), { throwIfNoEntry: false })
    return stats === undefined || !held.has(stats.ino)
  })
}
