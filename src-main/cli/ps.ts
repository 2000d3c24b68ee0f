import type { Command } from 'commander'
import type { Client, Lifecycle, RunDetail, RunRow } from '../../src-preload/contract.ts'
import { printJson, printLine, printTable } from './output.ts'
import type { Cell } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { situationInWords } from './wait-words.ts'
import { spanInWords, stateCell } from './words.ts'

/** What is further on its way comes first; within that, what was accepted first. */
const unfinished: Lifecycle[] = ['stopping', 'running', 'queued', 'scheduled']
/** More lines than this tell a person nothing that the count does not. */
const SHOWN = 200

/** `ps`: everything that has not finished, and why it does not go on. */
export function addPs(program: Command): void {
  program
    .command('ps')
    .description('show what runs and what waits, and why')
    .option('--tree', 'show the attempts and processes under each run')
    .action(async ({ tree }: { tree?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const rows = await listUnfinished(client)
        const runs = tree === true ? await Promise.all(rows.map(({ id }) => client.runs.get({ id }))) : rows
        if (json) return printJson(runs)
        print(runs)
        const { counts } = await client.engine.status()
        const hidden = unfinished.reduce((sum, lifecycle) => sum + counts[lifecycle], 0) - runs.length
        if (runs.length >= SHOWN && hidden > 0) printLine(`and ${hidden} more that wait`)
      })
    })
}

async function listUnfinished(client: Client): Promise<RunRow[]> {
  const lists: RunRow[] = []
  for (const lifecycle of unfinished) {
    const { rows } = await client.runs.list({ lifecycle: [lifecycle], limit: SHOWN })
    lists.push(...rows.reverse())
  }
  return lists.slice(0, SHOWN)
}

function print(runs: (RunRow | RunDetail)[]): void {
  if (runs.length === 0) return printLine('Nothing runs and nothing waits.')
  const now = Date.now()
  const rows = runs.flatMap((run): Cell[][] => [
    [String(run.id), stateCell(run), run.name, spanInWords(now - sinceOf(run)), situationInWords(run, now)],
    ...('attempts' in run ? attemptRows(run, now) : []),
  ])
  printTable(['ID', 'STATE', 'NAME', 'FOR', 'WHY'], rows, [0, 3])
}

/** When the run came into the state it is in. */
const sinceOf = (run: RunRow): number => {
  if (run.lifecycle === 'stopping') return run.stop?.requestedAt ?? run.createdAt
  if (run.lifecycle === 'running') return run.startedAt ?? run.createdAt
  return run.queuedAt ?? run.createdAt
}

const attemptRows = (run: RunDetail, now: number): Cell[][] =>
  run.attempts.map((attempt, index) => [
    '',
    attempt.state,
    `${index === run.attempts.length - 1 ? '└' : '├'} attempt ${attempt.number}${attempt.pid === null ? '' : `, process ${attempt.pid}`}`,
    spanInWords((attempt.endedAt ?? now) - attempt.startedAt),
    attempt.note ?? '',
  ])
