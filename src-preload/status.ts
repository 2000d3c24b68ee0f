import type { Executor } from './definition.ts'
import type { ObjectKind } from './objects.ts'
import type { Lifecycle, Outcome } from './run-filter.ts'

/** How the host is, in one row. */
export type Status = {
  version: string
  home: string
  scriptsFolder: string
  /** `draining`: nothing new is admitted because the host is stopping. */
  state: 'running' | 'draining'
  startedAt: number
  slots: Record<Executor, { inUse: number; total: number }>
  counts: Record<Lifecycle, number>
  finished: Record<Outcome, number>
  /** How many durable objects there are; a condition is there while anybody waits at it. */
  objects: Record<ObjectKind, number>
  /** Highest run id given out; a list that shows up to M has `lastRunId − M` newer runs. */
  lastRunId: number
  /** How many deadlocks stand. */
  deadlocks: number
  /** How many jobs have been silent for longer than they may. */
  alerts: number
  databaseBytes: number
  /** Of the volume that the store is on; null before the first look. While it is full, in epoch ms since when, nothing begins. */
  disk: { fullSince: number | null; freeBytes: number | null }
  loopDelayMs: number
  lastEventAt: number | null
}
