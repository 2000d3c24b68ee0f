import type { Command } from 'commander'
import type { Submit } from '../../src-preload/contract.ts'
import { parseInput, parseStart, parseWhole } from './arguments.ts'
import { addInterruptionOption, parseInterruption } from './interruption-option.ts'
import type { InterruptionOption } from './interruption-option.ts'
import { printJson, printLine } from './output.ts'
import { addRetryOptions, parseRetryOverride } from './retry-options.ts'
import type { RetryOptions } from './retry-options.ts'
import { circumstancesOf, withHost } from './verb.ts'

type Options = RetryOptions & InterruptionOption & { input?: string; at?: string; delay?: string; priority?: string }

/** `submit`: queues one run of a job and prints its id. */
export function addSubmit(program: Command): void {
  const submit = program
    .command('submit')
    .description('queue a run of a job and print its id')
    .argument('<job>', 'name of the job')
    .option('--input <json>', 'input of the run: JSON, @FILE, or - for standard input')
    .option('--at <time>', 'when it becomes due: 18:30, 2027-01-31T18:30, or epoch ms')
    .option('--delay <duration>', 'how long until it becomes due: 90s, 10m')
    .option('--priority <number>', 'higher starts first (-1000 to 1000)')
  addInterruptionOption(addRetryOptions(submit, 'this run')).action(
    async (job: string, options: Options, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const request = { what: 'job' as const, job, input: await parseInput(options.input), ...parseWhen(options) }
      await withHost(home, async (client) => {
        const { id } = await client.runs.submit(request)
        if (json) printJson(await client.runs.get({ id }))
        else printLine(String(id))
      })
    },
  )
}

function parseWhen({
  at,
  delay,
  priority,
  ...options
}: Options): Pick<Submit, 'at' | 'delayMs' | 'priority' | 'retry' | 'onInterrupted'> {
  const retry = parseRetryOverride(options)
  const onInterrupted = parseInterruption(options)
  return {
    ...parseStart({ at, delay }),
    ...(retry === undefined ? {} : { retry }),
    ...(onInterrupted === undefined ? {} : { onInterrupted }),
    ...(priority === undefined ? {} : { priority: parseWhole('--priority', priority, -1000, 1000) }),
  }
}
