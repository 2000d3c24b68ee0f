import type { Command } from 'commander'
import type { Client, Lifecycle, Outcome, RunFilter, RunRow } from '../../src-preload/contract.ts'
import { parseOneOf, parseRunId, parseWhole } from './arguments.ts'
import { printJson, printLine, printTable } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { stateCell, timeInWords, tookInWords } from './words.ts'

/** The contract's literals once more, typed against it: importing its values would load all its schemas. */
const lifecycles: Lifecycle[] = ['scheduled', 'queued', 'running', 'stopping', 'finished']
const outcomes: Outcome[] = ['succeeded', 'failed', 'timed_out', 'cancelled', 'skipped', 'abandoned']

/** Details that are asked for at the same time; the host's queue is not to be filled by a list. */
const DETAILS_AT_ONCE = 16

/** `ls`: the newest runs first. */
export function addLs(program: Command): void {
  program
    .command('ls')
    .description('list runs, the newest first')
    .option('--state <state>', `one of ${[...lifecycles, ...outcomes].join(', ')}`)
    .option('--job <name>', 'only runs of this job')
    .option('--parent <run>', 'only runs that this run has spawned')
    .option('--limit <number>', 'at most so many (1 to 500)', '50')
    .action(async (options: { state?: string; job?: string; parent?: string; limit: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const filter: RunFilter = {
        ...(options.state === undefined ? {} : parseState(options.state)),
        ...(options.job === undefined ? {} : { job: options.job }),
        ...(options.parent === undefined ? {} : { parent: parseRunId(options.parent) }),
        limit: parseWhole('--limit', options.limit, 1, 500),
      }
      await withHost(home, async (client) => {
        const { rows, more } = await client.runs.list(filter)
        if (json) printJson(await withResults(client, rows))
        else print(rows, more)
      })
    })
}

/** A state is a lifecycle or, of what has finished, an outcome. */
function parseState(given: string): Pick<RunFilter, 'lifecycle' | 'outcome'> {
  const state = parseOneOf('--state', given.replace(/[ -]/g, '_'), [...lifecycles, ...outcomes])
  const lifecycle = lifecycles.find((value) => value === state)
  return lifecycle === undefined ? { outcome: [state as Outcome] } : { lifecycle: [lifecycle] }
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

function print(rows: RunRow[], more: boolean): void {
  if (rows.length === 0) return printLine('There are no such runs.')
  const now = Date.now()
  printTable(
    ['ID', 'STATE', 'NAME', 'EXECUTOR', 'CREATED', 'TOOK', 'ERROR'],
    rows.map((run) => [
      String(run.id),
      stateCell(run),
      run.name,
      run.executor,
      timeInWords(run.createdAt),
      tookInWords(run, now),
      run.errorMessage ?? '',
    ]),
    [0, 5],
  )
  if (more) printLine('There are more: ask for them with --limit.')
}
