import type { Executor } from '../../src-preload/contract.ts'
import type { Surroundings } from '../core/conditions.ts'
import type { Interpreters, OnReports } from '../interpreters/interpreters.ts'
import type { Store } from '../store/store.ts'
import type { Clock } from './clock.ts'
import type { AskForKey } from './secrets.ts'

/** What an engine is made of: everything outside of it. */
export type EngineParts = {
  store: Store
  storeId: string
  scriptsFolder: string
  clock: Clock
  /** Numbers in [0, 1). */
  random: () => number
  slots: Record<Executor, number>
  /** What this start of the host has in place of those, and of what is set; default: nothing. */
  slotsAtStart?: Partial<Record<Executor, number>>
  /** Names the life of the host, which may have several engines one after the other; null or left out: it has this one. */
  life?: string | null
  /** Admits only what is submitted in this life. */
  isPrivate: boolean
  /** Gives the key of the secrets. */
  askForKey: AskForKey
  /** What the machine is like at the start. */
  surroundings: Surroundings
  connectInterpreters: (onReports: OnReports) => Interpreters
  /** A turn was rolled back, or the store cannot be read: memory and store may differ, so the engine has stopped. */
  onFatal: (error: unknown) => void
}
