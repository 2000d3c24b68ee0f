/** A schedule as it stands in the form: every field is the text a person typed. `readSchedule` makes the request of it. */
import type { Client, Json, ScheduleRow } from '../../../src-preload/contract.ts'
import type { ConditionTexts } from './condition-text.ts'
import { conditionTexts, noConditions, readConditions } from './condition-text.ts'
import { readJson } from './draft.ts'
import { durationText, parseDuration } from './duration.ts'

export const timingKinds = {
  daily: 'Every day at',
  weekly: 'On days of the week at',
  monthly: 'On a day of the month at',
  interval: 'In equal intervals',
  cron: 'By a cron expression',
  once: 'Once',
} as const
export type TimingKind = keyof typeof timingKinds

/** Sunday is 0, as in cron. */
export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

export type ScheduleDraft = ConditionTexts & {
  name: string
  job: string
  kind: TimingKind
  /** HH:MM */
  time: string
  days: Record<(typeof weekdays)[number], boolean>
  /** 1 to 31, or `last`. */
  day: string
  cron: string
  every: string
  /** As a field for date and time gives it. */
  at: string
  /** IANA name, or `system`. */
  zone: string
  gap: 'next' | 'skip'
  twice: 'first' | 'last' | 'both'
  jitter: string
  overlap: ScheduleRow['overlap']
  catchUp: ScheduleRow['catchUp']['policy']
  window: string
  input: string
  priority: string
}
export type ScheduleField =
  | 'name'
  | 'job'
  | 'time'
  | 'day'
  | 'days'
  | 'cron'
  | 'every'
  | 'at'
  | 'zone'
  | 'jitter'
  | 'window'
  | 'idle'
  | 'wait'
  | 'input'
  | 'priority'
export type ScheduleFaults = Partial<Record<ScheduleField, string>>
export type SaveSchedule = Parameters<Client['schedules']['save']>[0]
export type Timing = SaveSchedule['timing']

const span = 'A span such as 30s, 5m or 1h 30m.'

export const newSchedule = (job: string, zone: string): ScheduleDraft => ({
  name: '',
  job,
  kind: 'daily',
  time: '09:00',
  days: { Mon: true, Tue: true, Wed: true, Thu: true, Fri: true, Sat: false, Sun: false },
  day: '1',
  cron: '0 9 * * *',
  every: '1h',
  at: '',
  zone,
  gap: 'next',
  twice: 'first',
  jitter: '',
  overlap: 'skip',
  catchUp: 'once',
  window: '1d',
  ...noConditions,
  input: 'null',
  priority: '',
})

/** The form of a saved schedule. */
export function draftOfSchedule(row: ScheduleRow): ScheduleDraft {
  const { timing, conditions, catchUp } = row
  const blank = newSchedule(row.job, timing.zone)
  const text = (ms: number | null | undefined) => (ms ? durationText(ms) : '')
  return {
    ...blank,
    name: row.name,
    kind: timing.kind,
    ...(timing.kind === 'cron' && {
      cron: timing.expression,
      gap: timing.gap ?? 'next',
      twice: timing.overlap ?? 'first',
    }),
    ...(timing.kind === 'interval' && { every: durationText(timing.everyMs) }),
    ...(timing.kind === 'once' && { at: localText(timing.at) }),
    jitter: text(timing.jitterMs),
    overlap: row.overlap,
    catchUp: catchUp.policy,
    window: catchUp.policy === 'skip' ? blank.window : durationText(catchUp.windowMs),
    ...conditionTexts(conditions),
    input: JSON.stringify(row.input),
    priority: row.priority === null ? '' : String(row.priority),
  }
}

/** What the cron fields stand for; null: the kind has none. */
export function cronOf(draft: ScheduleDraft): string | null {
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d{2})$/.exec(draft.time) ?? []
  const time = `${Number(minute)} ${Number(hour)}`
  switch (draft.kind) {
    case 'daily':
      return `${time} * * *`
    case 'weekly':
      return `${time} * * ${weekdays
        .filter((day) => draft.days[day])
        .join(',')
        .toUpperCase()}`
    case 'monthly':
      return `${time} ${draft.day === 'last' ? 'L' : draft.day} * *`
    case 'cron':
      return draft.cron.trim()
    case 'interval':
    case 'once':
      return null
  }
}

