import { Cron } from 'croner'

/**
 * The moments that fit a cron expression, in a calendar whose clocks never change: local times, written as the epoch ms
 * that they would be in UTC. What a real zone makes of them is not decided here.
 */
export type CronCalendar = {
  /** Goes by real time: the second, minute or hour begins with `*`, as in Vixie's cron. */
  readonly isWild: boolean
  /** The first one at or after `local`; Infinity: none. */
  atOrAfter(local: number): number
  /** The last one before `local`; -Infinity: none. */
  before(local: number): number
}

/** Expressions are tried from here; the calendar repeats itself after at most 400 years. */
const TRIED_FROM = Date.UTC(2000, 0, 1)

/** Throws a RangeError that says what is wrong with the expression, also when no day ever fits it. */
export function parseCron(expression: string): CronCalendar {
  const cron = compile(expression)
  const first = cron.nextRun(new Date(TRIED_FROM))
  if (first === null)
    throw new RangeError(`No day ever fits "${expression}". Check its day of the month and its months.`)

  // What was found last: nothing lies between `from` and `found`.
  let from = Infinity
  let found = -Infinity
  return {
    isWild: timeFields(expression).some((field) => field.startsWith('*')),
    atOrAfter(local) {
      if (local >= from && local <= found) return found
      from = local
      found = cron.nextRun(new Date(Math.ceil(local / 1_000) * 1_000 - 1_000))?.getTime() ?? Infinity
      return found
    },
    before(local) {
      const [last] = cron.previousRuns(1, new Date(Math.ceil(local / 1_000) * 1_000))
      return last?.getTime() ?? -Infinity
    },
  }
}

/** What they stand for, field by field. */
const nicknames: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** Second, minute, hour, day of the month, month, day of the week. */
export function fieldsOf(expression: string): string[] {
  const fields = (nicknames[expression.toLowerCase()] ?? expression).toUpperCase().split(/\s+/)
  return fields.length === 5 ? ['0', ...fields] : fields
}

const timeFields = (expression: string) => fieldsOf(expression).slice(0, 3)

function compile(expression: string): Cron {
  const fields = fieldsOf(expression)
  const hint = 'Write five fields: minute, hour, day of the month, month, day of the week; six with the second first.'
  if (fields.length !== 6) throw new RangeError(`"${expression}" has ${fields.length} fields. ${hint}`)
  // Croner puts the present moment in its place, and a schedule must mean the same tomorrow.
  if (expression.includes('?')) throw new RangeError(`"${expression}" has a "?". Write "*" for any.`)
  try {
    // By offset and not by zone, which would look up the platform's zones ten times for each moment.
    return new Cron(fields.join(' '), { utcOffset: 0, mode: '6-part', paused: true })
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '').replace(/\.$/, '')
    throw new RangeError(`"${expression}" is not a cron expression: ${why}. ${hint}`, { cause: error })
  }
}
