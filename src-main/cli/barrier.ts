import type { Command } from 'commander'
import { addList, addShow } from './object-verbs.ts'
import { printParties } from './object-words.ts'
import { printFacts, printTable } from './output.ts'
import { timeInWords } from './words.ts'

/** `barrier`: where tasks of scripts wait until all of them are there. */
export function addBarrier(program: Command): void {
  const barrier = program.command('barrier').description('look at the barriers of scripts and who waits at them')
  addList(
    barrier,
    'barriers',
    (client, page) => client.barriers.list(page),
    (rows) =>
      printTable(
        ['NAME', 'WAITING', 'OF', 'STATE'],
        rows.map(({ name, waiting, parties, isBroken }) => [
          name,
          String(waiting),
          String(parties),
          isBroken ? { text: 'broken', colour: 'red' } : '',
        ]),
        [1, 2],
      ),
  )
  addShow(
    barrier,
    { kind: 'barrier', description: 'show a barrier and who waits at it' },
    (client, asked) => client.barriers.get(asked),
    ({ name, waiting, parties, isBroken, createdAt, waiters }) => {
      printFacts([
        ['barrier', name],
        ['waiting', `${waiting} of ${parties}`],
        ['state', isBroken ? 'broken: every wait fails until a script resets it' : 'whole'],
        ['created', timeInWords(createdAt)],
      ])
      printParties(waiters, waiting)
    },
  )
}
