import { afterAll, isBefore } from './admission.ts'
import type { Claim, Lane, Need, Place } from './admission.ts'
import { executors, perExecutor } from './executors.ts'
import { PlaceHeap } from './place-heap.ts'

type Executor = Lane['executor']

/** The lanes that are parked at one resource, in the order of their heads. */
type Line = {
  readonly parked: Record<Executor, PlaceHeap<Lane>>
  /** Called up from the line: the resource had room for it, and it goes in as soon as it is its turn for a slot. */
  readonly called: Record<Executor, Lane | null>
}

/** A resource at whose line something happened. */
export type TouchedLine = { resource: string; isHoldingUp: boolean; hasAdmitted: boolean }

/**
 * Decides which lane may start runs next. A lane is *open*, ordered by its head among all that may start, or *parked* at
 * the first of its needs that has no room for it. What is parked is not looked at: when its resource has room (`wake`),
 * the first of the line is called up, for each executor one, since a lane that has to wait for a slot must not hold up
 * those who have one. So a turn costs the same however many lanes are parked.
 *
 * In the line of one resource nobody overtakes: a lane whose head needs more than there is holds up those behind it. It
 * waits in one line at a time and reserves nothing elsewhere, so what waits never keeps from others what is free.
 */
export class Gatekeeper {
  readonly #roomFor: (need: Need) => number
  readonly #open = perExecutor(() => new PlaceHeap<Lane>())
  #lines = new Map<string, Line>()
  /** By lane: the line from which it was called up. */
  #calledFrom = new Map<Lane, string>()
  #woken = new Set<string>()
  #touched = new Map<string, { hasAdmitted: boolean }>()

  /** `roomFor`: how many runs with this need may be admitted now. */
  constructor(roomFor: (need: Need) => number) {
    this.#roomFor = roomFor
  }

  /** Takes in a lane that may start runs, or notes its new head. */
  put(lane: Lane, head: Place): void {
    if (lane.heldUpAt !== null) {
      const { resource } = lane.heldUpAt
      this.#stand(lane, resource, head)
      this.wake(resource)
      return
    }
    this.#endCall(lane)
    this.#open[lane.executor].set(lane, head)
  }

  /** The lane is empty or closed. */
  remove(lane: Lane): void {
    this.#open[lane.executor].remove(lane)
    this.#endCall(lane)
    if (lane.heldUpAt === null) return
    const { resource } = lane.heldUpAt
    lane.heldUpAt = null
    this.#line(resource).parked[lane.executor].remove(lane)
    this.#touch(resource)
    this.wake(resource)
  }

  /** Something came back to `resource`, or its line moved on. */
  wake(resource: string): void {
    if (this.#lines.has(resource)) this.#woken.add(resource)
  }

  /**
   * The next runs to start, or null when none may. Only the stretch of the best lane that comes before everybody it could
   * overtake is claimed, so that the order over all lanes is the order of one queue. What was claimed takes its needs, and
   * changed heads are put in, before the next call.
   */
  next(free: Readonly<Record<Executor, number>>): Claim | null {
    for (;;) {
      this.#callUp()
      const lane = this.#firstOpen(free)
      if (lane === undefined) return null
      const obstacle = this.#obstacleOf(lane)
      if (obstacle === null) return this.#claim(lane, free)
      this.#park(lane, obstacle)
    }
  }

  /** Open lanes that could start a run before `place`, in no order. */
  openBefore(executor: Executor, place: Place): Iterable<Lane> {
    return this.#open[executor].before(place)
  }

  /** Lanes parked at a resource that could start a run before `place`, in no order. */
  *parkedBefore(resource: string, place: Place): Iterable<Lane> {
    const line = this.#lines.get(resource)
    if (line !== undefined) for (const executor of executors) yield* line.parked[executor].before(place)
  }

  /** Whether somebody waits at a resource, or has just been called up there. */
  hasLine(resource: string): boolean {
    return this.#lines.has(resource)
  }

  isOpen(lane: Lane): boolean {
    return this.#open[lane.executor].has(lane)
  }

  /** Lines at which something happened since the last call. */
  takeTouched(): TouchedLine[] {
    const touched = [...this.#touched].map(([resource, { hasAdmitted }]) => {
      const line = this.#lines.get(resource)
      const isHoldingUp = line !== undefined && firstsOf(line).length > 0
      if (line !== undefined && isOver(line)) this.#lines.delete(resource)
      return { resource, isHoldingUp, hasAdmitted }
    })
    this.#touched.clear()
    return touched
  }

