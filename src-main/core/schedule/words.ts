import type { Timing } from '../../../src-preload/timing.ts'
import { fieldsOf } from './cron-calendar.ts'
import { zoneNamed } from './zone.ts'

/** When the slots are, in words: "every weekday at 09:00 in Europe/Berlin". The timing is a valid one. */
export function timingInWords(timing: Timing): string {
  switch (timing.kind) {
    case 'cron':
      return `${cronInWords(timing.expression)} in ${timing.zone}`
    case 'interval':
      return `every ${spanInWords(timing.everyMs)} from ${momentInWords(timing.anchorAt, timing.zone)}`
    case 'once':
      return `once, ${momentInWords(timing.at, timing.zone)}`
  }
}

/** "2026-03-29 02:30:00 in Europe/Berlin" */
function momentInWords(at: number, zone: string): string {
  const local = new Date(at + zoneNamed(zone).offsetAt(at))
  return `${local.toISOString().slice(0, 19).replace('T', ' ')} in ${zone}`
}

function spanInWords(spanMs: number): string {
  const units: [string, number][] = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1_000],
  ]
  const [unit, ms] = units.find(([, unitMs]) => spanMs % unitMs === 0) ?? ['millisecond', 1]
  return spanMs === ms ? unit : `${spanMs / ms} ${unit}s`
}

function cronInWords(expression: string): string {
  const [second = '*', minute = '*', hour = '*', day = '*', month = '*', weekday = '*'] = fieldsOf(expression)
  const time = timeInWords(second, minute, hour)
  const isEveryDay = day === '*' && weekday === '*'
  const days = isEveryDay ? '' : daysInWords(day, weekday)
  const months = month === '*' ? '' : ` in ${valuesInWords(month, monthNames, 1)}`
  // "every 15 minutes" needs no day, "at 09:00" does.
  if (isEveryDay) return `${time.startsWith('every ') ? time : `every day ${time}`}${months}`
  return time.startsWith('every ') ? `${time}, ${days}${months}` : `${days}${months} ${time}`
}

const isNumber = (field: string) => /^\d+$/.test(field)
const isList = (field: string) => /^\d+(,\d+)*$/.test(field)
const two = (value: string) => value.padStart(2, '0')

function timeInWords(second: string, minute: string, hour: string): string {
  const seconds = second === '0' ? '' : `:${two(second)}`
  if (isNumber(second) && isNumber(minute) && isList(hour))
    return `at ${inWords(hour.split(',').map((each) => `${two(each)}:${two(minute)}${seconds}`))}`
  if (isNumber(second) && isList(minute) && isNumber(hour))
    return `at ${inWords(minute.split(',').map((each) => `${two(hour)}:${two(each)}${seconds}`))}`
  const ofHours = hour === '*' ? '' : ` of ${stepInWords(hour, 'hour')}`
  if (second !== '0') {
    const ofMinutes = minute === '*' ? '' : ` of ${stepInWords(minute, 'minute')}`
    return `${stepInWords(second, 'second')}${ofMinutes}${ofHours}`
  }
  if (isNumber(minute) && hour === '*') return minute === '0' ? 'every hour' : `every hour at minute ${minute}`
  if (minute === '0' && hour.startsWith('*/')) return stepInWords(hour, 'hour')
  return `${stepInWords(minute, 'minute')}${ofHours}`
}

/** "every minute", "every 15 minutes", "every 10 minutes from 0 to 30", "minutes 0 and 30", "hours 9 to 17". */
function stepInWords(field: string, unit: string): string {
  const [range = field, step] = field.split('/')
  const bounds = range === '*' ? '' : ` from ${range.replace('-', ' to ')}`
  if (step !== undefined && !field.includes(',')) return `every ${step === '1' ? unit : `${step} ${unit}s`}${bounds}`
  if (field === '*') return `every ${unit}`
  return `${unit}${isNumber(field) ? '' : 's'} ${inWords(field.split(',').map((part) => part.replace('-', ' to ')))}`
}

function daysInWords(day: string, weekday: string): string {
  // Either of the two is enough, as in every cron; with a + both must fit.
  const isBoth = weekday.startsWith('+')
  const ofWeek = weekday === '*' ? null : weekdaysInWords(weekday.replace('+', ''))
  const ofMonth = day === '*' ? null : daysOfMonthInWords(day)
  if (ofWeek === null || ofMonth === null) return ofWeek ?? ofMonth ?? 'every day'
  return `${ofMonth}${isBoth ? ' if that is' : ' and'} ${ofWeek.replace(/^every /, isBoth ? 'a ' : 'every ')}`
}

function daysOfMonthInWords(day: string): string {
  if (day === 'L') return 'on the last day of the month'
  if (day.startsWith('*/')) return `every ${day.slice(2)} days of the month`
  if (/^\d+W$/.test(day)) return `on the weekday nearest to day ${day.slice(0, -1)} of the month`
  const parts = day.split(',').map((part) => (part === 'L' ? 'the last one' : part.replace('-', ' to ')))
  return `on ${isNumber(day) ? 'day' : 'days'} ${inWords(parts)} of the month`
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth']

function weekdaysInWords(weekday: string): string {
  if (weekday === '1-5' || weekday === 'MON-FRI') return 'every weekday'
  if (weekday === '0,6' || weekday === '6,0' || weekday === 'SAT,SUN' || weekday === 'SUN,SAT')
    return 'every day of the weekend'
  const parts = weekday.split(',')
  const isOfMonth = parts.some((part) => part.includes('#') || part.endsWith('L'))
  return isOfMonth
    ? `on ${inWords(parts.map(weekdayOfMonthInWords))} of the month`
    : `every ${valuesInWords(weekday, weekdayNames, 0)}`
}

function weekdayOfMonthInWords(part: string): string {
  const [name = part, nth] = part.split('#')
  if (nth !== undefined) return `the ${ordinals[Number(nth) - 1] ?? 'last'} ${nameOf(name, weekdayNames, 0)}`
  return part.endsWith('L') ? `the last ${nameOf(part.slice(0, -1), weekdayNames, 0)}` : nameOf(part, weekdayNames, 0)
}

const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const weekdayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

function valuesInWords(field: string, names: string[], first: number): string {
  const parts = field.split(',').map((part) => {
    const [range = part, step] = part.split('/')
    const words = range
      .split('-')
      .map((name) => nameOf(name, names, first))
      .join(' to ')
    return step === undefined ? words : `each ${ordinals[Number(step) - 1] ?? `${step}th`} one of ${words}`
  })
  return inWords(parts)
}

const nameOf = (value: string, names: string[], first: number): string =>
  (isNumber(value) ? names[Number(value) - first] : names.find((name) => name.toUpperCase().startsWith(value))) ?? value

function inWords(parts: string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`
}
