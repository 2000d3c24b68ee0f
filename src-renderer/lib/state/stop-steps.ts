/** The way of a stop in steps, as the cancellations drawer shows it. */
import type { Outcome, Stop } from '../../../src-preload/contract.ts'
import { formatSpan } from './duration.ts'
import { outcomeWords } from './run-words.ts'

/** `late`: it takes longer than a script that cooperates needs. */
export type StopStep = { label: string; is: 'done' | 'now' | 'late' | 'to come' }

/** A script that reacts to its signal ends well within this. */
const cooperatesMs = 3_000

/** What a run has to end by itself unless its job says otherwise; the host forces it when the time of its own job is over. */
const usualGraceMs = 5_000

/** From when on a person may force the end: the usual grace period after the signal. Null: it has not been sent, or is forced. */
export const forceOfferedAt = ({ phase, signalledAt, since }: Stop): number | null =>
  phase === 'signalled' ? (signalledAt ?? since) + usualGraceMs : null

/** `outcome`: of a run that has ended; the steps it took are behind it. */
export function stopSteps(stop: Stop, outcome: Outcome | null, now: number): StopStep[] {
  const age = formatSpan(now - stop.since, true)
  const isOver = outcome !== null
  const isForced = stop.phase === 'killing'
  const reacts: StopStep = (() => {
    if (isOver && !isForced) return { label: 'Cooperated', is: 'done' }
    if (isForced) return { label: 'Did not react', is: 'done' }
    if (stop.phase === 'requested') return { label: 'Ends by itself', is: 'to come' }
    const isLate = now - stop.since >= cooperatesMs
    return isLate ? { label: `Not reacting · ${age}`, is: 'late' } : { label: `Ending · ${age}`, is: 'now' }
  })()
  const forced: StopStep[] = isForced
    ? [isOver ? { label: 'Forced', is: 'done' } : { label: `Forcing · ${age}`, is: 'late' }]
    : []
  return [
    { label: 'Requested', is: 'done' },
    stop.phase === 'requested' && !isOver
      ? { label: `Sending the signal · ${age}`, is: 'now' }
      : { label: 'Signal delivered', is: 'done' },
    reacts,
    ...forced,
    isOver ? { label: outcomeWords(outcome).word, is: 'done' } : { label: 'Ended', is: 'to come' },
  ]
}
