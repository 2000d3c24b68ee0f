import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBefore } from '../../../src-main/core/admission.ts'
import type { Lane, Need, Place } from '../../../src-main/core/admission.ts'
import { perExecutor } from '../../../src-main/core/executors.ts'
import { Gatekeeper } from '../../../src-main/core/gatekeeper.ts'

const semaphore = (name: string, amount = 1): Need => ({
  kind: 'semaphore',
  resource: `semaphore ${name}`,
  name,
  amount,
})
const key = (name: string, limit: number): Need => ({ kind: 'key', resource: `key ${name}`, limit })

/** Lanes of all executors whose gates overlap in every way. */
const gates: [Lane['executor'], Need[]][] = [
  ['async', []],
  ['process', []],
  ['async', [semaphore('a')]],
  ['process', [semaphore('a')]],
  ['async', [semaphore('a', 2)]],
  ['process', [semaphore('a', 3), semaphore('b')]],
  ['async', [semaphore('a'), semaphore('b'), semaphore('c')]],
  ['async', [key('k', 1), semaphore('b')]],
  ['process', [key('k', 2), semaphore('c', 2)]],
  ['async', [key('l', 1)]],
  ['thread', []],
  ['thread', [semaphore('a'), semaphore('c')]],
]

/** A world of runs around a gatekeeper: it takes and gives back what the gates say, and watches the rules. */
class World {
  readonly slots = { async: 3, thread: 1, process: 2 }
  readonly permits = new Map([...'abc'].map((name) => [`semaphore ${name}`, 3]))
  readonly held = new Map<string, number>()
  readonly queued: { lane: Lane; place: Place }[] = []
  readonly running: { lane: Lane; place: Place }[] = []
  readonly lanes: Lane[] = gates.map(([executor, needs], id) => ({
    id,
    executor,
    jobId: null,
    isPrivate: false,
    gate: '',
    needs,
    isPaused: false,
    queued: 0,
    head: null,
    heldUpAt: null,
  }))
  readonly gatekeeper = new Gatekeeper((need) => this.room(need))
  #lastId = 0

  room(need: Need): number {
    const held = this.held.get(need.resource) ?? 0
    if (need.kind === 'key') return need.limit - held
    if (need.kind === 'condition' || need.kind === 'secrets') return Infinity
    return Math.max(0, Math.floor(((this.permits.get(need.resource) ?? 0) - held) / need.amount))
  }

  free = () =>
    perExecutor(
      (executor) => this.slots[executor] - this.running.filter(({ lane }) => lane.executor === executor).length,
    )

  submit(lane: Lane, rank: number): void {
    this.#lastId += 1
    this.queued.push({ lane, place: { rank, id: this.#lastId } })
    this.changed(lane)
  }

  changed(lane: Lane): void {
    const first = this.ofLane(lane)[0]
    if (first === undefined || lane.isPaused) this.gatekeeper.remove(lane)
    else {
      lane.head = first.place
      this.gatekeeper.put(lane, first.place)
    }
  }

  ofLane = (lane: Lane) =>
    this.queued.filter((run) => run.lane === lane).sort((a, b) => (isBefore(a.place, b.place) ? -1 : 1))

  end(index: number): void {
    const [run] = this.running.splice(index, 1)
    for (const need of run?.lane.needs ?? []) this.#count(need, -1)
  }

  /** Admits until nothing may start, and returns who did. */
  admit(): Place[] {
    const admitted: Place[] = []
    for (;;) {
      const claim = this.gatekeeper.next(this.free())
      if (claim === null) break
      const { lane, before, limit } = claim
      const claimed = this.ofLane(lane)
        .filter(({ place }) => isBefore(place, before))
        .slice(0, limit)
      expect(claimed.length).toBeGreaterThan(0)
      for (const run of claimed) {
        this.#checkOrder(run)
        this.#start(run)
        admitted.push(run.place)
      }
      this.changed(lane)
    }
    for (const lane of this.lanes)
      if (this.#mayStart(lane)) expect(this.isObstructed(lane), `lane ${lane.id}`).toBe(true)
    return admitted
  }

  /** Too little is left of something it needs, or somebody before it waits there for that reason. */
  isObstructed(lane: Lane): boolean {
    return lane.needs.some(
      (need) =>
        this.room(need) < 1 ||
        this.lanes.some(
          (other) =>
            other.heldUpAt?.resource === need.resource &&
            this.room(other.heldUpAt) < 1 &&
            isBefore(headOf(other), headOf(lane)),
        ),
    )
  }

  #mayStart = (lane: Lane): boolean => !lane.isPaused && this.ofLane(lane).length > 0 && this.free()[lane.executor] > 0

  /** Whoever would come before this run cannot start. */
  #checkOrder(run: { lane: Lane; place: Place }): void {
    for (const lane of this.lanes) {
      if (lane === run.lane || !this.#mayStart(lane) || !isBefore(headOf(lane), run.place)) continue
      if (!isRival(lane, run.lane)) continue
      expect(this.isObstructed(lane), `run ${run.place.id} overtakes lane ${lane.id}`).toBe(true)
    }
  }

  #start(run: { lane: Lane; place: Place }): void {
    for (const need of run.lane.needs) {
      expect(this.room(need), need.resource).toBeGreaterThan(0)
      this.#count(need, 1)
    }
    expect(this.free()[run.lane.executor]).toBeGreaterThan(0)
    this.queued.splice(this.queued.indexOf(run), 1)
    this.running.push(run)
    const next = this.ofLane(run.lane)[0]
    run.lane.head = next?.place ?? null
  }

  #count(need: Need, sign: 1 | -1): void {
    const amount = need.kind === 'semaphore' ? need.amount : 1
    this.held.set(need.resource, (this.held.get(need.resource) ?? 0) + sign * amount)
    if (sign === -1) this.gatekeeper.wake(need.resource)
  }
}

const isRival = (one: Lane, other: Lane): boolean =>
  one.executor === other.executor ||
  one.needs.some(({ resource }) => other.needs.some((need) => need.resource === resource))

function headOf({ id, head }: Lane): Place {
  if (head === null || head === 'unknown') throw new Error(`lane ${id} has no head`)
  return head
}

const lane = fc.integer({ min: 0, max: gates.length - 1 })
const rank = fc.integer({ min: 0, max: 20 })
const index = fc.nat(1_000)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('submit' as const), lane, rank }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), lane }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resume' as const), lane }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      name: fc.constantFrom('a', 'b', 'c'),
      permits: fc.integer({ min: 0, max: 4 }),
    }),
  },
)

