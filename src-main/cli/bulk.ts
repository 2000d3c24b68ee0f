import type { Command } from 'commander'
import { setTimeout as delay } from 'node:timers/promises'
import type { BulkAction, Client, Lifecycle } from '../../src-preload/contract.ts'
import { parseId } from './arguments.ts'
import { askToGoOn } from './ask.ts'
import { addFilterOptions, parseFilter } from './filter-options.ts'
import type { FilterOptions } from './filter-options.ts'
import { printJson, printLine, printTable } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { timeInWords } from './words.ts'

const LOOK_MS = 200

/** `bulk`: one action on many runs. */
export function addBulk(program: Command): void {
  const bulk = program.command('bulk').description('cancel, retry or delete all runs that fit a filter')
  for (const [action, description] of [
    ['cancel', 'cancel the unfinished runs that fit'],
    ['retry', 'run again what has finished and fits'],
    ['delete', 'delete finished runs that fit, with their logs; begins after 10 seconds'],
  ] as const) {
    addFilterOptions(bulk.command(action).description(description))
      .option('--reason <text>', 'why; every run says it')
      .option('--yes', 'do not ask')
      .action(async (options: FilterOptions & { reason?: string; yes?: boolean }, command: Command) => {
        const { home, json } = circumstancesOf(command)
        const typed = parseFilter(options)
        const isOfState = typed.lifecycle !== undefined || typed.outcome !== undefined
        const filter = isOfState ? typed : { ...typed, lifecycle: action === 'cancel' ? unfinished : finished }
        await withHost(home, async (client) => {
          const { runs } = await client.history.count(filter)
          if (runs > 0 && options.yes !== true) await confirm(action, runs, options)
          const what = { by: 'filter' as const, filter }
          const started = await client.bulk.start({ action, what, reason: options.reason ?? null, expected: runs })
          const ended = await follow(client, started, json)
          if (json) printJson(ended)
          else printLine(inWords(ended))
        })
      })
  }
  addLs(bulk)
  addStop(bulk)
  addUndo(bulk)
}

const unfinished: Lifecycle[] = ['scheduled', 'queued', 'running', 'stopping']
const finished: Lifecycle[] = ['finished']

/** What fits everything has to be agreed to by its number. */
function confirm(action: BulkAction['action'], runs: number, options: FilterOptions): Promise<void> {
  const what = `${action} ${runs} ${runs === 1 ? 'run' : 'runs'}.`
  const isNarrowed = Object.entries(options).some(([name]) => !['yes', 'reason'].includes(name))
  return askToGoOn({ what: `This will ${what}`, alone: `This would ${what}` }, isNarrowed ? 'yes' : String(runs))
}

async function follow(client: Client, started: BulkAction, json: boolean): Promise<BulkAction> {
  let action = started
  if (!json && action.state === 'waiting' && action.startsAt > Date.now()) {
    process.stderr.write(
      `Begins at ${timeInWords(action.startsAt)}. To call it off: signalbox bulk stop ${action.id}\n`,
    )
  }
  while (action.endedAt === null) {
    await delay(LOOK_MS)
    action = await client.bulk.get({ id: action.id })
  }
  return action
}

const inWords = ({ id, action, done, failed, firstError, state, canUndo }: BulkAction): string =>
  [
    `action ${id}, ${action}: ${done} done, ${failed} not${firstError === null ? '' : ` (${firstError})`}`,
    ...(state === 'stopped' ? ['stopped before the end'] : []),
    ...(canUndo ? [`to undo it: signalbox bulk undo ${id}`] : []),
  ].join('; ')

function addLs(bulk: Command): void {
  bulk
    .command('ls')
    .description('list such actions, the newest first')
    .action(async (_options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const actions = await client.bulk.list()
        if (json) return printJson(actions)
        if (actions.length === 0) return printLine('There was no action on many runs yet.')
        printTable(
          ['ID', 'ACTION', 'STATE', 'RUNS', 'DONE', 'NOT', 'ASKED', 'FIRST PROBLEM'],
          actions.map(({ id, action, state, total, done, failed, createdAt, firstError }) => [
            String(id),
            action,
            state,
            String(total),
            String(done),
            String(failed),
            timeInWords(createdAt),
            firstError ?? '',
          ]),
          [0, 3, 4, 5],
        )
      })
    })
}

function addStop(bulk: Command): void {
  bulk
    .command('stop')
    .description('stop an action; what it has done stays')
    .argument('<action>', 'id of the action')
    .action(async (given: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const id = parseId(given, 'an action', 'signalbox bulk ls')
      await withHost(home, async (client) => {
        const action = await client.bulk.stop({ id })
        if (json) printJson(action)
        else printLine(inWords(action))
      })
    })
}

function addUndo(bulk: Command): void {
  bulk
    .command('undo')
    .description('cancel the runs that a retry has made')
    .argument('<action>', 'id of the action')
    .action(async (given: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const id = parseId(given, 'an action', 'signalbox bulk ls')
      await withHost(home, async (client) => {
        const action = await follow(client, await client.bulk.undo({ id }), json)
        if (json) printJson(action)
        else printLine(inWords(action))
      })
    })
}
