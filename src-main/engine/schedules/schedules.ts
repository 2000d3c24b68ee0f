import type { Conditions } from '../../../src-preload/conditions.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { CatchUp, Overlap } from '../../../src-preload/schedule-policy.ts'
import type { Timing } from '../../../src-preload/timing.ts'
import { createTimetable } from '../../core/schedule/timetable.ts'
import type { Timetable } from '../../core/schedule/timetable.ts'
import { Timers } from '../../core/timers.ts'
import type { StoredSchedule } from '../../store/queries/schedules.ts'
import type { Store } from '../../store/store.ts'

export type Schedule = {
  readonly id: number
  readonly name: string
  readonly jobId: number
  readonly timing: Timing
  /** The same with the system's zone by its name. */
  readonly zoned: Timing
  readonly timetable: Timetable
  /** Why its timing, which was right when it was saved, means nothing to this program; it has no slots then. */
  readonly fault: string | null
  readonly catchUp: CatchUp
  readonly overlap: Overlap
  readonly conditions: Conditions | null
  /** JSON. */
  readonly input: string
  readonly priority: number | null
  readonly createdAt: number
  readonly updatedAt: number
  /** Every slot up to here is decided. */
  cursor: number
  /** Slots before it are not in the ledger any more; null: none was removed yet. */
  ledgerFrom: number | null
  pausedAt: number | null
}

/** The schedules in memory, when each has its next slot, and which of their runs have not finished. */
export class Schedules {
  readonly #byId = new Map<number, Schedule>()
  readonly #byName = new Map<string, Schedule>()
  /** The next slot of each, in epoch ms. */
  readonly #due = new Timers<number>()
  readonly #runs = new Map<number, Set<number>>()
  readonly #ofRun = new Map<number, number>()
  readonly #freed = new Set<number>()
  /** Those that may have slots which wait for the end of a run; for the others nobody asks the store. */
  readonly #waiting: Set<number>
  /** Grows with each change of what is known of a schedule, its slots and its runs. */
  readonly #versions = new Map<number, number>()
  #lastVersion = 0
  readonly #isPrivate: boolean

