import type { Command } from 'commander'
import type { EventRow } from '../../src-preload/object-contract.ts'
import { parsePage, parseShown, printParties, printRest } from './object-words.ts'
import { printFacts, printJson, printLine, printTable } from './output.ts'
import type { Cell } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { timeInWords } from './words.ts'

/** `event`: the events of scripts, which let everybody pass once they are set. */
export function addEvent(program: Command): void {
  const event = program.command('event').description('look at the events of scripts and who waits for them')

  event
    .command('ls')
    .description('list the events by name')
    .option('--limit <number>', 'at most so many (1 to 500)', '100')
    .option('--after <name>', 'go on behind this name')
    .action(async (options: { limit: string; after?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const page = parsePage(options)
      await withHost(home, async (client) => {
        const { rows, more, total } = await client.events.list(page)
        if (json) return printJson(rows)
        if (total === 0) return printLine('There are no events. The first script that uses one makes it.')
        printTable(
          ['NAME', 'STATE', 'WAITING'],
          rows.map((row) => [row.name, stateOf(row), String(row.waiting)]),
          [2],
        )
        printRest(rows, more, total)
      })
    })

  event
    .command('show')
    .description('show an event and who waits for it')
    .argument('<name>', 'name of the event')
    .option('--limit <number>', 'at most so many of those who wait (1 to 500)', '50')
    .action(async (name: string, options: { limit: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const limit = parseShown(options)
      await withHost(home, async (client) => {
        const detail = await client.events.get({ name, limit })
        if (json) return printJson(detail)
        printFacts([
          ['event', detail.name],
          ['state', detail.isSet ? 'set' : 'not set'],
          ['created', timeInWords(detail.createdAt)],
        ])
        printParties(detail.waiters, detail.waiting)
      })
    })
}

const stateOf = ({ isSet }: EventRow): Cell => (isSet ? { text: 'set', colour: 'green' } : 'not set')