function carryOut(world: World, each: typeof step extends fc.Arbitrary<infer T> ? T : never): void {
  const at = (number: number): Lane => world.lanes[number]!
  switch (each.do) {
    case 'submit':
      world.submit(at(each.lane), each.rank)
      return
    case 'end':
      if (world.running.length > 0) world.end(each.index % world.running.length)
      return
    case 'cancel': {
      const [run] = world.queued.length === 0 ? [] : world.queued.splice(each.index % world.queued.length, 1)
      if (run !== undefined) world.changed(run.lane)
      return
    }
    case 'pause':
    case 'resume':
      at(each.lane).isPaused = each.do === 'pause'
      world.changed(at(each.lane))
      return
    case 'set':
      world.permits.set(`semaphore ${each.name}`, each.permits)
      world.gatekeeper.wake(`semaphore ${each.name}`)
  }
}

test('admits all or nothing, in the order of ranks, never more than there is, and leaves nobody who could start', () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 60, size: 'max' }), (turns) => {
      const world = new World()
      for (const turn of turns) {
        for (const each of turn) carryOut(world, each)
        world.admit()
      }
      // With what there is enough of, and time, everybody gets in.
      for (const name of ['a', 'b', 'c'] as const) carryOut(world, { do: 'set', name, permits: 3 })
      for (const id of world.lanes.keys()) carryOut(world, { do: 'resume', lane: id })
      for (let left = 1_000; left > 0 && world.queued.length + world.running.length > 0; left -= 1) {
        world.admit()
        if (world.running.length > 0) world.end(0)
      }
      expect([world.queued.length, world.running.length]).toEqual([0, 0])
      expect(world.gatekeeper.takeTouched().filter(({ isHoldingUp }) => isHoldingUp)).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('lanes that are parked are not looked at', () => {
  let looks = 0
  const held = new Set<string>()
  const gatekeeper = new Gatekeeper((need) => {
    looks += 1
    return held.has(need.resource) ? 0 : 1
  })
  const world = new World()
  held.add('semaphore a')
  for (let id = 1; id <= 10_000; id += 1) {
    const parked: Lane = { ...world.lanes[0]!, id, needs: [semaphore('a')], queued: 1, head: { rank: 0, id } }
    gatekeeper.put(parked, { rank: 0, id })
  }
  const free = perExecutor(() => 1)
  expect(gatekeeper.next(free)).toBeNull()
  looks = 0
  gatekeeper.put({ ...world.lanes[0]!, id: 0, queued: 1 }, { rank: 5, id: 20_000 })
  expect(gatekeeper.next(free)?.lane.id).toBe(0)
  expect(looks).toBe(0)
  gatekeeper.wake('semaphore a')
  expect(gatekeeper.next(perExecutor(() => 0))).toBeNull()
  expect(looks).toBe(1)
})
