/** How what stands in the timeline of all runs is spoken of. */
import type { TimelineRow } from '../../../src-preload/contract.ts'
import { formatClock, formatSpan } from './duration.ts'
import type { Planned } from './next-up.ts'
import { runWords } from './run-words.ts'

export type TimelineThing = TimelineRow | Planned

export const isPlanned = (thing: TimelineThing): thing is Planned => 'href' in thing

/** What it is and when it began or is to begin; how long a run ran, once it has ended. */
export function thingWords(thing: TimelineThing): string {
  if (isPlanned(thing))
    return `${thing.name}: planned for ${formatClock(thing.at, { withSeconds: true })}, ${thing.from}`
  const { name, id, attempt, startedAt, finishedAt } = thing
  const state = runWords(thing).word.toLowerCase()
  const tried = attempt > 1 ? `, attempt ${attempt}` : ''
  const ran = finishedAt === null ? '' : `, ran ${formatSpan(finishedAt - startedAt)}`
  return `${name}, run ${id}: ${state}${tried}, began ${formatClock(startedAt, { withSeconds: true })}${ran}`
}

/** The same with how long a run runs already. */
export function thingWordsNow(thing: TimelineThing, now: number): string {
  const words = thingWords(thing)
  if (isPlanned(thing) || thing.finishedAt !== null) return words
  return `${words}, runs for ${formatSpan(now - thing.startedAt, true)}`
}

/** Of a stretch of time that is folded; `from` tells whether it is to come. */
export function gapWords({ from, to }: { from: number; to: number }, now: number): string {
  return `${from >= now ? 'Nothing is planned for' : 'Nothing ran for'} ${formatSpan(to - from, true)}`
}
