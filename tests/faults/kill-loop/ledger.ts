import { appendFileSync, readFileSync } from 'node:fs'

/**
 * What happened, as those say who were there, in one file outside the data folder. Each line is one append, so the order of the
 * lines is the order of what they tell, whichever process wrote them:
 *
 * - ACK run – the producer has the reply; `detail` is the hash of the input.
 * - START, END, LEFT run attempt – the script begins, is through with its work (in whatever way), its process ends. `detail` of
 *   START is `pid,starttime,key`: which process, since when in ticks of the system, and the idempotency key.
 * - ALIVE run attempt – an attempt has begun and found the process of an earlier one alive; `detail` is that one's number.
 * - DONE, REQUEUE, RETRY run attempt – the engine has committed how an attempt ended; `detail` of DONE is the outcome.
 * - LIFE – an engine has started. KILL – the test has sent a signal; `detail` says to whom.
 */
export const words = ['ACK', 'START', 'END', 'LEFT', 'ALIVE', 'DONE', 'REQUEUE', 'RETRY', 'LIFE', 'KILL'] as const
export type Word = (typeof words)[number]

/** `at` is CLOCK_MONOTONIC in ns, comparable across processes; run and attempt are 0 where they mean nothing. */
export type LedgerLine = { word: Word; run: number; attempt: number; at: bigint; detail: string }

export function appendToLedger(path: string, word: Word, run = 0, attempt = 0, detail = ''): void {
  appendFileSync(path, lineOf(word, run, attempt, detail))
}

export const lineOf = (word: Word, run: number, attempt: number, detail = '') =>
  `${word} ${run} ${attempt} ${process.hrtime.bigint()} ${detail}\n`

/** Throws when a line is not whole: then an append was not one write, and the order means nothing. */
export function readLedger(path: string): LedgerLine[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const found = /^([A-Z]+) (\d+) (\d+) (\d+) (.*)$/.exec(line)
      const word = words.find((each) => each === found?.[1])
      if (found === null || word === undefined) throw new Error(`no line of the ledger: "${line}"`)
      return {
        word,
        run: Number(found[2]),
        attempt: Number(found[3]),
        at: BigInt(found[4] ?? 0),
        detail: found[5] ?? '',
      }
    })
}
