import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { writePrivateFile } from '../private-file.ts'

/** Writes a fresh 256-bit token, in hex, to `path` for the owner alone, and returns it. */
export function createToken(path: string): string {
  const token = randomBytes(32).toString('hex')
  writePrivateFile(path, token + '\n')
  return token
}

/** Compares in constant time, also for another length: digests are compared, not the texts. */
export function isSameToken(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
