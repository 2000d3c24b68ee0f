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
