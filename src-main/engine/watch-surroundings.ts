import type { Surroundings } from '../core/conditions.ts'
import { ClockJumps } from './clock-jumps.ts'
import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { readMetered, readSystem } from './system-surroundings.ts'

/** How a host sees its machine. */
export type SurroundingsSource = {
  read(): Surroundings
  /** Calls back when there may be something new, and when the machine has woken up; gives what ends that. */
  listen(onNews: () => void, onWake: () => void): () => void
}

/** How long something new stays unseen where nothing tells of it. */
const LOOK_MS = 5_000
const METERED_MS = 300_000
const MINUTE_MS = 60_000

/** The machine without a desktop. */
export function systemSource(): SurroundingsSource {
  let metered: boolean | null = null
  return {
    read: () => ({ ...readSystem(), metered }),
    listen(onNews) {
      const ask = async () => {
        metered = await readMetered()
        onNews()
      }
      if (process.platform !== 'linux') return () => undefined
      void ask()
      const timer = setInterval(() => void ask(), METERED_MS).unref()
      return () => clearInterval(timer)
    },
  }
}

/**
 * Tells what is new of the machine, and when its clock was moved or it has slept: that is seen here at once where the
 * system says so, and within 5 s where it does not. Returns what ends it.
 */
export function watchSurroundings(
  source: SurroundingsSource,
  tell: { surroundings: (seen: Surroundings) => void; wake: () => void },
  clock: Clock = systemClock,
): () => void {
  let told = ''
  const jumps = new ClockJumps(clock)
  const look = () => {
    const seen = source.read()
    // Somebody who is away for hours is news once a minute.
    const minutes = seen.idleMs === null ? null : Math.floor(seen.idleMs / MINUTE_MS)
    const text = JSON.stringify({ ...seen, idleMs: minutes })
    if (text === told) return
    told = text
    tell.surroundings(seen)
  }
  let cancel: () => void = () => undefined
  const lookAgain = () => {
    look()
    if (jumps.take(clock.wallMs(), clock.monoMs()) !== 0) tell.wake()
    cancel = clock.after(LOOK_MS, lookAgain)
  }
  cancel = clock.after(LOOK_MS, lookAgain)
  const stopListening = source.listen(look, () => {
    look()
    tell.wake()
  })
  return () => {
    cancel()
    stopListening()
  }
}
