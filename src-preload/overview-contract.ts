/** The part of the contract that says how things go as a whole, and what of it a person should see to. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as v from 'valibot'
import type { FeedMessage, Outcome, RunGroup, RunRow, Stop } from './contract.ts'
import type { InterpreterReading } from './interpreter-contract.ts'
import type { Deadlock } from './waits.ts'

export const attentionKinds = [
  'disk_full',
  'deadlock',
  'secrets_locked',
  'blocked_loop',
  'backpressure',
  'stuck_stop',
  'abandoned_run',
  'failing_job',
  'starving',
  'dead_letters',
] as const
export type AttentionKind = (typeof attentionKinds)[number]

/** Something that does not get better by itself, or is not known to. */
export type Attention =
  /** Nothing begins and nothing is accepted until there is room on the volume of the store. */
  | { kind: 'disk_full'; since: number; freeBytes: number }
  | { kind: 'deadlock'; deadlock: Deadlock }
  /** The key of the secrets cannot be had, for which runs wait; `run` is the first of them. */
  | { kind: 'secrets_locked'; since: number; waiting: number; run: number; name: string; why: string; hint: string }
  /** The event loop of an interpreter does not turn: for 2 s where runs share it, for 5 minutes where one has it to itself. */
  | {
      kind: 'blocked_loop'
      key: string
      of: InterpreterReading['kind']
      interpreter: number | null
      name: string | null
      since: number
      /** The first runs on it. */
      runs: { run: number; name: string }[]
    }
  /** Producers wait for a free place in a queue that is not paused. */
  | { kind: 'backpressure'; queue: string; since: number; producers: number; maxsize: number; consumers: number }
  /** It was asked to stop 3 s ago, or is being killed for 2 s, and has not ended; `killsAt`: when its grace period ends. */
  | { kind: 'stuck_stop'; run: number; name: string; phase: Stop['phase']; since: number; killsAt: number | null }
  /** It was cut off and begins no more by itself; until somebody says to have looked at it, or runs it again. */
  | { kind: 'abandoned_run'; run: number; name: string; at: number; error: string | null }
  /** The last runs of a job that ended, `failures` of them in a row and at most 10, failed, ran out of time or were abandoned. */
  | { kind: 'failing_job'; job: string; failures: number; run: number; at: number; error: string | null }
  /** The first in line has waited for 5 minutes; `holder` has had a permit the longest. */
  | {
      kind: 'starving'
      what: 'semaphore' | 'lock'
      name: string
      since: number
      waiting: number
      holder: { run: number; name: string } | null
    }
  /** Items that were taken as often as their queue allows and never done. */
  | { kind: 'dead_letters'; queue: string; dead: number }

/**
 * How many there are of each kind; the rows are the first of each. `unseenFailures`: runs that failed, ran out of time
 * or were abandoned since somebody looked at the history.
 */
export type AttentionMeta = { counts: Record<AttentionKind, number>; unseenFailures: number }

/** Runs over time, in 60 equal steps each, the last of which is under way. */
export type Activity = {
  hour: { stepMs: number; ended: Record<Outcome, number[]>; running: number[] }
  tenMinutes: { stepMs: number; submitted: number[]; finished: number[] }
}

/** A run that descends from another one. */
export type FamilyRow = Pick<
  RunRow,
  | 'id'
  | 'parent'
  | 'name'
  | 'executor'
  | 'lifecycle'
  | 'outcome'
  | 'attempt'
  | 'createdAt'
  | 'dueAt'
  | 'queuedAt'
  | 'startedAt'
  | 'finishedAt'
  | 'waits'
> & {
  group: RunGroup | null
}

/**
 * A run that has begun: where its bar lies over time. `startedAt` is that of the current or last attempt. `queue`: the one that
 * it took from first, or else put to first.
 */
export type TimelineRow = Pick<
  RunRow,
  'id' | 'name' | 'job' | 'executor' | 'lifecycle' | 'outcome' | 'attempt' | 'finishedAt'
> & { startedAt: number; queue: string | null }

/**
 * `completeFrom`: of what ended at this moment, in epoch ms, or before, some is left out, as it was too much. Null: nothing is.
 * `queuesFrom`: since when it is known which queue a run works for.
 */
export type TimelineMeta = { completeFrom: number | null; queuesFrom: number }

/** How far back a timeline of all runs reaches at most. */
const longestTimelineMs = 7 * 86_400_000

export const overviewFeeds = {
  attention: oc.output(eventIterator(type<FeedMessage<Attention, AttentionMeta>>())),
  activity: oc.output(eventIterator(type<FeedMessage<Activity>>())),
  /** All that a run has spawned, and they in turn, up to 500: children before grandchildren, the oldest first. */
  family: oc
    .input(v.strictObject({ id: v.pipe(v.number(), v.integer(), v.minValue(1)) }))
    .output(eventIterator(type<FeedMessage<FamilyRow, { more: boolean }>>())),
  /**
   * What runs, and what began and has ended in the last `spanMs`, up to 2,000: first what runs, the newest first, then what
   * ended last.
   */
  timeline: oc
    .input(
      v.strictObject({ spanMs: v.pipe(v.number(), v.integer(), v.minValue(1_000), v.maxValue(longestTimelineMs)) }),
    )
    .output(eventIterator(type<FeedMessage<TimelineRow, TimelineMeta>>())),
}
