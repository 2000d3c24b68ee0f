/**
 * A DEADLOCK TO LOOK AT: two runs want two locks in opposite order. It lasts until you cancel one of the two.
 *
 * The window and `signalbox ps --tree` name both, what each of them holds and wants, and where in the code. After the
 * cancel of one the other goes on. (The way out in real code: take locks in the same order everywhere.)
 *
 * executor: async
 * input: null
 */
import { log, run, spawn, wait } from 'signalbox'

export default async function deadlock() {
  const [fork, knife, meeting] = [`fork of run ${run.id}`, `knife of run ${run.id}`, `table of run ${run.id}`]
  const takers = [
    spawn('./children/take-two-locks.ts', { first: fork, second: knife, meeting }, { name: 'fork first' }),
    spawn('./children/take-two-locks.ts', { first: knife, second: fork, meeting }, { name: 'knife first' }),
  ]
  log('two runs are on their way into a deadlock; cancel one of them')

  await wait(takers)
  const ends = takers.map((taker) => (taker.cancelled() ? 'cancelled' : 'succeeded'))
  log('it is over', { ends })
  return { ends }
}
