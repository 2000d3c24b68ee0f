import { ScriptMachine } from './script-machine.ts'
import type { Script } from './script-machine.ts'
import { settlePromises } from './virtual-timers.ts'
import { cancel } from '../../../src-main/engine/commands/cancel.ts'
import type { EngineState } from '../../../src-main/engine/state.ts'
import { runDetail } from '../../../src-main/engine/views.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const manySlots = { async: 200, process: 1 }

/** One run of the world, as the test handles it. */
export class Run {
  readonly id: number
  readonly #world: World

  constructor(world: World, id: number) {
    this.#world = world
    this.id = id
  }

  /** Lifecycle, or the outcome once it has finished. */
  get state(): string {
    const { outcome, lifecycle } = this.#world.stored(this.id)
    return outcome ?? lifecycle
  }

  /** What it returned. */
  get result(): unknown {
    return this.#world.stored(this.id).result
  }

  /** `name: message` of what it ended with. */
  get error(): string | null {
    const { error } = this.#world.stored(this.id)
    return error === null ? null : `${error.name}: ${error.message}`
  }

  /** Asks it to stop, and lets the world go on. */
  async cancel(reason = 'enough'): Promise<void> {
    await this.#world.cancel(this.id, reason)
  }

  /** Its process dies here and now; it begins anew as its next attempt, and so gets in line again. */
  async kill(): Promise<void> {
    this.#world.machine.kill(this.id)
    await this.#world.settle()
  }

  /** Says a word that its script waits for with `told`. */
  async tell(word: string): Promise<void> {
    this.#world.machine.tell(this.id, word)
    await this.#world.settle()
  }

  /** From now on answers to it stay on their way. What it is granted then is stored, but its code does not know: woken. */
  hold(): void {
    this.#world.machine.hold(this.id)
  }

  /** What was on its way arrives. */
  async letIn(): Promise<void> {
    this.#world.machine.letIn(this.id)
    await this.#world.settle()
  }
}

type Life = Awaited<ReturnType<typeof openSimulatedEngine>>
type Lines = Pick<EngineState['objects'], 'flags' | 'barriers' | 'queues'>

/** A real engine on a real store, in simulated time, whose runs are functions of the test that use the real SDK. */
export class World {
  readonly machine: ScriptMachine
  readonly #clock: VirtualClock
  readonly #slots: typeof manySlots
  #life: Life

  private constructor(machine: ScriptMachine, clock: VirtualClock, life: Life, slots: typeof manySlots) {
    this.machine = machine
    this.#slots = slots
    this.#clock = clock
    this.#life = life
  }

  /** `slots`: how many runs go on at once. */
  static async open(slots = manySlots): Promise<World> {
    const machine = new ScriptMachine()
    const clock = new VirtualClock(undefined, settlePromises)
    const life = await openSimulatedEngine({ slots, world: clock, connect: machine.connect.bind(machine) })
    await life.addJob('work')
    return new World(machine, clock, life, slots)
  }

  /** Epoch ms. */
  get now(): number {
    return this.#clock.wallMs
  }

  /** Starts a run and lets the world go on until nothing moves. */
  async run(script: Script): Promise<Run> {
    return new Run(this, await this.#life.submit({ job: 'work', input: this.machine.add(script) }))
  }

  /** As many runs of the same script, started one after the other. */
  async runs(count: number, script: (index: number) => Script): Promise<Run[]> {
    const runs: Run[] = []
    for (let index = 0; index < count; index += 1) runs.push(await this.run(script(index)))
    return runs
  }

  /** What a run that is only there for it sees, or the name of the error that it gets. */
  async see<Value>(look: () => Value | PromiseLike<Value>): Promise<Awaited<Value> | string> {
    let seen: Awaited<Value> | string = 'waits'
    await this.run(async () => {
      seen = await outcomeOf(look)
    })
    return seen
  }

  /** Everything goes on that can without time passing. */
  settle(): Promise<void> {
    return this.advance(0)
  }

  advance(ms: number): Promise<void> {
    return this.#clock.runUntil(this.#clock.monoMs + ms)
  }

  /** Time passes until the run has finished; an hour of it at most. */
  async untilFinished(run: number): Promise<void> {
    const isFinished = () => this.stored(run).lifecycle === 'finished'
    await this.#clock.runUntil(this.#clock.monoMs + 3_600_000, isFinished)
    if (!isFinished()) throw new Error(`run ${run} does not end`)
  }

  /** The engine and all processes die between two turns; `afterMs` later the next life opens the store. */
  async restart(afterMs = 0): Promise<void> {
    this.#life.clock.die()
    this.machine.killAll()
    await this.advance(afterMs)
    const connect = this.machine.connect.bind(this.machine)
    this.#life = await openSimulatedEngine({ slots: this.#slots, world: this.#clock, db: this.#life.db, connect })
    await this.settle()
  }

  /** The host begins to stop: what runs may end, nothing new begins. */
  shutDown(graceMs: number): void {
    void this.#life.engine.stop(graceMs)
  }

  /** For a test that opens many; the end of a test closes what it has opened. */
  close(): void {
    this.#life.clock.die()
    this.#life.db.close()
  }

  async cancel(run: number, reason: string): Promise<void> {
    await this.#life.command((state, tick) => cancel(state, tick, run, reason))
    await this.settle()
  }

  stored(run: number) {
    return this.#life.engine.read((state) => runDetail(state, run))
  }

  /** How many calls stand in line, in all the lines that the objects of this name have. */
  waiting(name: string): number {
    return this.#life.engine.read(({ objects }) => {
      const conditions = [...objects.conditions].filter(([key]) => (JSON.parse(key) as string[])[0] === name)
      return (
        (objects.semaphores.semaphore.get(name)?.waiting ?? 0) +
        (objects.semaphores.lock.get(name)?.waiting ?? 0) +
        (objects.futureWaits.get(name)?.size ?? 0) +
        conditions.reduce((sum, [, { waiting }]) => sum + waiting.size, 0) +
        waitingIn(objects, name)
      )
    })
  }
}

function waitingIn({ flags, barriers, queues }: Lines, name: string): number {
  const queue = queues.get(name)
  const lines = [flags.get(name)?.waiting, barriers.get(name)?.waiting, queue?.getting, queue?.putting, queue?.joining]
  return lines.reduce((sum, line) => sum + (line?.size ?? 0), 0)
}

/** The value, or the name of the error. */
export async function outcomeOf<Value>(look: () => Value | PromiseLike<Value>): Promise<Awaited<Value> | string> {
  try {
    return await look()
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}

/** The two ways in which a run goes while it waits; each case that speaks of a cancel runs with both. */
export const waysToGo: { way: string; go: (run: Run) => Promise<void> }[] = [
  { way: 'cancelled', go: (run) => run.cancel() },
  { way: 'killed', go: (run) => run.kill() },
]
