import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import { executors } from '../../../src-main/core/executors.ts'
import { setJobPaused } from '../../../src-main/engine/commands/jobs.ts'
import type { EngineState } from '../../../src-main/engine/state.ts'
import { forgottenLanes } from '../../support/forgotten-lanes.ts'
import { openFamily } from '../../support/family.ts'

const slots = { async: 4, process: 1 }
const jobs = {
  a: { semaphores: [{ name: 's' }] },
  b: { semaphores: [{ name: 't' }, { name: 's', amount: 2 }] },
  c: { semaphores: [{ name: 's' }], executor: 'process' },
  d: { semaphores: [{ name: 't' }], concurrency: { key: 'input', limit: 1 } },
}
const names = ['s', 't'] as const
const scripts = 2
const permits = 3

const index = fc.nat(1_000)
const job = fc.constantFrom(...(Object.keys(jobs) as (keyof typeof jobs)[]))
const name = fc.constantFrom(...names)
const script = fc.nat(scripts - 1)
const amount = fc.integer({ min: 1, max: 3 })
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('submit' as const), job, index }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('interrupt' as const), index }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('acquire' as const), script, name, amount }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), script, index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), script, index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), job, isPaused: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set' as const), script, name, permits: fc.nat(permits) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Scripts that use semaphores, and jobs that need the same ones, over several lives of the engine. */
class World {
  #life: Awaited<ReturnType<typeof openFamily>>
  #scripts: number[] = []
  /** Calls of the scripts that have asked for permits. */
  #asked: { script: number; call: number; name: string }[] = []

  private constructor(life: Awaited<ReturnType<typeof openFamily>>) {
    this.#life = life
  }

  static async open(): Promise<World> {
    const world = new World(await openFamily({ slots }))
    for (const [job, definition] of Object.entries(jobs)) await world.#life.addJob(job, definition)
    // They come first after a restart, too: who waits for a slot can ask for nothing.
    for (let n = 0; n < scripts; n += 1) world.#scripts.push(await world.#life.submit({ job: 'work', priority: 9 }))
    for (const name of names) await world.#set(0, name, permits)
    return world
  }

  async carryOut(each: Step): Promise<void> {
    const life = this.#life
    switch (each.do) {
      case 'submit':
        await life.submit({ job: each.job, input: each.index % 3, priority: each.index % 2 })
        break
      case 'end':
      case 'interrupt': {
        const running = this.#running()
        const run = running[each.index % running.length]
        if (run !== undefined) await life.end(run, each.do === 'end' ? 'returned' : 'interrupted')
        break
      }
      case 'acquire': {
        const call = await life.send(this.#script(each.script), {
          ...on(each.name),
          do: 'acquire',
          amount: each.amount,
        })
        this.#asked.push({ script: each.script, call, name: each.name })
        break
      }
      case 'release':
      case 'withdraw': {
        const isGranted = each.do === 'release'
        const asked = this.#asked.filter(
          ({ script, call }) => script === each.script && this.#isGranted(call) === isGranted,
        )
        const one = asked[each.index % asked.length]
        if (one !== undefined) await this.#give(one)
        break
      }
      case 'pause':
        await life.command((state, tick) => setJobPaused(state, tick, each.job, each.isPaused))
        break
      case 'set':
        await this.#set(each.script, each.name, each.permits)
        break
      case 'restart':
        life.clock.die()
        this.#asked = []
        this.#life = await openFamily({ slots, db: life.db })
    }
    expect(this.#life.engine.read(violations)).toEqual([])
  }

  /** Everybody lets go, and there is enough of everything. */
  async settle(): Promise<void> {
    for (const job of Object.keys(jobs) as (keyof typeof jobs)[])
      await this.carryOut({ do: 'pause', job, isPaused: false })
    for (const name of names) await this.carryOut({ do: 'set', script: 0, name, permits })
    for (let left = 2_000; left > 0; left -= 1) {
      const granted = this.#asked.find(({ call }) => this.#isGranted(call))
      if (granted !== undefined) await this.#give(granted)
      const [run] = this.#running()
      if (run !== undefined) await this.#life.end(run)
      if (granted === undefined && run === undefined) break
    }
    const { db, engine } = this.#life
    expect(this.#asked).toEqual([])
    expect(db.prepare(`SELECT count(*) FROM runs WHERE lifecycle = 'queued'`).pluck().get()).toBe(0)
    for (const name of names) {
      const semaphore = engine.read(({ objects }) => objects.semaphores.semaphore.get(name))
      expect([semaphore?.free, semaphore?.waiting, semaphore?.isLocked]).toEqual([permits, 0, false])
    }
  }

  #script = (number: number): number => this.#scripts[number] ?? 0

  #running = (): number[] =>
    this.#life.engine.read(({ live }) => [...live.keys()]).filter((run) => !this.#scripts.includes(run))

  #isGranted = (call: number): boolean => this.#life.answerTo(call)?.ok === true

  /** Releases what was granted; takes back what was not. */
  async #give(one: { script: number; call: number; name: string }): Promise<void> {
    const run = this.#script(one.script)
    const answer = this.#life.answerTo(one.call)
    if (answer?.ok === true) {
      const { permit } = answer.value as { permit: number }
      await this.#life.send(run, { ...on(one.name), do: 'release', permit, amount: 1 })
    } else await this.#life.report({ type: 'withdraw', run, attempt: this.#life.run(run).attempt, call: one.call })
    this.#asked.splice(this.#asked.indexOf(one), 1)
  }

  async #set(script: number, name: string, permits: number): Promise<void> {
    await this.#life.ask(this.#script(script), { ...on(name), do: 'set', permits })
  }
}

const on = (name: string) => ({ on: 'semaphore', name, spec: null }) satisfies Partial<Call>

function* violationsOf(state: EngineState): Generator<string> {
  for (const { id } of forgottenLanes(state)) yield `lane ${id} waits although there is room for it`
  const lanes = executors.flatMap((executor) => [...state.lanes.nonEmpty(executor)])
  for (const semaphore of state.objects.semaphores.semaphore.values()) {
    const { name } = semaphore
    const held = [...semaphore.leases.values()].reduce((sum, { amount }) => sum + amount, 0)
    if (held > permits) yield `${held} of ${permits} permits of ${name} are held`
    const [first] = semaphore
    if (first === undefined) continue
    const isHoldingUp = lanes.some(({ heldUpAt }) => heldUpAt?.resource === `semaphore ${name}`)
    if (semaphore.aheadOfLanes === 0 && !isHoldingUp) yield `tasks wait for ${name} behind no run`
    if (semaphore.aheadOfLanes > 0 && first.amount <= semaphore.free) yield `a task waits for ${name}, which is free`
  }
}

const violations = (state: EngineState): string[] => [...violationsOf(state)]

test('runs and tasks share semaphores through ends, pauses and restarts, and nobody is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const world = await World.open()
      for (const each of steps) await world.carryOut(each)
      await world.settle()
    }),
    { numRuns: 40 },
  )
})
