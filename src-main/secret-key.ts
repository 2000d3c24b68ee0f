import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs'
import { problem } from '../src-preload/problem.ts'
import { homePaths } from './home.ts'
import { replacePrivateFile } from './private-file.ts'

/** Where the key of the secrets is kept. Both reject with SECRETS_LOCKED when it cannot be had. */
export type KeyVault = {
  /** Null when there is none yet. */
  load(): Promise<Uint8Array | null>
  create(): Promise<Uint8Array>
  /** A key in place of one that is lost or damaged. What the file held is kept beside it. */
  createAnew(): Promise<Uint8Array>
}

/** What to do about a key that does not come back. */
export const ifLost = 'If it is lost for good, give its secrets up and set them anew: signalbox secret reset'

/** What the file `secrets.key` says. `system`: the key is encrypted by the store of the operating system. */
export type KeptKey = { keptBy: 'file' | 'system'; key: string }

export const KEY_BYTES = 32

/** The key lies in a file that only its owner may read, as that of an SSH client does. */
export function fileVault(home: string): KeyVault {
  return {
    load() {
      return Promise.resolve(openKept(home))
    },
    create() {
      const key = randomBytes(KEY_BYTES)
      writeKept(home, { keptBy: 'file', key: key.toString('base64') })
      return Promise.resolve(key)
    },
    createAnew() {
      return replacing(home, () => this.create())
    },
  }
}

/** Keeps what the file holds under another name while `create` makes a new one; puts it back when that fails. */
export async function replacing(home: string, create: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const path = homePaths(home).secretsKey
  const aside = `${path}.given-up-${new Date().toISOString().replaceAll(':', '-')}`
  const wasThere = existsSync(path)
  if (wasThere) renameSync(path, aside)
  try {
    return await create()
  } catch (error) {
    if (wasThere) renameSync(aside, path)
    throw error
  }
}

function openKept(home: string): Buffer | null {
  const kept = readKept(home)
  if (kept === null) return null
  if (kept.keptBy === 'file') return plainKey(kept)
  throw problem('SECRETS_LOCKED', {
    why: 'their key is kept by the system for the desktop app',
    todo: 'Run these jobs while the app is open, in place of this host.',
  })
}

/** What is written there; null when there is no file. */
export function readKept(home: string): KeptKey | null {
  const path = homePaths(home).secretsKey
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return null
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    throw locked(`${path} may be read by others (mode ${(stats.mode & 0o777).toString(8)})`, `chmod 600 ${path}`)
  }
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as Partial<KeptKey>
    if ((kept.keptBy === 'file' || kept.keptBy === 'system') && typeof kept.key === 'string') return kept as KeptKey
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw locked(`${path} cannot be read`, 'Check its owner and its permissions.')
  }
  throw locked(`${path} holds no key`, `Put back the one that was there. ${ifLost}`)
}

export const writeKept = (home: string, kept: KeptKey): void =>
  replacePrivateFile(homePaths(home).secretsKey, `${JSON.stringify(kept)}\n`)

export function plainKey({ key }: KeptKey): Buffer {
  const bytes = Buffer.from(key, 'base64')
  if (bytes.length === KEY_BYTES) return bytes
  throw locked('their key is damaged', `Put back the file secrets.key. ${ifLost}`)
}

const locked = (why: string, todo: string) => problem('SECRETS_LOCKED', { why, todo })
