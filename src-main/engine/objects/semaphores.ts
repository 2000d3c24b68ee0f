import { Semaphore } from '../../core/semaphore.ts'
import type { SemaphoreSettings } from '../../core/semaphore.ts'
import { StepSeries } from '../../core/step-series.ts'
import type { CallOn, SemaphoreLook } from '../../interpreters/calls.ts'
import type { SemaphoreSpec } from '../../../src-preload/objects.ts'
import type { Store } from '../../store/store.ts'
import type { EngineState, LiveRun } from '../state.ts'
import type { Tick } from '../tick.ts'
import type { Waiting as WaitingForSignal } from './conditions.ts'
import { checkRoom } from './room.ts'
import { answer, refuse, scriptSideOf } from './script-side.ts'
import type { Asker, Permit } from './script-side.ts'

/** A permit with the attempt that holds it. */
export type HeldPermit = Permit & { readonly run: number; readonly attempt: number; readonly isTimed: boolean }

/** A task that waits for permits. */
export type Wanting = Asker & {
  readonly amount: number
  /** The wait at a condition, which ends when the lock is held again; null: it asked for the permits themselves. */
  readonly signalled: WaitingForSignal | null
}

export class DurableSemaphore extends Semaphore<Wanting, HeldPermit> {
  readonly kind: Permit['kind']
  readonly name: string
  /** Of a rate: permits that come back with time, by the id of their use; `returnsAt` is in epoch ms. */
  readonly uses = new Map<number, { readonly amount: number; returnsAt: number }>()
  /** How many tasks waited at most in each of the last 60 seconds, in this life of the engine. */
  readonly crowd = new StepSeries('peak', 1_000, 0)

  constructor(kind: Permit['kind'], name: string, settings: SemaphoreSettings) {
    super(settings)
    this.kind = kind
    this.name = name
  }
}

export type Semaphores = Record<Permit['kind'], Map<string, DurableSemaphore>>

const lockSettings: SemaphoreSettings = { permits: 1, isBounded: true, perMs: null, extra: 0 }

/** Those of the last life; nobody holds or waits. Uses of rates are taken up by `resumeUses`. */
export function loadSemaphores(store: Store): Semaphores {
  const semaphores: Semaphores = { semaphore: new Map(), lock: new Map() }
  for (const row of store.semaphores.all.all()) {
    const { kind, name, permits, extra } = row
    const settings = { permits, isBounded: row.is_bounded === 1, perMs: row.per_ms, extra }
    semaphores[kind].set(name, new DurableSemaphore(kind, name, settings))
  }
  return semaphores
}

/** Call inside the transaction. */
export function applyToSemaphore(
  state: EngineState,
  tick: Tick,
  run: LiveRun,
  asker: Asker,
  call: CallOn<'semaphore' | 'lock'>,
): void {
  const semaphore = findSemaphore(state, tick, call.on, call.name, call.on === 'lock' ? null : call.spec)
  const amount = 'amount' in call ? call.amount : 1
  switch (call.do) {
    case 'acquire':
      acquire(state, tick, semaphore, { ...asker, amount, signalled: null })
      return
    case 'try_acquire':
      if (semaphore.passes(amount)) grant(state, tick, semaphore, { ...asker, amount, signalled: null })
      else answer(state.live, tick, asker, null)
      return
    case 'release':
      release(state, tick, semaphore, run, asker, call.permit, amount)
      return
    case 'look':
      answer(state.live, tick, asker, look(semaphore))
      return
    case 'set':
      changeSemaphore(state, tick, semaphore, { ...semaphore.settings, permits: call.permits, extra: 0 })
      answer(state.live, tick, asker, null)
      return
    default:
      call satisfies never
  }
}

/** The one of that name, made by `spec` when there is none; null: with one permit. */
export function findSemaphore(
  state: EngineState,
  tick: Tick,
  kind: Permit['kind'],
  name: string,
  spec: SemaphoreSpec | null = null,
): DurableSemaphore {
  const known = state.objects.semaphores[kind].get(name)
  if (known !== undefined) return known
  checkRoom(state.objects, kind)
  return create(state, tick, kind, name, spec)
}

