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
