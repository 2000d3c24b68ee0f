export type TimeZoneChoice = 'local' | 'utc'
/** `system`: as the person's language has it. */
export type ClockChoice = 'system' | '12' | '24'

let zone = $state<TimeZoneChoice>('local')
let clock = $state<ClockChoice>('system')

/** What a format for the time of day is made with, so that its hours are written as the person wants them. */
export const clockOptions = (): Intl.DateTimeFormatOptions =>
  clock === 'system' ? {} : { hourCycle: clock === '12' ? 'h12' : 'h23' }

const format = $derived(
  new Intl.DateTimeFormat(undefined, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    ...(zone === 'utc' && { timeZone: 'UTC' }),
    ...clockOptions(),
  }),
)

const clockFormat = (parts: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    ...parts,
    ...(zone === 'utc' && { timeZone: 'UTC' }),
    ...clockOptions(),
  })
const minutesFormat = $derived(clockFormat({}))
const secondsFormat = $derived(clockFormat({ second: '2-digit' }))

/** In which zone the whole window shows moments from now on. */
export function showTimesIn(chosen: TimeZoneChoice): void {
  zone = chosen
}

/** With which hours the whole window shows moments from now on. */
export function showHoursAs(chosen: ClockChoice): void {
  clock = chosen
}

/** Date and time of `at` in the person's own manner, with seconds. */
export const formatInstant = (at: number): string => `${format.format(at)}${zone === 'utc' ? ' UTC' : ''}`

/** Time of day, for a scale and for what was today. */
export const formatClock = (at: number, { withSeconds }: { withSeconds: boolean }): string =>
  (withSeconds ? secondsFormat : minutesFormat).format(at)

/** The midnight before `at`. */
export function startOfDay(at: number): number {
  if (zone === 'utc') return at - (at % 86_400_000)
  return new Date(at).setHours(0, 0, 0, 0)
}

/**
 * Time of day with milliseconds, for log lines: all of the same width. As the language has it here means 24 hours, as
 * everywhere in logs.
 */
export function formatLogTime(at: number): string {
  const minutesBehind = zone === 'utc' ? 0 : new Date(at).getTimezoneOffset()
  const time = new Date(at - minutesBehind * 60_000).toISOString().slice(11, 23)
  if (clock !== '12') return time
  const hours = Number(time.slice(0, 2))
  return `${String(hours % 12 || 12).padStart(2, '0')}${time.slice(2)} ${hours < 12 ? 'AM' : 'PM'}`
}
