import type { Command } from 'commander'
import { parseRunId } from './arguments.ts'
import { printJson, printLine } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { stateInWords } from './words.ts'

/** `cancel`: asks a run to stop. It is cancelled when its processes are seen dead, which `show` tells. */
export function addCancel(program: Command): void {
  program
    .command('cancel')
    .description('stop a run')
    .argument('<run>', 'id of the run')
    .option('--reason <text>', 'kept with the run')
    .action(async (run: string, options: { reason?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const id = parseRunId(run)
      await withHost(home, async (client) => {
        const row = await client.runs.cancel({ id, reason: options.reason ?? null })
        if (json) printJson(await client.runs.get({ id }))
        else printLine(`run ${id} is ${stateInWords(row)}`)
      })
    })
}
