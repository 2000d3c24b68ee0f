import { attentionKinds } from '../../src-preload/overview-contract.ts'
import type { Attention, AttentionKind, AttentionMeta } from '../../src-preload/overview-contract.ts'
import type { RunError } from '../../src-preload/contract.ts'
import { afterAll, isBefore } from '../core/admission.ts'
import type { Engine } from './engine.ts'
import type { View } from './feeds.ts'
import { secretsNeed } from './gates.ts'
import { firstOf } from './objects/parties.ts'
import type { EngineState } from './state.ts'
import { isFailure, unseenFailures } from './history/failures.ts'
import { readings } from './named/views.ts'
import { deadlocksOf } from './waits/deadlock-views.ts'

/** Rows of each kind; the rest is a number. */
const SHOWN = 20
const STARVING_MS = 300_000
const STUCK_MS = { requested: 3_000, signalled: 3_000, killing: 2_000 }
/** Of the newest runs that failed so many are looked at, and of their jobs so many of the last runs. */
const FAILED_LOOKED_AT = 40
const ABANDONED_LOOKED_AT = 200
const RUNS_LOOKED_AT = 50
const FAILURES_COUNTED = 10
const REFRESH_MS = 1_000
/** Whoever shares a loop suffers at once; one that a run has to itself may compute for minutes, which is what it is for. */
const BLOCKED_MS = { async: 2_000, thread: 300_000, process: 300_000, named: 300_000 }

/** What a person should see to, the most urgent kind first. */
export function attentionView(engine: Engine): View<Attention, AttentionMeta> {
  let all: Attention[] = []
  let gone: { readAt: number; found: Attention[] } | null = null
  // It asks the store for the history, so it is not done 4 times a second.
  const goneWrongLately = (state: EngineState): Attention[] => {
    const mono = state.clock.monoMs()
    if (gone === null || mono - gone.readAt >= REFRESH_MS)
      gone = { readAt: mono, found: [...abandonedRuns(state), ...failingJobs(state)] }
    return gone.found
  }
  let blocked: { readAt: number; found: Attention[] } | null = null
  const blockedLoopsLately = (mono: number): Attention[] => {
    if (blocked === null || mono - blocked.readAt >= REFRESH_MS) blocked = { readAt: mono, found: blockedLoops(engine) }
    return blocked.found
  }
  return {
    isTouchedBy: ({ status, runs, jobs }) => status || jobs || runs.size > 0,
    rows: () => {
      all = engine.read((state) => [
        ...fullDisk(state),
        ...deadlocksOf(state, SHOWN).map((deadlock): Attention => ({ kind: 'deadlock', deadlock })),
        ...lockedSecrets(state),
        ...blockedLoopsLately(state.clock.monoMs()),
        ...backpressure(state),
        ...stuckStops(state),
        ...goneWrongLately(state),
        ...starving(state),
        ...deadLetters(state),
      ])
      const ofKind = Map.groupBy(all, ({ kind }) => kind)
      return attentionKinds.flatMap((kind) =>
        (ofKind.get(kind) ?? []).slice(0, SHOWN).map((row) => ({ key: keyOf(row), row })),
      )
    },
    meta: () => {
      const counts = Object.fromEntries(attentionKinds.map((kind) => [kind, 0])) as Record<AttentionKind, number>
      for (const { kind } of all) counts[kind] += 1
      return engine.read((state) => ({
        counts: { ...counts, deadlock: state.deadlocks.standing.size },
        unseenFailures: unseenFailures(state),
      }))
    },
    refreshMs: REFRESH_MS,
  }
}

function keyOf(row: Attention): string {
  switch (row.kind) {
    case 'disk_full':
      return 'disk'
    case 'deadlock':
      return `deadlock ${row.deadlock.id}`
    case 'secrets_locked':
      return 'secrets'
    case 'blocked_loop':
      return `loop ${row.key}`
    case 'backpressure':
    case 'dead_letters':
      return `${row.kind} ${row.queue}`
    case 'stuck_stop':
      return `stop ${row.run}`
    case 'abandoned_run':
      return `abandoned ${row.run}`
    case 'failing_job':
      return `job ${row.job}`
    case 'starving':
      return `${row.what} ${row.name}`
    default:
      return row satisfies never
  }
}

function fullDisk({ disk }: EngineState): Attention[] {
  if (disk.fullSince === null) return []
  return [{ kind: 'disk_full', since: disk.fullSince, freeBytes: disk.freeBytes ?? 0 }]
}

