import type { Command } from 'commander'
import type { Attention, Client, RunRow } from '../../src-preload/contract.ts'
import { parseRunId } from './arguments.ts'
import { printJson, printLine, printTable } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { timeInWords } from './words.ts'

/** `looked-at`: abandoned runs need a person, until one has looked at what they have done. */
export function addLookedAt(program: Command): void {
  program
    .command('looked-at')
    .description('say that you have looked at what abandoned runs have done; without a run, list those that need you')
    .argument('[runs...]', 'ids of abandoned runs')
    .action(async (runs: string[], _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const ids = runs.map(parseRunId)
      await withHost(home, async (client) => {
        if (ids.length === 0) return printAbandoned(await readAbandoned(client), json)
        const rows: RunRow[] = []
        for (const id of ids) {
          rows.push(await client.runs.lookedAt({ id }))
          if (!json) printLine(`run ${id} needs nobody any more`)
        }
        if (json) printJson(rows)
      })
    })
}

type AbandonedRun = Extract<Attention, { kind: 'abandoned_run' }>
/** `first`: the newest of them; `count`: all that the host knows of. */
export type AbandonedRuns = { first: AbandonedRun[]; count: number }

/** The runs that were cut off, begin no more by themselves, and that nobody has looked at or run again. */
export async function readAbandoned(client: Client): Promise<AbandonedRuns> {
  const reading = new AbortController()
  try {
    for await (const message of await client.feeds.attention(undefined, { signal: reading.signal })) {
      if (message.type !== 'snapshot') continue
      const first = message.rows.flatMap(({ row }) => (row.kind === 'abandoned_run' ? [row] : []))
      return { first, count: message.meta.counts.abandoned_run }
    }
    throw new Error('the host has ended its answer early')
  } finally {
    reading.abort()
  }
}

function printAbandoned({ first, count }: AbandonedRuns, json: boolean): void {
  if (json) return printJson(first)
  if (first.length === 0) return printLine('No abandoned run needs you.')
  printTable(
    ['ID', 'ABANDONED', 'NAME', 'WHY'],
    first.map(({ run, at, name, error }) => [String(run), timeInWords(at), name, error ?? '']),
    [0],
  )
  if (count > first.length) printLine(`and ${count - first.length} more`)
  printLine('')
  printLine('See what they have done with: signalbox show RUN. Then: signalbox looked-at RUN, or signalbox retry RUN')
}
