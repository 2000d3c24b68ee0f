import type { Command } from 'commander'
import type { LogLevel, LogLine } from '../../src-preload/contract.ts'
import { parseOneOf, parseRunId } from './arguments.ts'
import { followLogs, readLogs } from './follow-logs.ts'
import { inertOn, printJson, writeFully } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { logLineInWords } from './words.ts'

const severities = ['debug', 'info', 'warn', 'error'] as const

/** What is at least so serious. Output and what we say ourselves count as `info`, what went to stderr as `error`. */
function levelsFrom(least: (typeof severities)[number]): ReadonlySet<LogLevel> {
  const rank: Record<LogLevel, number> = { debug: 0, info: 1, out: 1, mark: 1, warn: 2, error: 3, err: 3 }
  return new Set((Object.keys(rank) as LogLevel[]).filter((level) => rank[level] >= rank[least]))
}

/** `logs`: what a run has written so far; with `-f` also what it writes until it has finished. */
export function addLogs(program: Command): void {
  program
    .command('logs')
    .description('print the log of a run')
    .argument('<run>', 'id of the run')
    .option('-f, --follow', 'go on until the run has finished')
    .option('--level <level>', `only lines that are at least so serious: ${severities.join(', ')}`)
    .action(async (run: string, { follow, level }: { follow?: boolean; level?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const id = parseRunId(run)
      const wanted = level === undefined ? null : levelsFrom(parseOneOf('--level', level, severities))
      const readerGone = new AbortController()
      process.stdout.once('close', () => readerGone.abort())

      const collected: LogLine[] = []
      const take = async (all: LogLine[]) => {
        const lines = wanted === null ? all : all.filter((line) => wanted.has(line.level))
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
