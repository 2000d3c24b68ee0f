import type { Party, QueueRow } from '../../src-preload/object-contract.ts'
import { parseWhole } from './arguments.ts'
import { printLine, printTable } from './output.ts'
import type { Cell } from './output.ts'
import { asWord, spanInWords } from './words.ts'

/** How many of each thing are shown. */
export const parseShown = ({ limit }: { limit: string }): number => parseWhole('--limit', limit, 1, 500)

/** Which page of a list is wanted. */
export const parsePage = (options: { limit: string; after?: string }): { limit: number; after?: string } => ({
  limit: parseShown(options),
  ...(options.after === undefined ? {} : { after: options.after }),
})

/** After a page of a list: how to see the next. `as`: options that name the list. */
export function printRest(rows: { name: string }[], more: boolean, total: number, as = ''): void {
  const last = rows.at(-1)
  if (more && last !== undefined)
    printLine(`There are more, ${total} in all. Go on with: ${as}--after ${asWord(last.name)}`)
}

/** Those who wait, the first in line first, and how many more there are. */
export function printParties(waiters: Party[], waiting: number): void {
  if (waiters.length === 0) return
  const now = Date.now()
  printLine('')
  printTable(
    ['', ...partyHeaders],
    waiters.map((party) => ['waits', ...partyCells(party, now)]),
    [1, 4],
  )
  printHidden(waiting - waiters.length)
}

export function printHidden(count: number): void {
  if (count > 0) printLine(`and ${count} more: ask for them with --limit`)
}

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
