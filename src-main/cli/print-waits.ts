import type { RunDetail } from '../../src-preload/contract.ts'
import { printLine, printTable } from './output.ts'
import { holdersInWords, taskInWords, waitInWords } from './wait-words.ts'
import { spanInWords } from './words.ts'

/** What a run waits for: which task, for how long, where in its code, and below each who has it. */
export function printWaits({ waits, waitCount }: RunDetail, nowMs: number): void {
  if (waits.length === 0) return
  printLine('')
  printTable(
    ['WAITS', 'FOR', 'AT', 'WHAT'],
    waits.flatMap((wait) => [
      [
        wait.by === null ? 'run' : taskInWords(wait.by.task),
        wait.kind === 'time' ? '' : spanInWords(nowMs - wait.since),
        wait.by?.place ?? '',
        waitInWords(wait, nowMs),
      ],
      ...holdersInWords(wait, nowMs, wait.holders.length).map((line) => ['', '', '', `  ${line}`]),
    ]),
    [1],
  )
  if (waitCount > waits.length) printLine(`and ${waitCount - waits.length} more waits`)
}
