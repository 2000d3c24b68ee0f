import { createHash } from 'node:crypto'
import type { Definition } from '../../src-preload/contract.ts'
import { rulesOfOld } from '../../src-preload/definition.ts'
import type { Store } from '../store/store.ts'

/** How many parsed definitions stay in memory; the rest is read again when needed. */
const CACHED = 500

/** Definitions by id and by content. They never change, so a cached one is always right. */
export class Definitions {
  readonly #store: Store
  #cache = new Map<number, Definition>()

  constructor(store: Store) {
    this.#store = store
  }

  /** The id of this content, stored when it is new. Call inside the transaction. */
  idOf(definition: Definition): number {
    const body = bodyOf(definition)
    const hash = createHash('sha256').update(body).digest('hex')
    const id = this.#store.definitions.idByHash.get(hash) ?? this.#store.definitions.insert.get(hash, body)
    if (id === undefined) throw new Error('the store gave the new definition no id')
    return id
  }

  get(id: number): Definition {
    const cached = this.#cache.get(id)
    if (cached !== undefined) return cached
    const body = this.#store.definitions.body.get(id)
    if (body === undefined) throw new Error(`definition ${id} is not in the store`)
    const stored = JSON.parse(body) as Definition
    const definition: Definition = { ...rulesOfOld, ...stored, limits: { ...rulesOfOld.limits, ...stored.limits } }
    const oldest = this.#cache.keys().next()
    if (this.#cache.size >= CACHED && !oldest.done) this.#cache.delete(oldest.value)
    this.#cache.set(id, definition)
    return definition
  }
}

/** Usual rules of later times are left out, as where they did not exist yet: what is the same to run stays the same definition. */
function bodyOf(definition: Definition): string {
  const { onInterrupted, limits } = definition
  return JSON.stringify({
    ...definition,
    limits: { ...limits, tempBytes: limits.tempBytes ?? undefined },
    onInterrupted: onInterrupted === rulesOfOld.onInterrupted ? undefined : onInterrupted,
  })
}
