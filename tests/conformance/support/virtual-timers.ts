/**
 * Puts the time of the simulated engine under the SDK's timers: whatever a script of a test sets inside its run goes to
 * the world's clock; the rest of this thread keeps real time. The SDK takes its timers when it is loaded, so this module
 * is to be loaded before it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../../../src-main/engine/clock.ts'
import type { RunScope } from '../../../src-main/interpreters/run-scope.ts'

/** An attempt that runs in this thread. */
export type Attempt = {
  readonly scope: RunScope
  readonly clock: Clock
  /** Its process has died: none of its code goes on. */
  isDead: boolean
}

/** Which attempt the calling code belongs to. */
export const currentAttempt = new AsyncLocalStorage<Attempt>()

/** Goes on in the attempt, unless it has died. */
export function goOn(attempt: Attempt, run: () => void): void {
  if (!attempt.isDead) currentAttempt.run(attempt, run)
}

const real = { setTimeout, clearTimeout, setImmediate, hrtime: process.hrtime, now: Date.now }

class VirtualTimeout {
  readonly cancel: () => void

  constructor(attempt: Attempt, ms: number, run: () => void) {
    this.cancel = attempt.clock.after(ms, () => goOn(attempt, run))
  }

  unref(): this {
    return this
  }
}

const virtual = {
  setTimeout: (run: () => void, ms = 0) => {
    const attempt = currentAttempt.getStore()
    return attempt === undefined ? real.setTimeout(run, ms) : new VirtualTimeout(attempt, ms, run)
  },
  clearTimeout: (timer: VirtualTimeout | NodeJS.Timeout) => {
    if (timer instanceof VirtualTimeout) timer.cancel()
    else real.clearTimeout(timer)
  },
  setImmediate: (run: () => void) => {
    const attempt = currentAttempt.getStore()
    if (attempt === undefined) return real.setImmediate(run)
    attempt.clock.soon(() => goOn(attempt, run))
    return undefined
  },
}
Object.assign(globalThis, virtual)
Date.now = () => currentAttempt.getStore()?.clock.wallMs() ?? real.now()
process.hrtime = Object.assign(() => {
  const ms = currentAttempt.getStore()?.clock.monoMs()
  return ms === undefined
    ? real.hrtime()
    : ([Math.floor(ms / 1_000), (ms % 1_000) * 1_000_000] satisfies [number, number])
}, real.hrtime)

/** Resolves when every promise that can settle has done so, however long its chain. */
export const settlePromises = (): Promise<void> => new Promise((resolve) => void real.setImmediate(resolve))

/** Throws when something has loaded the SDK before this module. */
export function assertVirtual(taken: unknown): void {
  if (taken !== virtual.setTimeout) throw new Error('import tests/conformance/support before anything of the SDK')
}
