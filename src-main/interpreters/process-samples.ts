import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { markIn } from './process-marks.ts'
import type { Mark } from './process-marks.ts'
import { tagIn } from './tagged-processes.ts'

/** One process as the system tells of it. */
export type ProcessSample = {
  pid: number
  /** Tells it from a later process of the same id. */
  startedAt: string
  parent: number
  group: number
  /** Its own processor time, and that of the children it has waited for. */
  cpuMs: number
  /** Memory that is resident; what it shares with others counts for each of them. */
  residentBytes: number
}

/** Where measurements come from: the system, or a test. */
export type SampleSource = {
  /** All processes that can be seen. */
  samples(): ProcessSample[]
  /** The tag in a process's environment; null when it has none, or is gone. */
  tagOf(pid: number): string | null
  /** The mark that a process was started with; null when it has none, or is gone. */
  markOf(pid: number): Mark | null
  /** Memory with a fair share of what it shares; null when the system does not say. */
  fairBytes(pid: number): number | null
}

/** Null where the system shows nothing of processes that costs little: Windows. */
export function systemSamples(): SampleSource | null {
  if (process.platform === 'linux') return linuxSamples()
  return process.platform === 'darwin' ? macSamples() : null
}

function linuxSamples(): SampleSource {
  const { pageBytes, ticksPerSecond } = kernelUnits()
  return {
    samples() {
      const found: ProcessSample[] = []
      for (const name of readdirSync('/proc')) {
        const pid = Number(name)
        if (!Number.isInteger(pid)) continue
        const stat = readProcFile(`${name}/stat`)
        if (stat === null) continue
        // "pid (name) state ppid pgrp …"; the name may hold spaces and parentheses. Numbers as in proc_pid_stat(5), less 3.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const ticks = [11, 12, 13, 14].reduce((sum, place) => sum + Number(fields[place]), 0)
        found.push({
          pid,
          startedAt: fields[19] ?? '',
          parent: Number(fields[1]),
          group: Number(fields[2]),
          cpuMs: (ticks * 1000) / ticksPerSecond,
          residentBytes: Number(fields[21]) * pageBytes,
        })
      }
      return found
    },
    tagOf(pid) {
      const environ = readProcFile(`${pid}/environ`)
      return environ === null ? null : tagIn(environ, '\0')
    },
    markOf: (pid) => markIn(readProcFile(`${pid}/limits`) ?? ''),
    fairBytes(pid) {
      const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readProcFile(`${pid}/smaps_rollup`) ?? '')?.[1]
      return kilobytes === undefined ? null : Number(kilobytes) * 1024
    },
  }
}

/** What the kernel told this process at its start: pairs of numbers, of which 6 names the page and 17 the clock. */
function kernelUnits(): { pageBytes: number; ticksPerSecond: number } {
  const units = { pageBytes: 4096, ticksPerSecond: 100 }
  const vector = readFileSync('/proc/self/auxv')
  const is32Bit = process.arch === 'arm' || process.arch === 'ia32'
  const word = (place: number) => (is32Bit ? vector.readUInt32LE(place) : Number(vector.readBigUInt64LE(place)))
  const size = is32Bit ? 4 : 8
  for (let place = 0; place + 2 * size <= vector.length; place += 2 * size) {
    if (word(place) === 6) units.pageBytes = word(place + size)
    if (word(place) === 17) units.ticksPerSecond = word(place + size)
  }
  return units
}

function macSamples(): SampleSource {
  const ps = (...args: string[]) => execFileSync('ps', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return {
    samples: () =>
      ps('-axo', 'pid=,ppid=,pgid=,rss=,time=,lstart=')
        .split('\n')
        .flatMap((line) => {
          const [, pid, parent, group, kilobytes, time = '', startedAt = ''] =
            /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+([\d:.]+)\s+(.*)$/.exec(line) ?? []
          if (pid === undefined) return []
          return [
            {
              pid: Number(pid),
              startedAt,
              parent: Number(parent),
              group: Number(group),
              cpuMs: time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000,
              residentBytes: Number(kilobytes) * 1024,
            },
          ]
        }),
    tagOf(pid) {
      try {
        return tagIn(ps('-Eww', '-o', 'command=', '-p', String(pid)), ' ')
      } catch {
        // ps fails for one that has ended.
        return null
      }
    },
    markOf: () => null,
    fairBytes: () => null,
  }
}

function readProcFile(path: string): string | null {
  try {
    return readFileSync(`/proc/${path}`, 'latin1')
  } catch {
    // Ended between listing and reading, or another user's.
    return null
  }
}
