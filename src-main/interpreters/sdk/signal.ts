import { findCurrentLink } from './run-link.ts'
import { currentSignal } from './tasks/scope.ts'

/**
 * Aborts when the calling task is cancelled, or the time of the block it is in is up: `fetch(url, { signal })`. In the run's own
 * function that is `ctx.signal`. A stand-in that always means the caller's, for one module can serve many runs.
 */
export const signal: AbortSignal = new Proxy(Object.create(AbortSignal.prototype) as AbortSignal, {
  get(_, property) {
    if (property === 'addEventListener') return listen
    if (property === 'removeEventListener') return unlisten
    if (isBookkeeping(property) && findCurrentLink() === undefined) return new Set()
    const real = currentSignal()
    const value: unknown = Reflect.get(real, property, real)
    return typeof value === 'function' ? (value.bind(real) as unknown) : value
  },
  set: (_, property, value) => Reflect.set(currentSignal(), property, value),
  has: (_, property) => Reflect.has(currentSignal(), property),
})

/**
 * Where Node notes which signals of `AbortSignal.any` depend on this one. A finaliser takes out those that were collected;
 * outside a run there is none to take out.
 */
const isBookkeeping = (property: string | symbol) =>
  typeof property === 'symbol' && property.description === 'kDependantSignals'

type Listener = Parameters<AbortSignal['addEventListener']>[1]
type ListenOptions = Parameters<AbortSignal['addEventListener']>[2]

/** Which signal a listener was last put on. */
const listenedTo = new WeakMap<Listener, AbortSignal>()

function listen(type: string, listener: Listener, options?: ListenOptions): void {
  const real = currentSignal()
  listenedTo.set(listener, real)
  real.addEventListener(type, listener, options)
}

/**
 * `fetch` takes its listener back when its request is collected: from a finaliser, which belongs to no run. Throwing there
 * would end the thread and every run on it.
 */
function unlisten(type: string, listener: Listener, options?: ListenOptions): void {
  listenedTo.get(listener)?.removeEventListener(type, listener, options)
  if (findCurrentLink() !== undefined) currentSignal().removeEventListener(type, listener, options)
}
