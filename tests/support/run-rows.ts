import type { FamilyRow, RunLive, RunRow, TimelineRow } from '../../src-preload/contract.ts'

/** A run that was made at 0 and has been running since 50, with what a test says of it. */
export const runRow = (id: number, changes: Partial<RunRow> = {}): RunRow => ({
  id,
  name: `run ${id}`,
  job: null,
  kind: 'script',
  executor: 'async',
  lifecycle: 'running',
  outcome: null,
  attempt: 1,
  maxAttempts: 1,
  priority: 0,
  origin: 'manual',
  retryOf: null,
  parent: null,
  schedule: null,
  slot: null,
  backfilled: false,
  createdAt: 0,
  dueAt: null,
  queuedAt: 0,
  startedAt: 50,
  finishedAt: null,
  progress: null,
  stop: null,
  errorMessage: null,
  waits: [],
  waitCount: 0,
  deadlock: null,
  ...changes,
})

/** Such a run as its own page has it, in its first attempt. */
export const runLive = (changes: Partial<RunLive> = {}): RunLive => ({
  ...runRow(1, { name: 'whole' }),
  idempotencyKey: '',
  error: null,
  logLines: 0,
  attempts: [
    {
      number: 1,
      startedAt: 50,
      endedAt: null,
      state: 'running',
      pid: null,
      exitCode: null,
      exitSignal: null,
      cpuMs: null,
      note: null,
      error: null,
    },
  ],
  tasks: [],
  children: { unfinished: 0, finished: 0, first: [] },
  group: null,
  events: [],
  ...changes,
})

/** A child of that run: queued at 100, running since 150. */
export const familyRow = (id: number, changes: Partial<FamilyRow> = {}): FamilyRow => ({
  id,
  parent: 1,
  name: `part ${id}`,
  executor: 'async',
  lifecycle: 'running',
  outcome: null,
  attempt: 1,
  createdAt: 100,
  dueAt: null,
  queuedAt: 100,
  startedAt: 150,
  finishedAt: null,
  waits: [],
  group: null,
  ...changes,
})

/** A run of the job `work` that has succeeded, as the timeline of all runs has it; without an end it runs. */
export const timelineRow = (
  id: number,
  startedAt: number,
  finishedAt: number | null,
  changes: Partial<TimelineRow> = {},
): TimelineRow => ({
  id,
  name: 'work',
  job: 'work',
  executor: 'async',
  lifecycle: finishedAt === null ? 'running' : 'finished',
  outcome: finishedAt === null ? null : 'succeeded',
  attempt: 1,
  startedAt,
  finishedAt,
  queue: null,
  ...changes,
})
