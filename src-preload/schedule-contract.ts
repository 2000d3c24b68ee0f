/** The part of the contract that is about schedules: what makes runs over time. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as v from 'valibot'
import { conditionsSchema } from './conditions.ts'
import type { Conditions } from './conditions.ts'
import type { FeedMessage, Lifecycle, Outcome } from './contract.ts'
import { limits, nameSchema } from './definition.ts'
import type { Json } from './json.ts'
import { inputSchema } from './json.ts'
import { catchUpSchema, overlaps } from './schedule-policy.ts'
import type { CatchUp, NoRunReason, Overlap, SlotOutcome } from './schedule-policy.ts'
import { timingSchema } from './timing.ts'
import type { Timing } from './timing.ts'

/**
 * What a change of the clocks has to do with a slot: its time of day is skipped that day, and it is at the first moment
 * after; or the clocks show its time twice, and this is the first or the second showing.
 */
export type ClockNote = 'after_gap' | 'first_showing' | 'second_showing'

export type PlannedSlot = { at: number; note: ClockNote | null }

export type ScheduleRow = {
  name: string
  job: string
  timing: Timing
  /** IANA name of the zone that its timing has now: of `system`, that of the host's system. */
  zone: string
  /** "every weekday at 09:00 in Europe/Berlin" */
  words: string
  /** Why its timing means nothing to this host; null: it does. It has no slots while it does not. */
  fault: string | null
  catchUp: CatchUp
  overlap: Overlap
  /** What the machine must be like for its runs to start, beside what their job asks for. */
  conditions: Conditions | null
  input: Json
  /** Null: the job's. */
  priority: number | null
  pausedAt: number | null
  createdAt: number
  updatedAt: number
  /** Every slot up to here is decided. */
  decidedUntil: number
  /** Null: paused, or no slot is left. */
  next: number | null
  /** Runs that have not finished, and slots that wait for their end. */
  unfinished: number[]
  waiting: number
}

/** What became of a slot, or of all slots from `at` to `through`. */
export type SlotRow = {
  at: number
  through: number
  /** How many slots they are; null: more than 100. */
  count: number | null
  isBackfill: boolean
  outcome: SlotOutcome
  why: NoRunReason | null
  run: number | null
  decidedAt: number
}

/** One of the last slots, with how its run went. */
export type SlotTick = SlotRow & { lifecycle: Lifecycle | null; runOutcome: Outcome | null }

export type MissedSlot = SlotRow & { schedule: string | null; zone: string }

/** A schedule as the window shows it: `last` are the last 20 slots, the oldest first. */
export type ScheduleLive = ScheduleRow & {
  last: SlotTick[]
  /** How many of those came late or were missed. */
  misfires: number
}

export type UpcomingSlot = PlannedSlot & { schedule: string; job: string; zone: string }

export type SchedulesMeta = {
  /** Of all; the feed has the first 500 by name that fit. */
  total: number
  fitting: number
  /** The first 50 slots of the next 24 h. */
  upcoming: UpcomingSlot[]
  moreUpcoming: boolean
  /** The last 20. */
  missed: MissedSlot[]
  moreMissed: boolean
}

const nameOnly = v.strictObject({ name: v.string() })
const momentMs = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15))
const rowLimit = (most: number, usual: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most)), usual)

export const saveScheduleSchema = v.strictObject({
  name: nameSchema,
  job: nameSchema,
  timing: timingSchema,
  catchUp: v.optional(catchUpSchema, { policy: 'once' }),
  overlap: v.optional(v.picklist(overlaps), 'skip'),
  conditions: v.optional(v.nullable(conditionsSchema), null),
  input: v.optional(inputSchema, null),
  priority: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(-1000), v.maxValue(1000))), null),
  /** False: refuse when a schedule of that name exists. */
  replace: v.optional(v.boolean(), false),
})

export const scheduleContract = {
  schedules: {
    /** Only slots after now count; those before an edit are decided by what the schedule was. */
    save: oc.input(saveScheduleSchema).output(type<ScheduleRow>()),
    list: oc.output(type<ScheduleRow[]>()),
    get: oc.input(nameOnly).output(type<ScheduleRow>()),
    /** Its runs and what became of its slots stay. */
    remove: oc.input(nameOnly).output(type<{ removed: true }>()),
    pause: oc.input(nameOnly).output(type<ScheduleRow>()),
    /** The slots that passed in between are skipped. */
    resume: oc.input(nameOnly).output(type<ScheduleRow>()),
    /** The next slots of a timing, stored or not. */
    preview: oc
      .input(
        v.strictObject({ timing: timingSchema, after: v.optional(momentMs), limit: rowLimit(limits.pageRows, 10) }),
      )
      .output(type<{ words: string; zone: string; slots: PlannedSlot[] }>()),
    /** The slots of all schedules that are not paused in the next hours, in their order. */
    upcoming: oc
      .input(
        v.strictObject({
          hours: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(24 * 400)), 24),
          limit: rowLimit(limits.pageRows, 100),
        }),
      )
      .output(type<{ rows: UpcomingSlot[]; more: boolean }>()),
    /** What became of its slots, the newest first. */
    slots: oc
      .input(v.strictObject({ name: v.string(), before: v.optional(momentMs), limit: rowLimit(limits.pageRows, 50) }))
      .output(type<{ rows: SlotRow[]; more: boolean }>()),
    /** Missed slots of all schedules, those seen last first. A schedule that was removed has no name. */
    missed: oc
      .input(v.strictObject({ limit: rowLimit(limits.pageRows, 50) }))
      .output(type<{ rows: MissedSlot[]; more: boolean }>()),
    /**
     * Makes runs for past slots that had none, from `from` until before `until`, at once or as `preview` only. They are marked
     * as backfilled and go by the job's limits, not by the schedule's overlap policy. Slots from before `keptFrom` get none: the
     * ledger, which knows which had one, is not kept so long (null: it has all).
     */
    backfill: oc
      .input(
        v.strictObject({
          name: v.string(),
          from: momentMs,
          until: momentMs,
          limit: rowLimit(limits.pageRows, 100),
          preview: v.optional(v.boolean(), false),
        }),
      )
      .output(type<{ slots: { at: number; run: number | null }[]; more: boolean; keptFrom: number | null }>()),
  },
}

export const scheduleFeeds = {
  /** `text`: in the name of the schedule or of its job. */
  schedules: oc
    .input(v.strictObject({ text: v.optional(v.pipe(v.string(), v.maxLength(200)), '') }))
    .output(eventIterator(type<FeedMessage<ScheduleLive, SchedulesMeta>>())),
}
