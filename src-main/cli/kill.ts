import type { Command } from 'commander'
import { parseRunId } from './arguments.ts'
import { printJson, printLine } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { stateInWords } from './words.ts'

/** `kill`: ends a run that is being stopped before its grace period is over. It has ended when its processes are seen dead. */
export function addKill(program: Command): void {
  program
    .command('kill')
    .description('kill a run that is being stopped and does not end')
    .argument('<run>', 'id of the run')
    .action(async (run: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const id = parseRunId(run)
      await withHost(home, async (client) => {
        const row = await client.runs.kill({ id })
        if (json) printJson(await client.runs.get({ id }))
        else printLine(`run ${id} is ${stateInWords(row)}: its processes are being killed`)
      })
    })
}
