import type { Command } from 'commander'
import type { Timing } from '../../src-preload/timing.ts'
import { parseOneOf, parseSpan, parseTime } from './arguments.ts'
import { UseError } from './failure.ts'

export type TimingOptions = {
  cron?: string
  every?: string
  at?: string
  zone?: string
  from?: string
  until?: string
  jitter?: string
  gap: string
  twice: string
}

/** The options that say when: the same for what is saved and what is only looked at. */
export const withTimingOptions = (command: Command): Command =>
  command
    .option('--cron <expression>', `five fields, or six with seconds first: '0 9 * * MON-FRI', '0 8 L * *', '@daily'`)
    .option('--every <duration>', 'in whole intervals from --from, or from now: 90s, 10m, 2h')
    .option('--at <time>', 'once: 18:30, 2027-01-31T18:30, or epoch ms')
    .option(
      '--zone <name>',
      'time zone, such as Europe/Berlin; system: wherever the machine is (default: where it is now)',
    )
    .option('--from <time>', 'no slot before it')
    .option('--until <time>', 'no slot from it on')
    .option('--jitter <duration>', 'each run becomes due up to so much later than its slot')
    .option('--gap <rule>', 'a time that the clocks skip: next (at the first moment after) or skip', 'next')
    .option('--twice <rule>', 'a time that the clocks show twice: first, last or both', 'first')

export function parseTiming(options: TimingOptions, now: Date): Timing {
  const { cron, every, at } = options
  if ([cron, every, at].filter((each) => each !== undefined).length !== 1)
    throw new UseError(`Say when, in one way: --cron '0 9 * * *', --every 10m, or --at 18:30.`)
  const from = options.from === undefined ? null : parseTime('--from', options.from, now)
  const shared = {
    zone: options.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    startAt: from,
    endAt: options.until === undefined ? null : parseTime('--until', options.until, now),
    jitterMs: options.jitter === undefined ? 0 : parseSpan('--jitter', options.jitter, '1d'),
  }
  if (at !== undefined) return { kind: 'once', at: parseTime('--at', at, now), ...shared }
  if (every !== undefined)
    return { kind: 'interval', everyMs: parseInterval(every), anchorAt: from ?? now.getTime(), ...shared }
  return {
    kind: 'cron',
    expression: cron ?? '',
    gap: parseOneOf('--gap', options.gap, ['next', 'skip']),
    overlap: parseOneOf('--twice', options.twice, ['first', 'last', 'both']),
    ...shared,
  }
}

function parseInterval(given: string): number {
  const everyMs = parseSpan('--every', given)
  if (everyMs < 1_000) throw new UseError(`--every: "${given}" is too short. Write 1s at least.`)
  return everyMs
}
