import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Definition, RunError } from '../../src-preload/contract.ts'
import { Problem, problem } from '../../src-preload/problem.ts'
import type { Store } from '../store/store.ts'

/** What the engine needs of `KeyVault`, across threads. */
export type AskForKey = (mayCreate: boolean) => Promise<Uint8Array | null>
/** What an attempt is started with: the values by the names it knows them by, or why it cannot have them. */
export type GivenSecrets = { values: Record<string, string> } | { refusal: RunError }

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** The secrets: sealed in the store, opened in memory as soon as the key is there. */
export class Secrets {
  readonly #store: Store
  readonly #askForKey: AskForKey
  readonly #values = new Map<string, string>()
  #key: Uint8Array | null = null
  /** Why the values are not here although the store has them. */
  #locked: Problem | null = null

  constructor(store: Store, askForKey: AskForKey) {
    this.#store = store
    this.#askForKey = askForKey
  }

  /** Opens what is stored, so that attempts find it. What keeps it closed is said to those that need it. */
  async open(): Promise<void> {
    const stored = this.#store.secrets.all.all()
    if (stored.length === 0) return
    try {
      const key = await this.#askForKey(false)
      if (key === null) throw missingKey()
      for (const { name, nonce, sealed } of stored) this.#values.set(name, openSealed(key, name, nonce, sealed))
      this.#key = key
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.#locked = error
    }
  }

  /** Before `set`, outside of a turn: the first one makes the key. */
  async unlock(): Promise<void> {
    if (this.#locked !== null) throw this.#locked
    this.#key ??= await this.#askForKey(true)
    if (this.#key === null) throw missingKey()
  }

  /** Inside the transaction. */
  set(name: string, value: string, now: number): void {
    if (this.#key === null) throw this.#locked ?? missingKey()
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(name))
    const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()])
    this.#store.secrets.put.run(name, nonce, sealed, now, now)
    this.#values.set(name, value)
  }

  remove(name: string): void {
    if (this.#store.secrets.remove.run(name).changes === 0) throw problem('SECRET_NOT_FOUND', { name })
    this.#values.delete(name)
  }

  /** Undefined for an attempt that needs none. */
  give({ secrets }: Definition): GivenSecrets | undefined {
    if (secrets.length === 0) return undefined
    const values: Record<string, string> = {}
    for (const { env, name } of secrets) {
      const value = this.#values.get(name)
      if (value === undefined) {
        const { message, hint } = this.#locked ?? problem('SECRET_NOT_FOUND', { name })
        return { refusal: { name: 'SecretError', message, stack: null, hint } }
      }
      values[env] = value
    }
    return { values }
  }
}

function openSealed(key: Uint8Array, name: string, nonce: Buffer, sealed: Buffer): string {
  const text = sealed.subarray(0, -TAG_BYTES)
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce).setAAD(Buffer.from(name))
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
  } catch {
    throw problem('SECRETS_LOCKED', {
      why: `the key does not open "${name}"`,
      todo: 'Put back the file secrets.key that belongs to this folder, or remove it and set all secrets anew.',
    })
  }
}

const missingKey = () =>
  problem('SECRETS_LOCKED', {
    why: 'the file secrets.key is missing',
    todo: 'Put it back into the data folder, or remove the secrets and set them anew.',
  })
