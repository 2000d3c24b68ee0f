/** How interpreters are spoken of. */
import type { InterpreterReading } from '../../../src-preload/contract.ts'
import { formatBytes } from './duration.ts'
import type { StateWords } from './run-words.ts'

const ofState: Record<InterpreterReading['state'], StateWords> = {
  starting: { look: 'scheduled', word: 'Starting' },
  idle: { look: 'queued', word: 'Idle' },
  running: { look: 'running', word: 'Running' },
  blocked: { look: 'failed', word: 'Blocked' },
  ended: { look: 'lost', word: 'Ended' },
}

export const interpreterWords = ({ state }: Pick<InterpreterReading, 'state'>): StateWords => ofState[state]

/** What is to be ended, and what that costs. */
export type Ending =
  | { what: 'interpreter'; interpreter: number; title: string; text: string }
  | { what: 'run'; run: number; title: string; text: string }

/** A named one, or the run that has a process to itself; null: it is shared by many, or it is over. */
export function endingOf(row: InterpreterReading): Ending | null {
  if (row.state === 'ended') return null
  if (row.kind === 'named' && row.interpreter !== null) {
    const busy = row.running === null ? 'Nothing is running in it.' : `It is running: ${row.running.by}.`
    const text = `${busy} Its process is killed, and what it has in its globals is lost.`
    return { what: 'interpreter', interpreter: row.interpreter, title: `End the interpreter ${row.name ?? ''}?`, text }
  }
  const [run] = row.runs
  if (row.kind !== 'process' || run === undefined) return null
  const text = `It does run ${run.run} (${run.name}) and nothing else. The run is asked to stop, and killed when it has not ended after its grace period.`
  return { what: 'run', run: run.run, title: `End the interpreter of run ${run.run}?`, text }
}

/** What is to be recycled; `question` is null where nothing runs in it that would have to be told of. */
export type Recycling = { which: string; name: string; question: { title: string; text: string } | null }

/**
 * A process that runs share, with all rows of it, one for each thread. Null for one that is a run's own, which is new for each
 * anyway, for a named one, which is ended by name, and for one that is on its way out.
 */
export function recyclingOf(row: InterpreterReading, rows: InterpreterReading[]): Recycling | null {
  if ((row.kind !== 'async' && row.kind !== 'thread') || row.isRetired || row.state === 'ended') return null
  const runs = rows.filter(({ pid, kind }) => pid === row.pid && kind === row.kind).flatMap((one) => one.runs)
  const [first, second] = runs
  if (first === undefined) return { which: row.key, name: row.kind, question: null }
  const named = [first, ...(second === undefined ? [] : [second])].map(({ run, name }) => `run ${run} (${name})`)
  const rest = runs.length - named.length
  const who = rest === 0 ? named.join(' and ') : `${named.join(', ')} and ${rest} more`
  const ends = runs.length === 1 ? 'is there. It ends there' : 'are there. They end there, the last of them'
  const text = `${who[0]?.toUpperCase()}${who.slice(1)} ${ends}, and this interpreter with it; nothing is cut off. What begins from now on gets a new one, which loads its modules anew.`
  return { which: row.key, name: row.kind, question: { title: `Recycle the interpreter ${row.kind}?`, text } }
}

/** What an interpreter is called in a list. */
export const interpreterName = ({ kind, name, runs }: InterpreterReading): string =>
  name ?? (kind === 'process' ? (runs[0]?.name ?? 'process') : kind)

const shareFormat = new Intl.NumberFormat(undefined, { style: 'percent' })

export const shareText = (share: number | null): string =>
  share === null ? '–' : shareFormat.format(Math.min(1, share))
export const bytesText = (bytes: number | null): string => (bytes === null ? '–' : formatBytes(bytes))
export const delayText = (ms: number | null): string =>
  ms === null ? '–' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`

/** How many rows say that their loop does not turn, as a sentence; empty when there are none. */
export function blockedWords(rows: InterpreterReading[]): string {
  const count = rows.filter(({ state }) => state === 'blocked').length
  if (count === 0) return ''
  return count === 1
    ? '1 is blocked: its event loop does not turn'
    : `${count} are blocked: their event loops do not turn`
}
