import type { Command } from 'commander'
import { parseInput, parseRunId } from './arguments.ts'
import { printJson, printLine } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'

/** `retry`: queues a new run of what a run was and prints the new id. */
export function addRetry(program: Command): void {
  program
    .command('retry')
    .description('queue a new run with the same definition and input, and print its id')
    .argument('<run>', 'id of the run to repeat')
    .option('--input <json>', 'another input: JSON, @FILE, or - for standard input')
    .action(async (run: string, options: { input?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const id = parseRunId(run)
      const input = options.input === undefined ? {} : { input: await parseInput(options.input) }
      await withHost(home, async (client) => {
        const repeated = await client.runs.retry({ id, ...input })
        if (json) printJson(await client.runs.get(repeated))
        else printLine(String(repeated.id))
      })
    })
}
