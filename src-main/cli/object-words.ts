import type { Party, QueueRow } from '../../src-preload/object-contract.ts'
import type { Cell } from './output.ts'
import { spanInWords } from './words.ts'

export const partyHeaders = ['RUN', 'NAME', 'TASK', 'FOR', 'AT']

/** Who holds or waits, in the columns of `partyHeaders`. */
export const partyCells = ({ run, name, task, taskName, since, place }: Party, nowMs: number): Cell[] => [
  String(run),
  name,
  task === 0 || task === null ? '' : (taskName ?? String(task)),
  spanInWords(nowMs - since),
  place ?? '',
]

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

export const contentsInWords = ({ ready, taken, dead }: QueueRow): string =>
  `${ready} ready, ${taken} taken, ${counted(dead, 'dead letter')}`
