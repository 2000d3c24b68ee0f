import type { Command } from 'commander'
import type { EventRow } from '../../src-preload/object-contract.ts'
import { addList, addShow } from './object-verbs.ts'
import { printParties } from './object-words.ts'
import { printFacts, printTable } from './output.ts'
import type { Cell } from './output.ts'
import { timeInWords } from './words.ts'

/** `event`: the events of scripts, which let everybody pass once they are set. */
export function addEvent(program: Command): void {
  const event = program.command('event').description('look at the events of scripts and who waits for them')
  addList(
    event,
    'events',
    (client, page) => client.events.list(page),
    (rows) =>
      printTable(
        ['NAME', 'STATE', 'WAITING'],
        rows.map((row) => [row.name, stateOf(row), String(row.waiting)]),
        [2],
      ),
  )
  addShow(
    event,
    { kind: 'event', description: 'show an event and who waits for it' },
    (client, asked) => client.events.get(asked),
    ({ name, isSet, createdAt, waiters, waiting }) => {
      printFacts([
        ['event', name],
        ['state', isSet ? 'set' : 'not set'],
        ['created', timeInWords(createdAt)],
      ])
      printParties(waiters, waiting)
    },
  )
}

const stateOf = ({ isSet }: EventRow): Cell => (isSet ? { text: 'set', colour: 'green' } : 'not set')
