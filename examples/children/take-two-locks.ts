/** Takes a lock, waits until its rival has one too, and wants that of the rival. For `deadlock`. */
import { barrier, lock, log } from 'signalbox'

type Input = { first: string; second: string; meeting: string }

export default async function takeTwoLocks({ first, second, meeting }: Input) {
  await using one = await lock(first).acquire()
  log(`has ${first}`, { permit: one.id })
  await barrier(meeting, { parties: 2 }).wait()
  await using two = await lock(second).acquire()
  log(`has both`, { permit: two.id })
  return [first, second]
}