/** The one that a job's runs need. Made also where there is no room for more: an admission cannot be refused. */
export const semaphoreOfGate = (state: EngineState, tick: Tick, name: string): DurableSemaphore =>
  state.objects.semaphores.semaphore.get(name) ?? create(state, tick, 'semaphore', name, null)

function create(
  { store, objects }: EngineState,
  tick: Tick,
  kind: Permit['kind'],
  name: string,
  spec: SemaphoreSpec | null,
): DurableSemaphore {
  const settings: SemaphoreSettings =
    kind === 'lock'
      ? lockSettings
      : { permits: spec?.permits ?? 1, isBounded: spec?.bounded ?? false, perMs: spec?.perMs ?? null, extra: 0 }
  const semaphore = new DurableSemaphore(kind, name, settings)
  const { permits, isBounded, perMs } = settings
  store.semaphores.insert.run(kind, name, permits, isBounded ? 1 : 0, perMs, tick.now)
  objects.semaphores[kind].set(name, semaphore)
  tick.changes.status = true
  return semaphore
}

/** Its permits now, or as soon as those who came before have theirs. */
export function acquire(state: EngineState, tick: Tick, semaphore: DurableSemaphore, wanting: Wanting): void {
  if (semaphore.passes(wanting.amount)) grant(state, tick, semaphore, wanting)
  else {
    semaphore.join(wanting)
    semaphore.crowd.record(tick.mono, semaphore.waiting)
  }
}

function grant(state: EngineState, tick: Tick, semaphore: DurableSemaphore, wanting: Wanting): void {
  const run = state.live.get(wanting.run)
  if (run === undefined) throw new Error(`run ${wanting.run} waits for ${semaphore.name} but is not live`)
  const { amount, task, place, signalled } = wanting
  const permit = lend(state, tick, semaphore, run, { amount, task, place })
  answer(state.live, tick, wanting, signalled?.isWithdrawn === true ? { permit, isWithdrawn: true } : { permit })
}

/** Gives an attempt permits that are free, and returns the permit's id. */
export function lend(
  state: EngineState,
  tick: Tick,
  semaphore: DurableSemaphore,
  run: LiveRun,
  { amount, task, place }: Pick<Permit, 'amount' | 'task' | 'place'>,
): number {
  const { kind, name } = semaphore
  const { perMs } = semaphore.settings
  const permit: HeldPermit = {
    id: state.counters.add('last_permit', 1),
    kind,
    name,
    amount,
    task,
    since: tick.now,
    place,
    run: run.id,
    attempt: run.state.attempt,
    isTimed: perMs !== null,
  }
  semaphore.hold(permit)
  scriptSideOf(run).permits.set(permit.id, permit)
  if (perMs !== null) {
    const use = state.store.semaphores.insertUse.get(name, amount, tick.now + perMs)
    if (use === undefined) throw new Error('the store gave the use no id')
    state.objects.uses.set(use, { semaphore, amount })
    semaphore.uses.set(use, { amount, returnsAt: tick.now + perMs })
    state.timers.set(`use:${use}`, tick.mono + perMs)
  }
  tick.changes.runs.add(run.id)
  return permit.id
}

