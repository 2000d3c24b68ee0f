import type { Command } from 'commander'
import { overlaps } from '../../src-preload/schedule-policy.ts'
import type { CatchUp } from '../../src-preload/schedule-policy.ts'
import { parseInput, parseOneOf, parseSpan, parseWhole } from './arguments.ts'
import { parseConditions, withConditionOptions } from './condition-options.ts'
import type { ConditionOptions } from './condition-options.ts'
import { UseError } from './failure.ts'
import { printJson, printLine } from './output.ts'
import { momentIn } from './schedule-words.ts'
import { parseTiming, withTimingOptions } from './timing-options.ts'
import type { TimingOptions } from './timing-options.ts'
import { circumstancesOf, withHost } from './verb.ts'

type Options = TimingOptions &
  ConditionOptions & {
    name?: string
    overlap: string
    catchUp: string
    window?: string
    cap?: string
    spacing?: string
    input?: string
    priority?: string
    replace?: boolean
  }

/** `schedule add`: runs of a job over time. */
export function addScheduleAdd(schedule: Command): void {
  withConditionOptions(
    withTimingOptions(
      schedule
        .command('add')
        .description('make runs of a job over time: by a cron expression, at intervals, or once')
        .argument('<job>', 'name of the job'),
    ),
  )
    .option('--name <name>', 'name of the schedule (default: that of the job)')
    .option('--overlap <rule>', 'while an earlier run is unfinished: skip, allow, queue or cancel', 'skip')
    .option('--catch-up <rule>', 'of slots that passed unseen: once (one run for all), all, or skip', 'once')
    .option('--window <duration>', 'catch up with slots that are no older (default: 24h)')
    .option('--cap <number>', 'with --catch-up all: at most so many (default: 100)')
    .option('--spacing <duration>', 'with --catch-up all: so far apart (default: 10s)')
    .option('--input <json>', 'input of its runs: JSON, @FILE, or - for standard input')
    .option('--priority <number>', 'of its runs (default: that of the job)')
    .option('--replace', 'replace the schedule of that name')
    .action(async (job: string, options: Options, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const request = {
        name: options.name ?? job,
        job,
        timing: parseTiming(options, new Date()),
        overlap: parseOneOf('--overlap', options.overlap, overlaps),
        catchUp: parseCatchUp(options),
        conditions: parseConditions(options),
        input: await parseInput(options.input),
        priority: options.priority === undefined ? null : parseWhole('--priority', options.priority, -1000, 1000),
        replace: options.replace === true,
      }
      await withHost(home, async (client) => {
        const row = await client.schedules.save(request)
        if (json) return printJson(row)
        const next = row.next === null ? 'it is paused' : `next ${momentIn(row.zone, row.next)}`
        printLine(`schedule "${row.name}": ${row.words}; ${next}`)
      })
    })
}

function parseCatchUp({ catchUp, window, cap, spacing }: Options): CatchUp {
  const policy = parseOneOf('--catch-up', catchUp, ['skip', 'once', 'all'])
  if (policy !== 'all' && (cap !== undefined || spacing !== undefined))
    throw new UseError('--cap and --spacing are for --catch-up all.')
  if (policy === 'skip') {
    if (window !== undefined) throw new UseError('--window is for --catch-up once or all.')
    return { policy }
  }
  const windowMs = parseSpan('--window', window ?? '24h')
  if (policy === 'once') return { policy, windowMs }
  return {
    policy,
    windowMs,
    cap: parseWhole('--cap', cap ?? '100', 1, 100),
    spacingMs: parseSpan('--spacing', spacing ?? '10s', '1d'),
  }
}