/** When it is, or what is wrong with which field. `kept` are the bounds and the anchor of what is edited. */
export function readTiming(
  draft: ScheduleDraft,
  now: number,
  kept: ScheduleRow | null,
): { timing: Timing | null; faults: ScheduleFaults } {
  const faults: ScheduleFaults = {}
  const jitterMs = draft.jitter.trim() === '' ? 0 : parseDuration(draft.jitter)
  if (jitterMs === null) faults.jitter = span
  if (draft.zone.trim() === '') faults.zone = 'A time zone, such as Europe/Berlin, or system.'
  const shared = {
    zone: draft.zone.trim(),
    jitterMs: jitterMs ?? 0,
    startAt: kept?.timing.startAt ?? null,
    endAt: kept?.timing.endAt ?? null,
  }
  const expression = cronOf(draft)
  if (expression !== null) {
    if (draft.kind !== 'cron' && !/^\d{1,2}:\d{2}$/.test(draft.time)) faults.time = 'A time of day, such as 09:30.'
    if (draft.kind === 'weekly' && !Object.values(draft.days).includes(true)) faults.days = 'Choose a day.'
    if (draft.kind === 'monthly' && !/^([1-9]|[12]\d|3[01]|last)$/.test(draft.day))
      faults.day = 'From 1 to 31, or last.'
    if (expression === '') faults.cron = 'Five fields: minute, hour, day of the month, month, day of the week.'
    const timing = { kind: 'cron' as const, expression, gap: draft.gap, overlap: draft.twice, ...shared }
    return { timing: isEmpty(faults) ? timing : null, faults }
  }
  if (draft.kind === 'interval') {
    const everyMs = parseDuration(draft.every)
    if (everyMs === null || everyMs < 1_000) faults.every = 'A span of one second at least, such as 10m or 6h.'
    const anchorAt = kept?.timing.kind === 'interval' ? kept.timing.anchorAt : now
    return { timing: isEmpty(faults) ? { kind: 'interval', everyMs: everyMs ?? 0, anchorAt, ...shared } : null, faults }
  }
  const at = Date.parse(draft.at)
  if (Number.isNaN(at)) faults.at = 'Choose a date and a time.'
  return { timing: isEmpty(faults) ? { kind: 'once', at, ...shared } : null, faults }
}

/** The request that saves it, or what is wrong with which field. */
export function readSchedule(
  draft: ScheduleDraft,
  now: number,
  kept: ScheduleRow | null,
): { request: SaveSchedule | null; faults: ScheduleFaults } {
  const { timing, faults } = readTiming(draft, now, kept)
  const readWindow = (): number | null => {
    if (draft.window.trim() === '') return null
    const ms = parseDuration(draft.window)
    if (ms === null) faults.window = span
    return ms
  }
  if (draft.name.trim() === '') faults.name = 'A schedule needs a name.'
  if (draft.job === '') faults.job = 'Choose the job that it runs.'
  const windowMs = draft.catchUp === 'skip' ? null : readWindow()
  const conditions = readConditions(draft, faults)
  const priority = draft.priority.trim() === '' ? null : Number(draft.priority)
  if (priority !== null && (!Number.isInteger(priority) || Math.abs(priority) > 1_000))
    faults.priority = 'A whole number from -1000 to 1000; empty: that of the job.'
  const input: { value: Json; fault: string | null } = readJson(draft.input)
  if (input.fault !== null) faults.input = input.fault
  if (timing === null || !isEmpty(faults)) return { request: null, faults }
  const keptAll = kept?.catchUp.policy === 'all' ? kept.catchUp : {}
  return {
    request: {
      name: draft.name.trim(),
      job: draft.job,
      timing,
      overlap: draft.overlap,
      catchUp: {
        ...(draft.catchUp === 'all' && keptAll),
        policy: draft.catchUp,
        ...(windowMs !== null && { windowMs }),
      },
      conditions,
      input: input.value,
      priority,
      replace: kept !== null,
    },
    faults,
  }
}

const isEmpty = (faults: ScheduleFaults): boolean => Object.keys(faults).length === 0

/** As a field for date and time takes it. */
export function localText(at: number): string {
  const date = new Date(at)
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