/** Nobody is to be asked for a key that no run waits for. */
function lockedSecrets({ secrets, gatekeeper, store }: EngineState): Attention[] {
  const { lockedBy } = secrets
  if (lockedBy === null) return []
  const lanes = [...gatekeeper.parkedBefore(secretsNeed.resource, afterAll)]
  const heads = lanes.flatMap(({ head }) => (head === null || head === 'unknown' ? [] : head))
  const [first] = heads.sort((a, b) => (isBefore(a, b) ? -1 : 1))
  const run = first && store.runs.get.get(first.id)
  if (run === undefined) return []
  const { id, name, queued_at, created_at } = run
  const waiting = lanes.reduce((sum, { queued }) => sum + queued, 0)
  const { message: why, hint } = lockedBy
  return [{ kind: 'secrets_locked', since: queued_at ?? created_at, waiting, run: id, name, why, hint }]
}

function blockedLoops(engine: Engine): Attention[] {
  return readings(engine).flatMap(
    ({ key, kind: of, interpreter, name, blockedSince: since, state, runs }): Attention[] => {
      if (state !== 'blocked' || since === null || engine.now - since < BLOCKED_MS[of]) return []
      return [
        { kind: 'blocked_loop', key, of, interpreter, name, since, runs: runs.map(({ run, name }) => ({ run, name })) },
      ]
    },
  )
}

function backpressure({ objects }: EngineState): Attention[] {
  const found: Attention[] = []
  for (const { name, putting, pausedAt, maxsize, taken, getting } of objects.queues.values()) {
    const first = putting.size === 0 || pausedAt !== null ? undefined : putting.first()
    if (first === undefined) continue
    const consumers = taken + getting.size
    found.push({ kind: 'backpressure', queue: name, since: first.since, producers: putting.size, maxsize, consumers })
  }
  return found
}

function deadLetters({ objects }: EngineState): Attention[] {
  return objects.queues
    .values()
    .filter(({ dead }) => dead > 0)
    .map(({ name, dead }): Attention => ({ kind: 'dead_letters', queue: name, dead }))
    .toArray()
}

function stuckStops({ live, timers, clock }: EngineState): Attention[] {
  const now = clock.wallMs()
  const found: Attention[] = []
  for (const { id, name, state } of live.values()) {
    if (state.lifecycle !== 'stopping') continue
    const { phase, since } = state.stop
    if (now - since < STUCK_MS[phase]) continue
    const graceEnds = timers.dueAt(`grace:${id}`)
    const killsAt = graceEnds === null ? null : Math.round(now + graceEnds - clock.monoMs())
    found.push({ kind: 'stuck_stop', run: id, name, phase, since, killsAt })
  }
  return found
}

function starving(state: EngineState): Attention[] {
  const before = state.clock.wallMs() - STARVING_MS
  const found: Attention[] = []
  for (const all of Object.values(state.objects.semaphores)) {
    for (const semaphore of all.values()) {
      if (semaphore.waiting === 0) continue
      const [first] = firstOf(semaphore, 1)
      if (first === undefined || first.since > before) continue
      const [lease] = firstOf(semaphore.leases.values(), 1)
      const holder = lease === undefined ? null : { run: lease.run, name: state.live.get(lease.run)?.name ?? '' }
      const { kind: what, name, waiting } = semaphore
      found.push({ kind: 'starving', what, name, since: first.since, waiting, holder })
    }
  }
  return found
}

function abandonedRuns({ store }: EngineState): Attention[] {
  return store.overview.abandoned.all({ looked: ABANDONED_LOOKED_AT }).map(({ id, name, finished_at: at, error }) => ({
    kind: 'abandoned_run',
    run: id,
    name,
    at,
    error: errorInShort(error),
  }))
}

function errorInShort(stored: string | null): string | null {
  if (stored === null) return null
  const { name, message } = JSON.parse(stored) as RunError
  return `${name}: ${message}`.slice(0, 300)
}

/** Jobs whose last ended runs went wrong. A paused job is somebody's decision and no fault. */
function failingJobs({ store }: EngineState): Attention[] {
  const found: Attention[] = []
  for (const id of store.overview.failedJobs.all({ limit: FAILED_LOOKED_AT })) {
    const job = store.jobs.byId.get(id)
    if (job === undefined || job.paused_at !== null) continue
    const ended = store.overview.lastEndedOfJob.all({ job: id, looked: RUNS_LOOKED_AT, limit: FAILURES_COUNTED })
    const wentWell = ended.findIndex(({ outcome }) => !isFailure(outcome))
    const failures = wentWell < 0 ? ended.length : wentWell
    const [last] = ended
    if (last === undefined || failures === 0) continue
    found.push({
      kind: 'failing_job',
      job: job.name,
      failures,
      run: last.id,
      at: last.finished_at,
      error: errorInShort(last.error),
    })
  }
  return found
}
