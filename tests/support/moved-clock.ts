/**
 * Loaded into a host before anything else (`--import`), in each of its threads: its wall clock is that of the machine and as
 * many ms as stand in the file that MOVED_CLOCK names, so that a test moves the clock of a running host by writing there.
 * Monotonic time and timers are those of the machine, as when a person sets the clock.
 */
import { readFileSync } from 'node:fs'

/** The file is not read again sooner, in ms. */
const FRESH_MS = 5

const path = process.env['MOVED_CLOCK'] ?? ''
const RealDate = Date
const realNow = Date.now.bind(Date)
let readAt = -Infinity
let movedBy = 0

function now(): number {
  const mono = performance.now()
  if (mono - readAt > FRESH_MS) {
    readAt = mono
    movedBy = Number(readFileSync(path, 'utf8'))
  }
  return realNow() + movedBy
}

RealDate.now = now
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  apply: () => new RealDate(now()).toString(),
})