  /** A private engine runs what it is given and decides no slots: those are the hosts'. */
  constructor(store: Store, isPrivate: boolean, zone: string) {
    this.#isPrivate = isPrivate
    for (const row of store.schedules.all.all()) this.#load(scheduleOf(row, zone), row)
    for (const { id, schedule } of store.schedules.unfinishedRuns.all()) this.runMade(schedule, id)
    // A run may have ended in the last turn of the last life.
    this.#waiting = new Set(store.schedules.waiting.all())
    for (const id of this.#waiting) if (this.unfinished(id).length === 0) this.#freed.add(id)
  }

  all(): Schedule[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  inNoOrder(): Iterable<Schedule> {
    return this.#byId.values()
  }

  get(id: number): Schedule | undefined {
    return this.#byId.get(id)
  }

  named(name: string): Schedule {
    const schedule = this.#byName.get(name)
    if (schedule === undefined) throw problem('SCHEDULE_NOT_FOUND', { name })
    return schedule
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  /** The slot that was planned stays so, unless the clocks of the zone may be others by now. */
  #load(schedule: Schedule, { next_at: next, next_by: by }: StoredSchedule): void {
    this.#byId.set(schedule.id, schedule)
    this.#byName.set(schedule.name, schedule)
    if (by !== plannedBy(schedule)) this.plan(schedule)
    else if (next !== null) this.#planAt(schedule, next)
  }

  /** Takes in a new schedule or its new content, and plans its next slot. */
  set(schedule: Schedule): void {
    this.#byId.set(schedule.id, schedule)
    this.#byName.set(schedule.name, schedule)
    this.plan(schedule)
  }

  /** Its slots are those of the system's zone, which is `zone` from now on. */
  enterZone(schedule: Schedule, zone: string): Schedule {
    const zoned = inZone(schedule.timing, zone)
    const moved = { ...schedule, zoned, ...timetableOfStored(zoned) }
    this.set(moved)
    return moved
  }

  remove(schedule: Schedule): void {
    this.#byId.delete(schedule.id)
    this.#versions.delete(schedule.id)
    this.#byName.delete(schedule.name)
    this.#due.cancel(schedule.id)
  }

  /** Call when its cursor has moved, or it was paused or resumed. */
  plan(schedule: Schedule): void {
    this.#planAt(schedule, schedule.timetable.next(schedule.cursor))
  }

  /** Moves its cursor on; gives its next slot, and by which time zone database that was found. */
  decided(schedule: Schedule, cursor: number): { next: number | null; by: string | null } {
    schedule.cursor = cursor
    const next = schedule.timetable.next(cursor)
    this.#planAt(schedule, next)
    return { next, by: schedule.fault === null ? plannedBy(schedule) : null }
  }

  #planAt({ id, pausedAt }: Schedule, next: number | null): void {
    this.#touch(id)
    if (next === null || this.#isPrivate || pausedAt !== null) this.#due.cancel(id)
    else this.#due.set(id, next)
  }

  /** Its next slot; null: it is paused, or none is left. */
  nextOf(id: number): number | null {
    return this.#due.get(id)
  }

  /** Another one means: something about it has changed. */
  versionOf(id: number): number {
    return this.#versions.get(id) ?? 0
  }

  get count(): number {
    return this.#byId.size
  }

  /** The next slot of all schedules; null: none. */
  nextDue(): number | null {
    return this.#due.next()
  }

  /** Up to `limit` schedules with a slot at or before `now`, the longest due first; each is to be planned anew. */
  takeDue(now: number, limit: number): Schedule[] {
    const due = this.#due.take(now)
    // To look for their slots again would cost more with every turn that they wait for.
    for (const id of due.slice(limit)) this.#due.set(id, now)
    return due
      .slice(0, limit)
      .map((id) => this.#byId.get(id))
      .filter((schedule) => schedule !== undefined)
  }

  /** Ids of its runs that have not finished, backfilled ones left out. */
  unfinished(id: number): number[] {
    return [...(this.#runs.get(id) ?? [])]
  }

  runMade(id: number, run: number): void {
    const runs = this.#runs.get(id) ?? new Set()
    this.#runs.set(id, runs.add(run))
    this.#ofRun.set(run, id)
    this.#touch(id)
  }

  runEnded(run: number): void {
    const id = this.#ofRun.get(run)
    if (id === undefined) return
    this.#ofRun.delete(run)
    this.#touch(id)
    const runs = this.#runs.get(id)
    runs?.delete(run)
    if (runs?.size !== 0) return
    this.#runs.delete(id)
    if (this.#waiting.has(id)) this.#freed.add(id)
  }

  #touch(id: number): void {
    this.#lastVersion += 1
    this.#versions.set(id, this.#lastVersion)
  }

  /** A slot waits for the end of a run. */
  slotWaits(id: number): void {
    this.#waiting.add(id)
  }

  noneWaits(id: number): void {
    this.#waiting.delete(id)
  }

  mayHaveWaiting(id: number): boolean {
    return this.#waiting.has(id)
  }

  /** Those whose last unfinished run has ended since this was last asked. */
  takeFreed(): Schedule[] {
    const freed = [...this.#freed].map((id) => this.#byId.get(id)).filter((schedule) => schedule !== undefined)
    this.#freed.clear()
    return freed
  }
}

/** Null: it is to be looked for in each life, for the system can be elsewhere. */
const plannedBy = ({ timing }: Pick<Schedule, 'timing'>): string | null =>
  timing.zone === 'system' ? null : (process.versions['tz'] ?? null)

/** `system` stands for the zone that the system has. */
export const inZone = (timing: Timing, zone: string): Timing =>
  timing.zone === 'system' ? { ...timing, zone } : timing

const scheduleOf = (row: StoredSchedule, zone: string): Schedule => {
  const timing = JSON.parse(row.timing) as Timing
  const zoned = inZone(timing, zone)
  // Made when it is first needed: a start with ten thousand of them would take a second longer.
  let made: ReturnType<typeof timetableOfStored> | null = null
  const make = () => (made ??= timetableOfStored(zoned))
  return {
    id: row.id,
    name: row.name,
    jobId: row.job_id,
    timing,
    zoned,
    get timetable() {
      return make().timetable
    },
    get fault() {
      return make().fault
    },
    catchUp: JSON.parse(row.catch_up) as CatchUp,
    overlap: row.overlap,
    conditions: row.conditions === null ? null : (JSON.parse(row.conditions) as Conditions),
    input: row.input,
    priority: row.priority,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    cursor: row.cursor_at,
    ledgerFrom: row.ledger_from,
    pausedAt: row.paused_at,
  }
}

/** Another version of the platform may not know a zone. One schedule less must not keep the host from starting. */
function timetableOfStored(timing: Timing): Pick<Schedule, 'timetable' | 'fault'> {
  try {
    return { timetable: createTimetable(timing), fault: null }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { timetable: { next: () => null, previous: () => null }, fault: error.message }
  }
}
