/** What the machine must be like, as the forms of jobs and of schedules take it. */
import type { Conditions } from '../../../src-preload/contract.ts'
import { durationText, parseDuration } from './duration.ts'

export type ConditionTexts = {
  acPower: boolean
  /** A span. */
  idle: string
  network: Conditions['network']
  /** A span; empty: no limit. */
  wait: string
}
export type ConditionFaults = { idle?: string; wait?: string }

export const noConditions: ConditionTexts = { acPower: false, idle: '', network: 'any', wait: '' }

export function conditionTexts(conditions: Conditions | null): ConditionTexts {
  if (conditions === null) return noConditions
  const { acPower, idleMs, network, waitMs } = conditions
  return {
    acPower,
    network,
    idle: idleMs === null ? '' : durationText(idleMs),
    wait: waitMs === null ? '' : waitMs === 0 ? '0s' : durationText(waitMs),
  }
}

/** Null where nothing is asked of the machine; notes in `faults` what is no span, or too short a one. */
export function readConditions(texts: ConditionTexts, faults: ConditionFaults): Conditions | null {
  const readSpan = (field: 'idle' | 'wait'): number | null => {
    if (texts[field].trim() === '') return null
    const ms = parseDuration(texts[field])
    if (ms === null) faults[field] = 'A span such as 30s, 5m or 1h 30m.'
    return ms
  }
  const [idleMs, waitMs] = [readSpan('idle'), readSpan('wait')]
  if (idleMs !== null && idleMs < 60_000) faults.idle = 'One minute at least.'
  const { acPower, network } = texts
  return acPower || idleMs !== null || network !== 'any' ? { acPower, idleMs, network, waitMs } : null
}
