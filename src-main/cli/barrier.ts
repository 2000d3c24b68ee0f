import type { Command } from 'commander'
import { parsePage, parseShown, printParties, printRest } from './object-words.ts'
import { printFacts, printJson, printLine, printTable } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { timeInWords } from './words.ts'

/** `barrier`: where tasks of scripts wait until all of them are there. */
export function addBarrier(program: Command): void {
  const barrier = program.command('barrier').description('look at the barriers of scripts and who waits at them')

  barrier
    .command('ls')
    .description('list the barriers by name')
    .option('--limit <number>', 'at most so many (1 to 500)', '100')
    .option('--after <name>', 'go on behind this name')
    .action(async (options: { limit: string; after?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const page = parsePage(options)
      await withHost(home, async (client) => {
        const { rows, more, total } = await client.barriers.list(page)
        if (json) return printJson(rows)
        if (total === 0) return printLine('There are no barriers. The first script that uses one makes it.')
        printTable(
          ['NAME', 'WAITING', 'OF', 'STATE'],
          rows.map(({ name, waiting, parties, isBroken }) => [
            name,
            String(waiting),
            String(parties),
            isBroken ? { text: 'broken', colour: 'red' } : '',
          ]),
          [1, 2],
        )
        printRest(rows, more, total)
      })
    })

  barrier
    .command('show')
    .description('show a barrier and who waits at it')
    .argument('<name>', 'name of the barrier')
    .option('--limit <number>', 'at most so many of those who wait (1 to 500)', '50')
    .action(async (name: string, options: { limit: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const limit = parseShown(options)
      await withHost(home, async (client) => {
        const detail = await client.barriers.get({ name, limit })
        if (json) return printJson(detail)
        printFacts([
          ['barrier', detail.name],
          ['waiting', `${detail.waiting} of ${detail.parties}`],
          ['state', detail.isBroken ? 'broken: every wait fails until a script resets it' : 'whole'],
          ['created', timeInWords(detail.createdAt)],
        ])
        printParties(detail.waiters, detail.waiting)
      })
    })
}
