import type { Command } from 'commander'
import type { Client, RunFilter, RunRow, SearchMatch } from '../../src-preload/contract.ts'
import { parseWhole } from './arguments.ts'
import { addFilterOptions, parseFilter } from './filter-options.ts'
import type { FilterOptions } from './filter-options.ts'
import { printJson, printLine, printTable } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { situationInWords } from './wait-words.ts'
import { stateCell, timeInWords, tookInWords } from './words.ts'

/** Details that are asked for at the same time; the host's queue is not to be filled by a list. */
const DETAILS_AT_ONCE = 16

/** `ls`: the newest runs first. */
export function addLs(program: Command): void {
  addFilterOptions(program.command('ls').description('list runs, the newest first'))
    .option('--limit <number>', 'at most so many (1 to 500)', '50')
    .action(async (options: FilterOptions & { limit: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const filter: RunFilter = {
        ...parseFilter(options),
        limit: parseWhole('--limit', options.limit, 1, 500),
      }
      await withHost(home, async (client) => {
        const { rows, more, matches } = await client.runs.list(filter)
        if (json) printJson(await withResults(client, rows))
        else print(rows, more, matches)
      })
    })
}

/** Lists carry no results, and a run in JSON has one: those of finished runs are fetched. */
async function withResults(client: Client, rows: RunRow[]): Promise<object[]> {
  const runs: object[] = []
  for (let first = 0; first < rows.length; first += DETAILS_AT_ONCE) {
    const details = rows.slice(first, first + DETAILS_AT_ONCE).map(async (row) => {
      if (row.lifecycle !== 'finished') return { ...row, result: null, error: null }
      const { result, error } = await client.runs.get({ id: row.id })
      return { ...row, result, error }
    })
    runs.push(...(await Promise.all(details)))
  }
  return runs
}

function print(rows: RunRow[], more: boolean, matches: SearchMatch[]): void {
  if (rows.length === 0) return printLine('There are no such runs.')
  const now = Date.now()
  const places = new Map(matches.map((match) => [match.run, match]))
  printTable(
    ['ID', 'STATE', 'NAME', 'EXECUTOR', 'CREATED', 'TOOK', matches.length > 0 ? 'FOUND' : 'WHY'],
    rows.map((run) => [
      String(run.id),
      stateCell(run),
      run.name,
      run.executor,
      timeInWords(run.createdAt),
      tookInWords(run, now),
      placeInWords(places.get(run.id)) ?? run.errorMessage ?? whyInWords(run, now),
    ]),
    [0, 5],
  )
  if (more) printLine('There are more: ask for them with --limit.')
}

/** Of what has yet to go on, or to end; what runs says in `ps` what it is at. */
const whyInWords = (run: RunRow, now: number): string =>
  run.lifecycle === 'running' || run.lifecycle === 'finished' ? '' : situationInWords(run, now)

const placeInWords = (match: SearchMatch | undefined): string | null =>
  match === undefined ? null : `${match.line === null ? match.in : `log line ${match.line}`}: ${match.text}`