/** What a script releases. Nothing changes when it does not hold what it wants to release. */
function release(
  state: EngineState,
  tick: Tick,
  semaphore: DurableSemaphore,
  run: LiveRun,
  asker: Asker,
  permit: number | null,
  amount: number,
): void {
  const { kind, name } = semaphore
  const held = [...scriptSideOf(run).permits.values()].filter((each) => each.kind === kind && each.name === name)
  const refuseRelease = (message: string) =>
    refuse(state.live, tick, asker, kind === 'lock' ? 'RuntimeError' : 'RangeError', `${kind} "${name}": ${message}`)
  if (permit !== null) {
    const one = held.find((each) => each.id === permit)
    if (one === undefined) return refuseRelease('the permit is not held, or was released before')
    takeBack(state, tick, semaphore, run, one.id, one.amount)
  } else {
    const missing = amount - held.reduce((sum, each) => sum + each.amount, 0)
    const { isBounded, perMs } = semaphore.settings
    if (missing > 0 && isBounded) return refuseRelease('released more often than it was acquired')
    if (missing > 0 && perMs !== null) return refuseRelease('its permits come back with time, not by a release')
    // Those of the task itself first; those of admission, which are for the whole attempt, last.
    const distance = (each: Permit) => (each.task === asker.task ? 0 : each.task === null ? 2 : 1)
    let left = amount
    for (const each of held.sort((a, b) => distance(a) - distance(b) || a.id - b.id)) {
      const share = Math.min(left, each.amount)
      if (share > 0) takeBack(state, tick, semaphore, run, each.id, share)
      left -= share
    }
    if (missing > 0) {
      const { settings } = semaphore
      changeSemaphore(state, tick, semaphore, { ...settings, extra: settings.extra + missing })
    }
  }
  answer(state.live, tick, asker, null)
}

/** `amount` of a permit goes back, and on to those who wait. */
export function takeBack(
  state: EngineState,
  tick: Tick,
  semaphore: DurableSemaphore,
  run: LiveRun,
  permit: number,
  amount: number,
): void {
  const lease = semaphore.leases.get(permit)
  if (lease === undefined) throw new Error(`permit ${permit} of ${semaphore.name} is not held`)
  semaphore.release(lease, amount)
  const rest = semaphore.leases.get(permit)
  const { permits } = scriptSideOf(run)
  if (rest === undefined) permits.delete(permit)
  else permits.set(permit, rest)
  tick.changes.runs.add(run.id)
  serve(state, tick, semaphore)
}

/** The attempt is over: what it holds goes back. */
export function takeBackAll(state: EngineState, tick: Tick, permits: Iterable<Permit>): void {
  for (const { id, kind, name } of permits) {
    const semaphore = state.objects.semaphores[kind].get(name)
    const lease = semaphore?.leases.get(id)
    if (semaphore === undefined || lease === undefined) throw new Error(`permit ${id} of ${name} is not held`)
    semaphore.release(lease, lease.amount)
    serve(state, tick, semaphore)
  }
}

/** Takes a waiting task out of the line. */
export function withdrawFromSemaphore(
  state: EngineState,
  tick: Tick,
  asker: Asker,
  kind: Permit['kind'],
  name: string,
) {
  const semaphore = state.objects.semaphores[kind].get(name)
  // The one behind a large request may fit.
  if (semaphore?.withdraw(asker) === undefined) return
  semaphore.crowd.record(tick.mono, semaphore.waiting)
  serve(state, tick, semaphore)
}

/** New settings take effect at once; what is held beyond them comes back in its own time. */
export function changeSemaphore(
  state: EngineState,
  tick: Tick,
  semaphore: DurableSemaphore,
  settings: SemaphoreSettings,
): void {
  const { permits, isBounded, perMs, extra } = settings
  state.store.semaphores.change.run(permits, isBounded ? 1 : 0, perMs, extra, semaphore.kind, semaphore.name)
  semaphore.change(settings)
  tick.changes.status = true
  serve(state, tick, semaphore)
}

/** Hands what is free to the tasks whose turn it is, and calls the queued runs whose turn it is. */
export function serve(state: EngineState, tick: Tick, semaphore: DurableSemaphore): void {
  for (;;) {
    const next = semaphore.takeNext()
    if (next === undefined) break
    semaphore.crowd.record(tick.mono, semaphore.waiting)
    grant(state, tick, semaphore, next)
  }
  if (semaphore.kind === 'semaphore') state.gatekeeper.wake(`semaphore ${semaphore.name}`)
}

const look = (semaphore: DurableSemaphore): SemaphoreLook => ({
  permits: semaphore.settings.permits,
  value: semaphore.free,
  waiting: semaphore.waiting,
  isLocked: semaphore.isLocked,
})
