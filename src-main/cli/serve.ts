import type { Command } from 'commander'
import { parseWhole } from './arguments.ts'
import { circumstancesOf } from './verb.ts'

/** `serve`: is the host, without a window of its own, until it is told to stop. */
export function addServe(program: Command): void {
  program
    .command('serve')
    .description('run the host and show the window in a browser')
    .option('--port <number>', 'of the browser window (default: a free one)', '0')
    .option(
      '--slots <list>',
      'runs at the same time, per executor, in place of what is set: process=8,thread=2,async=512',
    )
    .action(async ({ port, slots }: { port: string; slots?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const portNumber = parseWhole('--port', port, 0, 65_535)
      const { parseSlots } = await import('../server/slots.ts')
      const { serveUntilStopped } = await import('../server/headless-process.ts')
      process.exitCode = await serveUntilStopped({ home, port: portNumber, slots: parseSlots(slots), json })
    })
}
