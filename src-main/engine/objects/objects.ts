import type { Store } from '../../store/store.ts'
import { loadFlags } from './flags.ts'
import type { Flag } from './flags.ts'

/** Every durable object, by kind and name. What is stored is loaded at boot; who waits lives in memory only. */
export type Objects = {
  readonly flags: Map<string, Flag>
}

export const loadObjects = (store: Store): Objects => ({ flags: loadFlags(store) })
