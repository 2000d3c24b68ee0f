import type { Command } from 'commander'
import type { Conditions } from '../../src-preload/conditions.ts'
import { conditionInWords } from '../../src-preload/conditions.ts'
import { conditionsIn } from '../core/conditions.ts'
import { parseOneOf, parseSpan } from './arguments.ts'
import { UseError } from './failure.ts'
import { spanInWords } from './words.ts'

export type ConditionOptions = { onAc?: boolean; whenIdle?: string; network?: string; waitForConditions?: string }

/** The options that say what the machine must be like for a run to start. */
export const withConditionOptions = (command: Command): Command =>
  command
    .option('--on-ac', 'start only on AC power')
    .option('--when-idle <duration>', 'start only when nobody has used the machine for so long: 10m')
    .option('--network <state>', 'start only when the network is up, or unmetered')
    .option(
      '--wait-for-conditions <duration>',
      'wait for these so long, then skip; 0: skip at once (default: no limit)',
    )

/** Null: there are none. */
export function parseConditions({ onAc, whenIdle, network, waitForConditions }: ConditionOptions): Conditions | null {
  if (onAc !== true && whenIdle === undefined && network === undefined) {
    if (waitForConditions === undefined) return null
    throw new UseError('--wait-for-conditions needs one to wait for: --on-ac, --when-idle or --network.')
  }
  const idleMs = whenIdle === undefined ? null : parseSpan('--when-idle', whenIdle, '1d')
  if (idleMs !== null && idleMs < 60_000)
    throw new UseError(`--when-idle: "${whenIdle}" is too short. Write 1m at least.`)
  return {
    acPower: onAc === true,
    idleMs,
    network: network === undefined ? 'any' : parseOneOf('--network', network, ['up', 'unmetered']),
    waitMs: waitForConditions === undefined ? null : parseSpan('--wait-for-conditions', waitForConditions),
  }
}

/** "AC power, the network; skipped after 2 h"; null: none. */
export function conditionsInWords(conditions: Conditions | null): string | null {
  const all = conditionsIn(conditions).map(({ kind, idleMs }) => conditionInWords(kind, idleMs))
  if (conditions === null || all.length === 0) return null
  const { waitMs } = conditions
  const end = waitMs === null ? '' : waitMs === 0 ? '; else skipped' : `; skipped after ${spanInWords(waitMs)}`
  return `needs ${all.join(', ')}${end}`
}
