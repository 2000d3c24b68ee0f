import type { Command } from 'commander'
import type { Alert, Client, Deadlock, Lifecycle, RunDetail, RunRow, Status } from '../../src-preload/contract.ts'
import { readAbandoned } from './looked-at.ts'
import { inertOn, printJson, printLine, printTable } from './output.ts'
import type { Cell } from './output.ts'
import { treeRows } from './run-tree.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { deadlockInWords, situationInWords } from './wait-words.ts'
import { alertInWords, bytesInWords, spanInWords, stateCell } from './words.ts'

/** What is further on its way comes first; within that, what was accepted first. */
const unfinished: Lifecycle[] = ['stopping', 'running', 'queued', 'scheduled']
/** More lines than this tell a person nothing that the count does not. */
const SHOWN = 200

/** `ps`: everything that has not finished, and why it does not go on. */
export function addPs(program: Command): void {
  program
    .command('ps')
    .description('show what runs and what waits, and why')
    .option('--tree', 'show runs under the run that spawned them, with attempts, tasks and who has what they wait for')
    .action(async ({ tree }: { tree?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const rows = await listUnfinished(client)
        const details = tree === true ? await Promise.all(rows.map(({ id }) => client.runs.get({ id }))) : null
        if (json) return printJson(details ?? rows)
        const now = Date.now()
        const { counts, disk } = await client.engine.status()
        printDisk(disk, now)
        printDeadlocks(await client.waits.deadlocks(), now)
        printAlerts(await client.alerts.list({}), now)
        printAbandoned((await readAbandoned(client)).count)
        print(rows, details, now)
        const hidden = unfinished.reduce((sum, lifecycle) => sum + counts[lifecycle], 0) - rows.length
        if (rows.length >= SHOWN && hidden > 0) printLine(`and ${hidden} more that wait`)
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

function printDisk({ fullSince, freeBytes }: Status['disk'], now: number): void {
  if (fullSince === null) return
  const free = `${bytesInWords(freeBytes ?? 0)} free`
  printLine(`DISK FULL for ${spanInWords(now - fullSince)}, ${free}: nothing begins until there is room`)
  printLine('')
}

/** What stands above everything else: it does not end by itself. */
function printDeadlocks(deadlocks: Deadlock[], now: number): void {
  for (const deadlock of deadlocks) {
    for (const line of deadlockInWords(deadlock, now)) printLine(inertOn(process.stdout, line))
    printLine('')
  }
}

/** Jobs that have been silent for longer than they may. */
function printAlerts(alerts: Alert[], now: number): void {
  for (const alert of alerts) printLine(`SILENT ${alertInWords(alert, now)}`)
  if (alerts.length > 0) printLine('')
}

/** They are not among what runs or waits, and need a person all the same. */
function printAbandoned(count: number): void {
  if (count === 0) return
  printLine(`ABANDONED ${count === 1 ? '1 run needs' : `${count} runs need`} you: signalbox looked-at`)
  printLine('')
}

/** `details` makes it a tree. */
function print(runs: RunRow[], details: RunDetail[] | null, now: number): void {
  if (runs.length === 0) return printLine('Nothing runs and nothing waits.')
  const rows =
    details === null
      ? runs.map((run): Cell[] => [
          String(run.id),
          stateCell(run),
          run.name,
          spanInWords(now - sinceOf(run)),
          situationInWords(run, now),
        ])
      : treeRows(details, sinceOf, now)
  printTable(['ID', 'STATE', 'NAME', 'FOR', 'WHY'], rows, [0, 3])
}

/** When the run came into the state it is in. */
const sinceOf = (run: RunRow): number => {
  if (run.lifecycle === 'stopping') return run.stop?.requestedAt ?? run.createdAt
  if (run.lifecycle === 'running') return run.startedAt ?? run.createdAt
  return run.queuedAt ?? run.createdAt
}
