import type {
  Alert,
  Canceller,
  Heartbeat,
  JobRow,
  Json,
  LogLine,
  RunError,
  RunEvent,
  RunRow,
} from '../../src-preload/contract.ts'
import type { Cell, Colour } from './output.ts'

const colours: Record<NonNullable<RunRow['outcome']> | RunRow['lifecycle'], Colour> = {
  scheduled: 'magenta',
  queued: 'gray',
  running: 'blue',
  stopping: 'yellow',
  finished: 'gray',
  succeeded: 'green',
  failed: 'red',
  timed_out: 'red',
  cancelled: 'gray',
  skipped: 'gray',
  abandoned: 'red',
}

/** The outcome of what has finished, else the lifecycle. */
export function stateCell({ lifecycle, outcome }: Pick<RunRow, 'lifecycle' | 'outcome'>): Cell {
  const state = outcome ?? lifecycle
  return { text: stateInWords({ lifecycle, outcome }), colour: colours[state] }
}

export const stateInWords = ({ lifecycle, outcome }: Pick<RunRow, 'lifecycle' | 'outcome'>): string =>
  (outcome ?? lifecycle).replace('_', ' ')

/** The name of a job as it is typed in a shell; names have no quotes in them. */
export const asWord = (name: string) => (/^[\w./:@+-]+$/.test(name) ? name : `'${name}'`)

/** Whose cancel reached this run, the nearest first: the run that spawned it, the one that spawned that, and so on. */
export function cancellersInWords(events: RunEvent[]): string | null {
  const by = events.flatMap(({ data }) => cancellerIn(data)).at(-1)
  switch (by?.cause) {
    case undefined:
      return null
    case 'run':
      return `run ${by.run}`
    case 'group':
      return `run ${by.run}, by the group ${by.name === undefined ? by.group : `"${by.name}"`}`
    case 'parent':
      return `the end of ${by.chain.map((run) => `run ${run}`).join(', by that of ')}`
  }
}

function cancellerIn(data: Json): Canceller[] {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return []
  return data['by'] === undefined ? [] : [data['by'] as Canceller]
}

/** In powers of ten, as disks are sold. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}

/** Local date and time to the second. */
export function timeInWords(atMs: number): string {
  const at = new Date(atMs)
  const pad = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`
  return `${day} ${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`
}

/** A span in its two largest units; below a minute in seconds or milliseconds. */
export function spanInWords(spanMs: number): string {
  const ms = Math.max(0, Math.round(spanMs))
  if (ms < 1_000) return `${ms} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} m ${Math.floor((ms % 60_000) / 1_000)} s`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** How long a run has been running or took; empty before it started. */
export const tookInWords = (run: RunRow, nowMs: number): string =>
  run.startedAt === null ? '' : spanInWords((run.finishedAt ?? nowMs) - run.startedAt)

/** What a job runs, in one line. */
export function contentInWords({ definition }: Pick<JobRow, 'definition'>): string {
  if (definition.kind === 'script') return definition.code.from === 'file' ? definition.code.path : definition.code.name
  if (definition.kind === 'http') return `${definition.request.method} ${definition.request.url}`
  return definition.command.as === 'shell' ? definition.command.line : definition.command.argv.join(' ')
}

/** A log line with its time, for `logs`. */
export function logLineInWords(line: LogLine): string {
  const time = new Date(line.at)
  const clock = `${timeInWords(line.at).slice(11)}.${String(time.getMilliseconds()).padStart(3, '0')}`
  return `${clock} ${line.level.padEnd(5)} ${line.text}`
}

/** An error as the script threw it, with its stack when there is one, and what to do about it. */
export function errorLines(error: RunError): string[] {
  const said = `${error.name}: ${error.message}`
  const stack = error.stack === null || error.stack === '' ? said : error.stack
  return [...stack.split('\n'), ...(error.hint === null ? [] : [error.hint])]
}

/** A value that fits in a few lines; all of it comes with `--json`. */
export function inShort(value: Json): string {
  const text = JSON.stringify(value)
  return text.length <= 400 ? text : `${text.slice(0, 400)}… (${text.length} characters; all of it with --json)`
}

/** "job "backup": no success for 26 h, expected every 24 h". */
export const alertInWords = ({ job, quietSince, everyMs }: Alert, nowMs: number): string =>
  `job "${job}": no success for ${spanInWords(nowMs - quietSince)}, expected every ${spanInWords(everyMs)}`

export function heartbeatInWords(
  { everyMs, lastSuccess, quietSince, alertRaisedAt }: Heartbeat,
  nowMs: number,
): string {
  const last =
    lastSuccess === null
      ? `none yet, waited for since ${timeInWords(quietSince)}`
      : `the last ${spanInWords(nowMs - lastSuccess)} ago`
  const alert = alertRaisedAt === null ? '' : `; ALERT since ${timeInWords(alertRaisedAt)}`
  return `a success every ${spanInWords(everyMs)}; ${last}${alert}`
}
