import type { Definition, Executor } from '../../src-preload/contract.ts'
import type { Slots } from '../../src-preload/slots.ts'
import type { RunState } from '../core/run.ts'
import { perExecutor } from '../core/executors.ts'
import { Gatekeeper } from '../core/gatekeeper.ts'
import { Timers } from '../core/timers.ts'
import type { Surroundings } from '../core/conditions.ts'
import type { Store } from '../store/store.ts'
import { AutoExecutors } from './auto-executors.ts'
import { openActivity } from './activity.ts'
import type { ActivityLog } from '../core/activity.ts'
import type { Clock } from './clock.ts'
import { Counters } from './counters.ts'
import { Definitions } from './definitions.ts'
import { roomIn } from './gates.ts'
import { loadHistory } from './history/history.ts'
import type { History } from './history/history.ts'
import { Heartbeats } from './heartbeats.ts'
import { KeyHolds } from './key-holds.ts'
import { Lanes } from './lanes.ts'
import { loadObjects } from './objects/objects.ts'
import type { Objects } from './objects/objects.ts'
import { QueueUses } from './objects/queue-uses.ts'
import type { ScriptSide } from './objects/script-side.ts'
import type { Secrets } from './secrets.ts'
import { Ledger } from './schedules/ledger.ts'
import { Schedules } from './schedules/schedules.ts'
import { noNamed } from './named/state.ts'
import type { NamedState } from './named/state.ts'
import { noDiskSeen } from './disk.ts'
import type { Disk } from './disk.ts'
import { chosenSlots, loadSlots } from './slots.ts'
import type { SlotChoice } from './slots.ts'
import { SurroundingsSeen } from './surroundings.ts'
import { noDeadlocks } from './waits/deadlocks.ts'
import type { Deadlocks } from './waits/deadlocks.ts'

/** A run with an attempt under way. The store has the same facts; this is what every report needs at once. */
export type LiveRun = {
  readonly id: number
  readonly name: string
  readonly jobId: number | null
  state: Extract<RunState, { lifecycle: 'running' | 'stopping' }>
  readonly executor: Executor
  readonly definition: Definition
  /** Attempts that did not count, before this one. */
  readonly interrupted: number
  /** Epoch ms; see `deadline_at`. */
  deadlineAt: number | null
  readonly priority: number
  /** The run that spawned it. */
  readonly parent: number | null
  readonly group: number | null
  /** The place it holds of a limit per key. */
  readonly key: string | null
  /** When it last gave a sign of life, in monotonic ms. */
  heardAt: number
  pid: number | null
  logLines: number
  /** JSON of the last progress not yet written, or null. */
  unsavedProgress: string | null
  /** Whether its history has the start of this attempt; see `told.ts`. */
  isStartTold: boolean
  /** Lines are left out, and the log says so. */
  isLogCut: boolean
  script: ScriptSide | null
}

export type TimerKey =
  `timeout:${number}` | `idle:${number}` | `total:${number}` | `grace:${number}` | `use:${number}` | 'deadlocks'

/** All that the engine keeps in memory. Only code that runs inside a turn changes it. */
export type EngineState = {
  readonly store: Store
  readonly storeId: string
  /** Where scripts live that are kept as text. */
  readonly scriptsFolder: string
  readonly counters: Counters
  readonly lanes: Lanes
  /** Who may start next; tell it when a resource has room again. */
  readonly gatekeeper: Gatekeeper
  readonly keys: KeyHolds
  readonly definitions: Definitions
  readonly autoExecutors: AutoExecutors
  readonly objects: Objects
  readonly queueUses: QueueUses
  readonly named: NamedState
  readonly schedules: Schedules
  readonly secrets: Secrets
  readonly ledger: Ledger
  readonly surroundings: SurroundingsSeen
  readonly disk: Disk
  readonly heartbeats: Heartbeats
  readonly live: Map<number, LiveRun>
  readonly inUse: Record<Executor, number>
  readonly slots: Record<Executor, number>
  readonly slotChoice: SlotChoice
  /**
   * Limits of attempts, grace periods, returns of rates and the next look for deadlocks, in monotonic ms. Due times and
   * queue limits are in the store.
   */
  readonly timers: Timers<TimerKey>
  readonly deadlocks: Deadlocks
  readonly activity: ActivityLog
  readonly history: History
  readonly isPrivate: boolean
  /** In [0, 1); where chance decides. */
  readonly random: () => number
  /** For what is looked at between turns; inside one, the tick says when it is. */
  readonly clock: Pick<Clock, 'wallMs' | 'monoMs'>
  /** Epoch ms since when nothing is admitted because the host is stopping. */
  drainingSince: number | null
}

/**
 * Parallel runs per executor unless chosen otherwise. Async runs share an event loop and mostly wait; a thread is for what
 * keeps a core busy, so more of them than cores would only take turns; a process has a core to itself at best, and a few more
 * than there are cores keep them busy while some wait.
 */
export const defaultSlots = (cores: number): Record<Executor, number> => ({
  async: 256,
  thread: cores,
  process: Math.max(4, cores),
})

/** No run is to begin by itself: the host is stopping, or there is no room to record it. */
export const beginsNothing = ({ drainingSince, disk }: EngineState): boolean =>
  drainingSince !== null || disk.fullSince !== null

export function createState(options: {
  store: Store
  storeId: string
  scriptsFolder: string
  slots: Record<Executor, number>
  slotsAtStart?: Slots
  life?: string | null
  isPrivate: boolean
  random: () => number
  clock: Clock
  secrets: Secrets
  surroundings: Surroundings
}): EngineState {
  const { store, isPrivate, clock } = options
  const slotChoice = loadSlots(store, options.slots, options.slotsAtStart ?? {}, options.life ?? null)
  const slots = chosenSlots(slotChoice)
  const counters = new Counters(store)
  const definitions = new Definitions(store)
  const objects = loadObjects(store)
  const keys = new KeyHolds()
  const surroundings = new SurroundingsSeen(options.surroundings)
  const gatekeeper = new Gatekeeper(roomIn(objects.semaphores, keys, surroundings, options.secrets))
  return {
    ...options,
    slots,
    slotChoice,
    counters,
    lanes: new Lanes({ store, counters, gatekeeper, isPrivate }),
    gatekeeper,
    keys,
    definitions,
    autoExecutors: new AutoExecutors(store, slots),
    objects,
    queueUses: new QueueUses(clock.wallMs()),
    named: noNamed(),
    schedules: new Schedules(store, isPrivate, surroundings.zone),
    surroundings,
    disk: noDiskSeen(),
    ledger: new Ledger(),
    heartbeats: new Heartbeats(store, isPrivate),
    live: new Map(),
    inUse: perExecutor(() => 0),
    timers: new Timers(),
    deadlocks: noDeadlocks(),
    activity: openActivity(store, counters, clock),
    history: loadHistory(store),
    drainingSince: null,
  }
}
