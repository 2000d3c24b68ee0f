import type { Command } from 'commander'
import type { LogLine } from '../../src-preload/contract.ts'
import { parseRunId } from './arguments.ts'
import { followLogs, readLogs } from './follow-logs.ts'
import { inertOn, printJson, writeFully } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { logLineInWords } from './words.ts'

/** `logs`: what a run has written so far; with `-f` also what it writes until it has finished. */
export function addLogs(program: Command): void {
  program
    .command('logs')
    .description('print the log of a run')
    .argument('<run>', 'id of the run')
    .option('-f, --follow', 'go on until the run has finished')
    .action(async (run: string, { follow }: { follow?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const id = parseRunId(run)
      const readerGone = new AbortController()
      process.stdout.once('close', () => readerGone.abort())

      const collected: LogLine[] = []
      const take = async (lines: LogLine[]) => {
        if (json) collected.push(...lines)
        else await writeFully(process.stdout, lines.map(asText).join(''))
      }
      await withHost(home, async (client) => {
        const read = follow === true ? followLogs : readLogs
        await read(client, id, readerGone.signal, take)
      }).catch((error: unknown) => {
        if (!readerGone.signal.aborted) throw error
      })
      if (json) printJson(collected)
    })
}

const asText = (line: LogLine) => inertOn(process.stdout, logLineInWords(line)) + '\n'
