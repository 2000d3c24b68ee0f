import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Definition, RunError } from '../../src-preload/contract.ts'
import { Problem, problem } from '../../src-preload/problem.ts'
import { ifLost } from '../secret-key.ts'
import type { Store } from '../store/store.ts'

/** The key that is there, or one that is made when there is none; `anew`: one in place of what is there. */
export type KeyWish = 'kept' | 'kept_or_new' | 'anew'
/** What the engine needs of `KeyVault`, across threads. */
export type AskForKey = (wish: KeyWish) => Promise<Uint8Array | null>
/** What an attempt is started with: the values by the names it knows them by, or why it cannot have them. */
export type GivenSecrets = { values: Record<string, string> } | { refusal: RunError }

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** The setting with the names of those that were given up. */
const GIVEN_UP = 'secrets_given_up'

/**
 * The secrets: sealed in the store, opened in memory as soon as the key is there. Until then they are locked, and what needs
 * them waits. When their key is lost for good a person gives them up: then what needs secrets waits until each is set anew.
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
  readonly #givenUp: Set<string>

  constructor(store: Store, askForKey: AskForKey) {
    this.#store = store
    this.#askForKey = askForKey
    this.#locked = this.#isEmpty() ? null : notYet()
    this.#givenUp = new Set(JSON.parse(store.settings.get.get(GIVEN_UP) ?? '[]') as string[])
  }

  /** Nothing that needs secrets may start. */
  get isLocked(): boolean {
    return this.lockedBy !== null
  }

  /** Their key is wanted. */
  get isKeyAway(): boolean {
    return this.#locked !== null
  }

  /** Null: they are open, or there are none. */
  get lockedBy(): Problem | null {
    return this.#locked ?? (this.#givenUp.size === 0 ? null : toBeSetAnew([...this.#givenUp].sort()))
  }

  /** Why the value of one that is stored cannot be had; null when it can. */
  problemOf(name: string): Problem | null {
    if (this.#givenUp.has(name)) return toBeSetAnew([name])
    return this.#values.has(name) ? null : (this.#locked ?? this.#damaged.get(name) ?? null)
  }

  /** Opens what is stored, so that attempts find it. False: something keeps it locked; nothing is lost by asking again. */
  open(): Promise<boolean> {
    this.#opening ??= this.#open().finally(() => (this.#opening = null))
    return this.#opening
  }

  /** Before `set`, outside of a turn: the first one makes the key. */
  async unlock(): Promise<void> {
    if (!(await this.open())) throw this.#locked ?? missingKey()
    this.#key ??= await this.#askForKey('kept_or_new')
    if (this.#key === null) throw missingKey()
  }

  async #open(): Promise<boolean> {
    if (this.#locked === null) return true
    try {
      const key = this.#isEmpty() ? null : await this.#askForKey('kept')
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
    if (key === null) {
      if (this.#store.secrets.all.all().every(({ name }) => this.#givenUp.has(name))) return
      throw missingKey()
    }
    for (const { name, nonce, sealed } of this.#store.secrets.all.all()) {
      const value = openSealed(key, name, nonce, sealed)
      if (value !== null) {
        this.#values.set(name, value)
        // The key that was lost is back.
        this.#givenUp.delete(name)
      } else if (!this.#givenUp.has(name)) this.#damaged.set(name, notOpenedBy(name))
    }
    const [first] = this.#damaged.keys()
    if (this.#values.size === 0 && first !== undefined) {
      this.#damaged.clear()
      throw anotherKey(first)
    }
    this.#key = key
  }

  /** Before `giveUp`, outside of a turn: a key of their own for those that are set anew. */
  async makeKeyAnew(): Promise<Uint8Array> {
    const key = await this.#askForKey('anew')
    if (key === null) throw missingKey()
    return key
  }

  /** Inside the transaction. Their key is lost: `key` is for what is set from now on. What is sealed stays until then. */
  giveUp(key: Uint8Array): void {
    for (const { name } of this.#store.secrets.all.all()) this.#givenUp.add(name)
    this.#values.clear()
    this.#damaged.clear()
    this.#locked = null
    this.#key = key
    this.#storeGivenUp()
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
    this.#takeBack(name)
  }

  remove(name: string): void {
    if (this.#store.secrets.remove.run(name).changes === 0) throw problem('SECRET_NOT_FOUND', { name })
    this.#values.delete(name)
    this.#damaged.delete(name)
    this.#takeBack(name)
  }

  #takeBack(name: string): void {
    if (this.#givenUp.delete(name)) this.#storeGivenUp()
  }

  #storeGivenUp(): void {
    this.#store.settings.set.run(GIVEN_UP, JSON.stringify([...this.#givenUp]))
  }

  /** Undefined for an attempt that needs none. */
  give({ secrets }: Definition): GivenSecrets | undefined {
    if (secrets.length === 0) return undefined
    const values: Record<string, string> = {}
    for (const { env, name } of secrets) {
      const value = this.#values.get(name)
      if (value === undefined) {
        const { message, hint } = this.problemOf(name) ?? problem('SECRET_NOT_FOUND', { name })
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
    todo: `Set it anew: signalbox secret set ${name}`,
  })

const anotherKey = (name: string) =>
  problem('SECRETS_LOCKED', {
    why: `the key does not open "${name}"`,
    todo: `Put back the file secrets.key that belongs to this folder. ${ifLost}`,
  })

const toBeSetAnew = (names: string[]) =>
  problem('SECRETS_LOCKED', {
    why: `${names.map((name) => `"${name}"`).join(', ')} ${names.length === 1 ? 'was' : 'were'} given up and not set anew yet`,
    todo: `${names.length === 1 ? 'Set it' : 'Set each'}: signalbox secret set ${names[0]}. What nobody needs is removed: signalbox secret rm`,
  })

const notYet = () =>
  problem('SECRETS_LOCKED', {
    why: 'their key has been asked for, and is not there yet',
    todo: 'Unlock the key store of the system, if it asks you to.',
  })

const missingKey = () =>
  problem('SECRETS_LOCKED', {
    why: 'the file secrets.key is missing',
    todo: `Put it back into the data folder. ${ifLost}`,
  })
