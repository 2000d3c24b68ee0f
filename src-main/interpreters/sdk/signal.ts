import { currentRun, findCurrentLink } from './run-link.ts'

/**
 * Aborts when the run is asked to stop: `fetch(url, { signal })`. A stand-in for `ctx.signal` that always means the calling
 * run's, for one module can serve many runs.
 */
export const signal: AbortSignal = new Proxy(Object.create(AbortSignal.prototype) as AbortSignal, {
  get(_, property) {
    if (property === 'addEventListener') return listen
    if (property === 'removeEventListener') return unlisten
    if (isBookkeeping(property) && findCurrentLink() === undefined) return new Set()
    const real = currentRun().signal
    const value: unknown = Reflect.get(real, property, real)
    return typeof value === 'function' ? (value.bind(real) as unknown) : value
  },
  set: (_, property, value) => Reflect.set(currentRun().signal, property, value),
  has: (_, property) => Reflect.has(currentRun().signal, property),
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
  const real = currentRun().signal
  listenedTo.set(listener, real)
  real.addEventListener(type, listener, options)
}

/**
 * `fetch` takes its listener back when its request is collected: from a finaliser, which belongs to no run. Throwing there
 * would end the thread and every run on it.
 */
function unlisten(type: string, listener: Listener, options?: ListenOptions): void {
  const real = findCurrentLink()?.context.signal ?? listenedTo.get(listener)
  real?.removeEventListener(type, listener, options)
}
