import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'

/**
 * Writes a fresh 256-bit token, in hex, to `path` and returns it. The file is made anew for its owner alone (0600),
 * never written through: a file or link that was left there is removed first.
 */
export function createToken(path: string): string {
  const token = randomBytes(32).toString('hex')
  rmSync(path, { force: true })
  writeFileSync(path, token + '\n', { flag: 'wx', mode: 0o600 })
  return token
}

/** Compares in constant time, also for another length: digests are compared, not the texts. */
export function isSameToken(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
