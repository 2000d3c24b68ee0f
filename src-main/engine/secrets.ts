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

/**
 * The secrets: sealed in the store, opened in memory as soon as the key is there. Until then they are locked, and what needs
 * them waits.
 */
export class Secrets {
  readonly #store: Store
  readonly #askForKey: AskForKey
  readonly #values = new Map<string, string>()
  #key: Uint8Array | null = null
  /** Stored ones that their own key does not open, where it opens others. */
  readonly #damaged = new Map<string, Problem>()
  /** Why the values are not here although the store has them. */
  #locked: Problem | null
  #opening: Promise<boolean> | null = null

  constructor(store: Store, askForKey: AskForKey) {
    this.#store = store
    this.#askForKey = askForKey
    this.#locked = store.secrets.all.all().length === 0 ? null : notYet()
  }

  get isLocked(): boolean {
    return this.#locked !== null
  }

  /** Null: they are open, or there are none. */
  get lockedBy(): Problem | null {
    return this.#locked
  }

  /** Opens what is stored, so that attempts find it. False: something keeps it locked; nothing is lost by asking again. */
  open(): Promise<boolean> {
    this.#opening ??= this.#open().finally(() => (this.#opening = null))
    return this.#opening
  }

  /** Before `set`, outside of a turn: the first one makes the key. */
  async unlock(): Promise<void> {
    if (!(await this.open())) throw this.#locked ?? missingKey()
    this.#key ??= await this.#askForKey(true)
    if (this.#key === null) throw missingKey()
  }

  async #open(): Promise<boolean> {
    if (this.#locked === null) return true
    try {
      const key = this.#isEmpty() ? null : await this.#askForKey(false)
      // They may have been removed meanwhile.
      if (!this.#isEmpty()) this.#take(key)
      this.#locked = null
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.#locked = error
    }
    return this.#locked === null
  }

  #isEmpty(): boolean {
    return this.#store.secrets.all.all().length === 0
  }

  /** A key that opens none of them is another one. */
  #take(key: Uint8Array | null): void {
    if (key === null) throw missingKey()
    for (const { name, nonce, sealed } of this.#store.secrets.all.all()) {
      const value = openSealed(key, name, nonce, sealed)
      if (value === null) this.#damaged.set(name, notOpenedBy(name))
      else this.#values.set(name, value)
    }
    const [first] = this.#damaged.values()
    if (this.#values.size === 0 && first !== undefined) {
      this.#damaged.clear()
      throw first
    }
    this.#key = key
  }

  /** Inside the transaction. */
  set(name: string, value: string, now: number): void {
    if (this.#key === null) throw this.#locked ?? missingKey()
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(name))
    const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()])
    this.#store.secrets.put.run(name, nonce, sealed, now, now)
    this.#values.set(name, value)
    this.#damaged.delete(name)
  }

  remove(name: string): void {
    if (this.#store.secrets.remove.run(name).changes === 0) throw problem('SECRET_NOT_FOUND', { name })
    this.#values.delete(name)
    this.#damaged.delete(name)
  }

  /** Undefined for an attempt that needs none. */
  give({ secrets }: Definition): GivenSecrets | undefined {
    if (secrets.length === 0) return undefined
    const values: Record<string, string> = {}
    for (const { env, name } of secrets) {
      const value = this.#values.get(name)
      if (value === undefined) {
        const { message, hint } = this.#locked ?? this.#damaged.get(name) ?? problem('SECRET_NOT_FOUND', { name })
        return { refusal: { name: 'SecretError', message, stack: null, hint } }
      }
      values[env] = value
    }
    return { values }
  }
}

/** Null: this key does not open it. */
function openSealed(key: Uint8Array, name: string, nonce: Buffer, sealed: Buffer): string | null {
  const text = sealed.subarray(0, -TAG_BYTES)
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce).setAAD(Buffer.from(name))
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

const notOpenedBy = (name: string) =>
  problem('SECRETS_LOCKED', {
    why: `the key does not open "${name}"`,
    todo: 'Put back the file secrets.key that belongs to this folder, or set the secret anew.',
  })

const notYet = () =>
  problem('SECRETS_LOCKED', {
    why: 'their key has been asked for, and is not there yet',
    todo: 'Unlock the key store of the system, if it asks you to.',
  })

const missingKey = () =>
  problem('SECRETS_LOCKED', {
    why: 'the file secrets.key is missing',
    todo: 'Put it back into the data folder, or remove the secrets and set them anew.',
  })
