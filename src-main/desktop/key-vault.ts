import { randomBytes } from 'node:crypto'
import type { SafeStorage } from 'electron'
import { Problem, problem } from '../../src-preload/problem.ts'
import { fileVault, KEY_BYTES, plainKey, readKept, replacing, writeKept } from '../secret-key.ts'
import type { KeyVault } from '../secret-key.ts'

/**
 * The key is encrypted by the key store of the system (Keychain, DPAPI, the secret service). Where Electron would use a
 * password that is the same everywhere, nothing is stored: a person may choose the key file instead, by making it.
 */
export function systemVault(home: string, storage: SafeStorage): KeyVault {
  return {
    async load() {
      const kept = readKept(home)
      if (kept === null) return null
      if (kept.keptBy === 'file') return fileVault(home).load()
      await assertSafe(storage)
      try {
        const { result, shouldReEncrypt } = await storage.decryptStringAsync(Buffer.from(kept.key, 'base64'))
        if (shouldReEncrypt) await keepAnew(result)
        return plainKey({ keptBy: 'system', key: result })
      } catch (cause) {
        if (cause instanceof Problem) throw cause
        throw locked(
          `the key store of the system does not give their key (${String(cause)})`,
          'Unlock it, and what waits for them begins.',
        )
      }
    },
    async create() {
      await assertSafe(storage)
      const key = randomBytes(KEY_BYTES)
      await keep(key.toString('base64'))
      return key
    },
    async createAnew() {
      await assertSafe(storage)
      return replacing(home, () => this.create())
    },
  }

  /** The system's own key was changed. What is kept opens still, so where this fails the next start tries again. */
  async function keepAnew(key: string): Promise<void> {
    try {
      await keep(key)
    } catch (error) {
      process.stderr.write(`the key of the secrets could not be encrypted anew: ${String(error)}\n`)
    }
  }

  async function keep(key: string): Promise<void> {
    const encrypted = await storage.encryptStringAsync(key)
    writeKept(home, { keptBy: 'system', key: encrypted.toString('base64') })
  }
}

async function assertSafe(storage: SafeStorage): Promise<void> {
  const backend = process.platform === 'linux' ? storage.getSelectedStorageBackend() : 'system'
  const isPlain = backend === 'basic_text' || backend === 'unknown'
  if (!isPlain && (await storage.isAsyncEncryptionAvailable())) return
  throw locked(
    'this system has no key store, and the app keeps no secrets in the clear',
    'Install a secret service (GNOME Keyring, KWallet), or set secrets by a headless host, which uses a key file of mode 600.',
  )
}

const locked = (why: string, todo: string) => problem('SECRETS_LOCKED', { why, todo })
