import Database from 'better-sqlite3'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, tmpdir, totalmem, type } from 'node:os'

/** What the figures were measured on, as a list for people. */
export function describeMachine(): string {
  const db = new Database(':memory:')
  const sqlite = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? ''
  db.close()
  return [
    `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`,
    `${Math.round(totalmem() / 1024 ** 3)} GB of memory`,
    `${type()} ${release()}`,
    `${fileSystemOf(tmpdir())} under the data folders`,
    `Node ${process.version}`,
    `SQLite ${sqlite}`,
  ].join(', ')
}

function fileSystemOf(folder: string): string {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  const holds = (place: string) => folder === place || folder.startsWith(place.endsWith('/') ? place : `${place}/`)
  const [, , name] = mounts
    .filter(([, place]) => place !== undefined && holds(place))
    .reduce((best, one) => ((one[1]?.length ?? 0) >= (best[1]?.length ?? 0) ? one : best), ['', '', 'unknown'])
  return name ?? 'unknown'
}

/** Seconds of processor time that were used since the start: by the whole machine, and by this process with its children. */
export type CpuTimes = { machine: number; own: number }

/** Of `/proc`, in units of 1/100 s. */
const TICKS_PER_SECOND = 100

export function readCpuTimes(): CpuTimes {
  const all = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.trim().split(/\s+/).slice(1).map(Number) ?? []
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = all
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // Own and of the children that have ended, each in user and system mode.
  const own = fields.slice(11, 15).reduce((sum, value) => sum + Number(value), 0)
  return { machine: (user + nice + system + irq + softIrq) / TICKS_PER_SECOND, own: own / TICKS_PER_SECOND }
}

/** Which share of the processors other programs had since `before`, in per cent; processes that outlive us count as others. */
export function othersPercent(before: CpuTimes, seconds: number): number {
  const now = readCpuTimes()
  const others = now.machine - before.machine - (now.own - before.own)
  return Math.max(0, Math.round((others / (seconds * availableParallelism())) * 100))
}
