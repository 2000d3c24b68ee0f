import { existsSync } from 'node:fs'
import { homePaths } from '../../home.ts'
import { listBackups } from '../../store/backups/backup-files.ts'
import { bytesInWords, spanInWords } from '../words.ts'
import { ok, warning } from './finding.ts'
import type { Finding } from './finding.ts'

/** One is made every day; this much later something keeps it from that. */
const OLD_MS = 50 * 3_600_000
const HOUR_MS = 3_600_000

export function examineBackups(home: string, now: number): Finding[] {
  const { backups, database } = homePaths(home)
  if (!existsSync(database)) return []
  const rows = listBackups(backups)
  const [newest] = rows
  const todo = 'Make one now: signalbox backup. A running host makes one every day.'
  if (newest === undefined) return [warning('backups', 'there is none', todo)]
  const ageMs = Math.max(0, now - newest.at)
  // To the hour: nobody needs the milliseconds of a day.
  const age = ageMs < HOUR_MS ? 'less than an hour' : spanInWords(Math.floor(ageMs / HOUR_MS) * HOUR_MS)
  const total = bytesInWords(rows.reduce((sum, { bytes }) => sum + bytes, 0))
  const found = `${rows.length}, ${total}; the newest is ${age} old`
  return [ageMs > OLD_MS ? warning('backups', found, todo) : ok('backups', found)]
}