  /** Nothing is admitted any more: no line is kept. */
  close(): void {
    for (const resource of this.#lines.keys()) this.#touch(resource)
    this.#lines.clear()
    this.#calledFrom.clear()
    for (const executor of executors) for (const lane of [...this.#open[executor]]) this.#open[executor].remove(lane)
  }

  #callUp(): void {
    for (const resource of this.#woken) {
      this.#woken.delete(resource)
      const line = this.#lines.get(resource)
      if (line === undefined) continue
      for (const { lane, head } of firstsOf(line)) {
        if (lane.heldUpAt === null) throw new Error(`lane ${lane.id} is parked and not held up`)
        if (this.#roomFor(lane.heldUpAt) < 1) break
        lane.heldUpAt = null
        line.parked[lane.executor].remove(lane)
        line.called[lane.executor] = lane
        this.#calledFrom.set(lane, resource)
        this.#open[lane.executor].set(lane, head)
        this.#touch(resource)
      }
    }
  }

  #firstOpen(free: Readonly<Record<Executor, number>>): Lane | undefined {
    let best: PlaceHeap<Lane> | null = null
    for (const executor of executors) {
      const open = this.#open[executor]
      if (free[executor] <= 0 || open.firstPlace === undefined) continue
      if (best?.firstPlace === undefined || isBefore(open.firstPlace, best.firstPlace)) best = open
    }
    return best?.first
  }

  /** The first need that has no room for another run of the lane, or for which somebody before it waits. */
  #obstacleOf(lane: Lane): Need | null {
    const head = this.#open[lane.executor].firstPlace ?? afterAll
    for (const need of lane.needs) {
      if (this.#roomFor(need) < 1) return need
      const first = this.#firstParked(need.resource)
      if (first !== undefined && isBefore(first, head)) return need
    }
    return null
  }

  #park(lane: Lane, need: Need): void {
    const open = this.#open[lane.executor]
    const head = open.firstPlace
    if (head === undefined) throw new Error(`lane ${lane.id} is not open`)
    open.remove(lane)
    this.#endCall(lane)
    lane.heldUpAt = need
    this.#stand(lane, need.resource, head)
    this.#touch(need.resource)
  }

  /** Gives a parked lane its place in the line. Whoever was called up and comes after it has to ask again. */
  #stand(lane: Lane, resource: string, head: Place): void {
    const { parked, called } = this.#line(resource)
    parked[lane.executor].set(lane, head)
    const other = called[lane.executor]
    if (other !== null && isBefore(head, this.#open[lane.executor].placeOf(other))) this.#endCall(other)
  }

  #claim(lane: Lane, free: Readonly<Record<Executor, number>>): Claim {
    const bounds = [this.#open[lane.executor].secondPlace]
    let limit = free[lane.executor]
    if (lane.needs.length > 0) {
      this.#endCall(lane)
      for (const executor of executors) {
        if (executor !== lane.executor && free[executor] > 0) bounds.push(this.#open[executor].firstPlace)
      }
      for (const need of lane.needs) {
        limit = Math.min(limit, this.#roomFor(need))
        bounds.push(this.#firstParked(need.resource))
        this.#touch(need.resource, true)
      }
    }
    return { lane, before: bounds.reduce<Place>(earlier, afterAll), limit }
  }

  /** A called lane has had its turn, or gives it up: the next of the line may be called. */
  #endCall(lane: Lane): void {
    const resource = this.#calledFrom.get(lane)
    if (resource === undefined) return
    this.#calledFrom.delete(lane)
    this.#line(resource).called[lane.executor] = null
    this.#touch(resource)
    this.wake(resource)
  }

  #firstParked(resource: string): Place | undefined {
    const line = this.#lines.get(resource)
    return line === undefined ? undefined : firstsOf(line)[0]?.head
  }

  #line(resource: string): Line {
    let line = this.#lines.get(resource)
    if (line === undefined) {
      line = {
        parked: perExecutor(() => new PlaceHeap<Lane>()),
        called: perExecutor(() => null),
      }
      this.#lines.set(resource, line)
    }
    return line
  }

  #touch(resource: string, hasAdmitted = false): void {
    this.#touched.set(resource, { hasAdmitted: hasAdmitted || this.#touched.get(resource)?.hasAdmitted === true })
  }
}

/** Those who wait at the head of the line, the best first: of each executor from which nobody is called up. */
function firstsOf({ parked, called }: Line): { lane: Lane; head: Place }[] {
  const firsts = executors.flatMap((executor) => {
    const { first: lane, firstPlace: head } = parked[executor]
    return called[executor] !== null || lane === undefined || head === undefined ? [] : [{ lane, head }]
  })
  return firsts.sort((a, b) => (isBefore(a.head, b.head) ? -1 : 1))
}

const isOver = ({ parked, called }: Line): boolean =>
  executors.every((executor) => parked[executor].size === 0 && called[executor] === null)

const earlier = (bound: Place, other: Place | undefined): Place =>
  other !== undefined && isBefore(other, bound) ? other : bound
