import { readFileSync } from 'node:fs'

const PAGE_BYTES = 4_096

/** Bytes that a process has in memory, seen from outside: where there is a /proc, and null elsewhere or when it is gone. */
export function memoryOf(pid: number): number | null {
  if (process.platform !== 'linux') return null
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1])
    return Number.isFinite(pages) ? pages * PAGE_BYTES : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return null
    throw error
  }
}
