import { expect, test } from 'vitest'
import { timingInWords } from '../../../../src-main/core/schedule/words.ts'
import { timingSchema } from '../../../../src-preload/timing.ts'
import * as v from 'valibot'

test.each([
  ['0 9 * * MON-FRI', 'every weekday at 09:00 in Europe/Berlin'],
  ['0 9 * * 1-5', 'every weekday at 09:00 in Europe/Berlin'],
  ['30 2 * * *', 'every day at 02:30 in Europe/Berlin'],
  ['@daily', 'every day at 00:00 in Europe/Berlin'],
  ['0 9,17 * * *', 'every day at 09:00 and 17:00 in Europe/Berlin'],
  ['15 30 8 * * *', 'every day at 08:30:15 in Europe/Berlin'],
  ['*/15 * * * *', 'every 15 minutes in Europe/Berlin'],
  ['* * * * *', 'every minute in Europe/Berlin'],
  ['*/10 * * * * *', 'every 10 seconds in Europe/Berlin'],
  ['0 * * * *', 'every hour in Europe/Berlin'],
  ['20 * * * *', 'every hour at minute 20 in Europe/Berlin'],
  ['0 */2 * * *', 'every 2 hours in Europe/Berlin'],
  ['*/15 9-17 * * MON-FRI', 'every 15 minutes of hours 9 to 17, every weekday in Europe/Berlin'],
  ['0 8 * * MON#2', 'on the second Monday of the month at 08:00 in Europe/Berlin'],
  ['0 8 L * *', 'on the last day of the month at 08:00 in Europe/Berlin'],
  ['0 8 1,15 JAN,JUL *', 'on days 1 and 15 of the month in January and July at 08:00 in Europe/Berlin'],
  ['0 8 13 * FRI', 'on day 13 of the month and every Friday at 08:00 in Europe/Berlin'],
  ['0 8 13 * +FRI', 'on day 13 of the month if that is a Friday at 08:00 in Europe/Berlin'],
  ['0 8 * * SAT,SUN', 'every day of the weekend at 08:00 in Europe/Berlin'],
  ['0 8 * 3-5 7', 'every Sunday in March to May at 08:00 in Europe/Berlin'],
])('%s: %s', (expression, words) => {
  expect(timingInWords(v.parse(timingSchema, { kind: 'cron', expression, zone: 'Europe/Berlin' }))).toBe(words)
})

test('intervals and single moments', () => {
  const zone = 'Asia/Kolkata'
  const interval = v.parse(timingSchema, { kind: 'interval', everyMs: 5_400_000, anchorAt: 0, zone })
  expect(timingInWords(interval)).toBe('every 90 minutes from 1970-01-01 05:30:00 in Asia/Kolkata')
  expect(timingInWords(v.parse(timingSchema, { kind: 'once', at: 0, zone }))).toBe(
    'once, 1970-01-01 05:30:00 in Asia/Kolkata',
  )
})
