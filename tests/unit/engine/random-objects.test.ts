import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EngineState } from '../../../src-main/engine/state.ts'
import { nextLife, openRuns } from '../../support/objects.ts'
import { ObjectLedger } from '../../support/object-ledger.ts'
import { allTopics, callOn } from '../../support/random-calls.ts'
import type { Topic } from '../../support/random-calls.ts'
import { rounds } from '../../support/rounds.ts'

const RUNS = 6
/** After so many programs they go on with a new store: the longer its history, the longer each next life takes to begin. */
const PROGRAMS_OF_A_STORE = 50
type World = Awaited<ReturnType<typeof openRuns>>

const FORGET = ['semaphores', 'rate_uses', 'flags', 'barriers', 'queues', 'queue_items', 'futures']
  .map((table) => `DELETE FROM ${table};`)
  .join('')

const step = fc.record({
  run: fc.nat(RUNS - 1),
  n: fc.nat(11),
  do: fc.oneof(
    { weight: 40, arbitrary: fc.nat(1_000) },
    { weight: 4, arbitrary: fc.constant('withdraw' as const) },
    { weight: 4, arbitrary: fc.constantFrom('interrupted' as const, 'threw' as const, 'returned' as const) },
    { weight: 2, arbitrary: fc.constant('pass' as const) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
  ),
})
/** A number is a call. */
type Step = { run: number; n: number; do: number | 'withdraw' | Ending | 'pass' | 'restart' }
type Ending = 'interrupted' | 'threw' | 'returned'

/** What most programs are about is little, so that they get far with it. */
const about = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...allTopics).map((topic) => [topic]) },
  { weight: 1, arbitrary: fc.shuffledSubarray(allTopics, { minLength: 2, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant(allTopics) },
)

/** Carries out a program, and after each of its steps compares the engine with what was asked and answered. */
class Program {
  readonly #about: readonly Topic[]
  readonly #ledger: ObjectLedger
  #world: World
  #lastCall = 0
  #heard = 0

  private constructor(world: World, about: readonly Topic[]) {
    this.#about = about
    this.#world = world
    this.#ledger = new ObjectLedger(world.world.monoMs)
  }

  /** In the next life of the engine that carried out the last one, with all objects forgotten. */
  static async after(last: World, about: readonly Topic[]): Promise<Program> {
    last.db.exec(FORGET)
    return new Program(await nextLife(last), about)
  }

  get world(): World {
    return this.#world
  }

  async take(next: Step): Promise<void> {
    const { run, n } = next
    // The store tells by the moment what was taken before what.
    await this.#pass(1)
    if (next.do === 'restart') await this.#restart()
    else if (next.do === 'pass') await this.#pass(n * 50)
    else if (next.do === 'withdraw') await this.#withdraw(run)
    else if (typeof next.do === 'number') await this.#call(run, next.do, n)
    else await this.#end(run, next.do)
    this.#hear()
    this.#ledger.endTurn()
    this.#world.engine.read((state) => compare(state, this.#ledger))
  }

  /** Everybody goes; what was not done is there, once. */
  async end(): Promise<void> {
    for (let run = 0; run < RUNS; run += 1) await this.take({ run, n: 0, do: 'threw' })
    const stored = this.#world.db.prepare('SELECT id FROM queue_items ORDER BY id').pluck().all()
    expect(stored).toEqual([...this.#ledger.items.keys()].sort((a, b) => a - b))
    expect(this.#world.fatal).toEqual([])
  }

  async #call(index: number, which: number, n: number): Promise<void> {
    const run = this.#world.runOf(index)
    if (this.#ledger.waitingOf(run) !== undefined) return
    const what = callOn(this.#about, { which, run, n, ledger: this.#ledger })
    this.#lastCall += 1
    this.#ledger.asks(run, this.#lastCall, what)
    const { attempt } = this.#world.run(run)
    await this.#world.report({ type: 'call', run, attempt, call: this.#lastCall, task: 0, place: null, what })
  }

  async #withdraw(index: number): Promise<void> {
    const waiting = this.#ledger.waitingOf(this.#world.runOf(index))
    if (waiting === undefined || waiting.isWithdrawn) return
    this.#ledger.withdraws(waiting)
    await this.#world.withdraw(index, waiting.call)
  }

  async #end(index: number, how: Ending): Promise<void> {
    this.#ledger.ends(this.#world.runOf(index), how === 'returned')
    if (how === 'interrupted') await this.#world.endRun(index, how)
    else await this.#world.replace(index, how)
  }

  /** From one moment at which something is due to the next: what becomes free is used from that moment on. */
  async #pass(ms: number): Promise<void> {
    const { world: clock } = this.#world
    for (let left = ms; left > 0;) {
      const span = Math.min(left, this.#ledger.nextMoment() - clock.monoMs)
      left -= span
      this.#ledger.passes(clock.monoMs + span)
      await this.#world.pass(span)
      this.#hear()
    }
  }

  async #restart(): Promise<void> {
    this.#ledger.dies()
    this.#world = await nextLife(this.#world)
    this.#heard = 0
  }

  #hear(): void {
    for (const answer of this.#world.answers.slice(this.#heard)) this.#ledger.hears(answer)
    this.#heard = this.#world.answers.length
  }
}

/** The engine counts what the ledger counts, and nobody waits for what is free. */
function compare(state: EngineState, ledger: ObjectLedger): void {
  const seen = countsOf(state)
  const due = ledger.countsOf(Object.keys(seen))
  // Comparing texts first makes a thousand programs three times as fast.
  if (JSON.stringify(seen) !== JSON.stringify(due)) expect(seen).toEqual(due)
  ledger.assertNobodyWaitsInVain()
}

/** What the engine says of each of its objects: what there is of it, and who waits. */
function countsOf({ objects, store }: EngineState): Record<string, number[]> {
  const counts: Record<string, number[]> = {}
  for (const { semaphore, lock } of [objects.semaphores]) {
    for (const { kind, name, free, waiting } of [...semaphore.values(), ...lock.values()]) {
      counts[`${kind} ${name}`] = [free, waiting]
    }
  }
  for (const { lock, waiting } of objects.conditions.values()) counts[`condition on ${lock}`] = [waiting.size]
  for (const { name, isSet, waiting } of objects.flags.values()) counts[`event ${name}`] = [Number(isSet), waiting.size]
  for (const { name, isBroken, waiting } of objects.barriers.values()) {
    counts[`barrier ${name}`] = [Number(isBroken), waiting.size]
  }
  for (const { name, ready, taken, getting, putting, joining } of objects.queues.values()) {
    counts[`queue ${name}`] = [ready, taken, getting.size, putting.size, joining.size]
  }
  for (const name of ['f0', 'f1']) {
    const isSettled = (store.futures.byName.get(name)?.state ?? 'pending') !== 'pending'
    counts[`future ${name}`] = [Number(isSettled), objects.futureWaits.get(name)?.size ?? 0]
  }
  return counts
}

test('no permit, item, turn or wake-up is lost or given twice, whatever is taken back, ends, dies or starts anew', async () => {
  let world = await openRuns(RUNS)
  let played = 0
  await fc.assert(
    fc.asyncProperty(about, fc.array(step, { maxLength: 60, size: 'max' }), async (topics, steps) => {
      played += 1
      if (played % PROGRAMS_OF_A_STORE === 0) world = await openRuns(RUNS)
      const program = await Program.after(world, topics)
      try {
        for (const next of steps) await program.take(next)
        await program.end()
      } finally {
        world = program.world
      }
    }),
    { numRuns: rounds(1_000) },
  )
})
