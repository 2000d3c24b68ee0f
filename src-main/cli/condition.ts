import type { Command } from 'commander'
import { addList } from './object-verbs.ts'
import { partyCells, partyHeaders, printHidden } from './object-words.ts'
import { printTable } from './output.ts'

/** `condition`: where tasks wait to be notified. There is one while anybody waits, so there is nothing else to show. */
export function addCondition(program: Command): void {
  const condition = program
    .command('condition')
    .description('look at the conditions at which tasks wait to be notified')
  addList(
    condition,
    'conditions',
    (client, page) => client.conditions.list(page),
    (rows) => {
      const now = Date.now()
      printTable(
        ['NAME', 'LOCK', ...partyHeaders],
        rows.flatMap(({ name, lock, waiters }) => waiters.map((party) => [name, lock, ...partyCells(party, now)])),
        [2, 5],
      )
      printHidden(rows.reduce((sum, { waiting, waiters }) => sum + waiting - waiters.length, 0))
    },
  )
}
