import { readFileSync } from 'node:fs'

/** Resident memory of a process in MB, as the system counts it (Linux). */
export function residentMb(pid: number | undefined): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1]
  return Number(kib) / 1024
}
