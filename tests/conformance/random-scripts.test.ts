import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rounds } from '../support/rounds.ts'
import type { Script } from './support/script-machine.ts'
import { barrier, CancelledError, condition, event, lock, queue, semaphore, sleep } from './support/signalbox.ts'
import { World } from './support/world.ts'
import type { Run } from './support/world.ts'

const RUNS = 5
const PERMITS = 2
const uses = ['lock', 'semaphore', 'put', 'get', 'keep', 'event', 'set', 'clear', 'barrier', 'wait', 'notify'] as const
/** Shorter than answers may be held up: what is granted comes too late, and goes back. */
const wait = { timeout: '30ms' }

/** What a script does, one after the other; whether it goes on after a cancel, as one that cleans up at length. */
type Plan = { uses: (typeof uses)[number][]; isStubborn: boolean }
type Event = { run: number; ms: number; what: 'cancel' | 'kill' | 'hold' | 'letIn' | 'pass' | 'restart' }

const plan = fc.record({
  uses: fc.array(fc.constantFrom(...uses), { minLength: 1, maxLength: 6 }),
  isStubborn: fc.boolean(),
})
const anEvent = fc.record({
  run: fc.nat(RUNS - 1),
  ms: fc.nat(40),
  what: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('cancel' as const, 'hold' as const, 'letIn' as const, 'pass' as const) },
    { weight: 2, arbitrary: fc.constant('kill' as const) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
  ),
})

const items = () => queue<string>('items', { maxsize: 2 })

/** What the scripts know of themselves; each knows it when it has been told, not when it is stored. */
class Knowledge {
  readonly put = new Set<string>()
  /** By run. */
  readonly kept = new Map<number, string[]>()
  /** Said to be done; who said so may have died before it heard that it is. */
  readonly doneAsked = new Set<string>()
  readonly done = new Set<string>()
  readonly inside = { lock: new Map<number, string>(), semaphore: new Map<number, string>() }
  readonly wrong: string[] = []

  /** Works inside for a while; never more at the same time than may be. */
  async work(of: 'lock' | 'semaphore', run: number, name: string): Promise<void> {
    this.inside[of].set(run, name)
    const most = of === 'lock' ? 1 : PERMITS
    if (this.inside[of].size > most) this.wrong.push(`${[...this.inside[of].values()].join()} are inside the ${of}`)
    try {
      await sleep(15)
    } finally {
      this.inside[of].delete(run)
    }
  }

  isGone(run: number): void {
    this.inside.lock.delete(run)
    this.inside.semaphore.delete(run)
    this.kept.delete(run)
  }
}

const script =
  (known: Knowledge, run: number, { uses, isStubborn }: Plan): Script =>
  async ({ attempt, told }) => {
    for (const [index, use] of uses.entries()) {
      const name = `${run}.${attempt}.${index}`
      try {
        await carryOut(known, run, name, use)
      } catch (error) {
        if (error instanceof CancelledError && !isStubborn) throw error
        if (error instanceof Error && !['CancelledError', 'TimeoutError'].includes(error.name)) {
          known.wrong.push(`${name} ${use}: ${error.name}: ${error.message}`)
        }
      }
    }
    // Alive, it holds what it kept and nothing else.
    await told('end')
  }

async function carryOut(known: Knowledge, run: number, name: string, use: Plan['uses'][number]): Promise<void> {
  switch (use) {
    case 'lock':
      return lock('l').use(() => known.work('lock', run, name), wait)
    case 'semaphore':
      return semaphore('s', { permits: PERMITS, bounded: true }).use(() => known.work('semaphore', run, name), wait)
    case 'put':
      await items().put(name, wait)
      known.put.add(name)
      return
    case 'get': {
      const item = await items().get(wait)
      if (known.done.has(item)) known.wrong.push(`${item} was given out after it was done`)
      known.doneAsked.add(item)
      await items().taskDone(item)
      known.done.add(item)
      return
    }
    case 'keep': {
      const item = await items().get(wait)
      known.kept.set(run, [...(known.kept.get(run) ?? []), item])
      return
    }
    case 'event':
      await event('e').wait(wait)
      return
    case 'set':
      return event('e').set()
    case 'clear':
      return event('e').clear()
    case 'barrier':
      await barrier('b', { parties: 3 }).wait(wait)
      return
    case 'wait':
      await condition('c').use(() => condition('c').wait(wait), wait)
      return
    case 'notify':
      return condition('c').use(() => condition('c').notify(), wait)
  }
}

async function happen(world: World, runs: Run[], known: Knowledge, { run: index, ms, what }: Event): Promise<void> {
  const run = runs[index]
  const isAlive = ({ id }: Run) => world.machine.isAlive(id)
  if (what === 'restart') {
    for (const [each, other] of runs.entries()) if (isAlive(other)) known.isGone(each)
    await world.restart()
  } else if (run !== undefined && isAlive(run)) {
    if (what === 'kill') known.isGone(index)
    if (what === 'hold') run.hold()
    else if (what !== 'pass') await run[what]()
  }
  await world.advance(ms)
}

test('scripts lose nothing, hold nothing and exclude each other, whatever cancels, kills and delays them', async () => {
  const plans = fc.array(plan, { minLength: RUNS, maxLength: RUNS })
  await fc.assert(
    fc.asyncProperty(plans, fc.array(anEvent, { maxLength: 25, size: 'max' }), async (scripts, events) => {
      const world = await World.open()
      const known = new Knowledge()
      const runs: Run[] = []
      for (const [index, each] of scripts.entries()) runs.push(await world.run(script(known, index, each)))
      for (const each of events) await happen(world, runs, known, each)
      for (const each of runs) if (world.machine.isAlive(each.id)) await each.letIn()
      // Enough for every script to come to its end, too little for one that was cancelled to be killed.
      await world.advance(3_000)
      const alive = [...runs.keys()].filter((index) => world.machine.isAlive(runs[index]?.id ?? 0))
      const taken = alive.flatMap((index) => known.kept.get(index) ?? []).length
      expect(await world.see(() => Promise.all([lock('l').locked(), lock('c').locked()]))).toEqual([false, false])
      expect(await world.see(() => semaphore('s', { permits: PERMITS, bounded: true }).value())).toBe(PERMITS)
      expect(await world.see(async () => (await items().unfinished()) - (await items().size()))).toBe(taken)

      for (const index of alive) await runs[index]?.tell('end')
      expect(known.wrong).toEqual([])
      for (const each of runs) expect(each.state).toMatch(/succeeded|cancelled/)
      for (const name of ['l', 's', 'items', 'e', 'b', 'c']) expect([name, world.waiting(name)]).toEqual([name, 0])
      const left: string[] = []
      await world.see(async () => {
        while (!(await items().empty())) left.push(await items().tryGet())
      })
      const consumed = runs.flatMap(({ state }, index) => (state === 'succeeded' ? (known.kept.get(index) ?? []) : []))
      expect(left.filter((item) => known.done.has(item) || consumed.includes(item))).toEqual([])
      expect([...known.put].filter((item) => ![...left, ...known.doneAsked, ...consumed].includes(item))).toEqual([])
      expect(new Set(left).size).toBe(left.length)
      world.close()
    }),
    { numRuns: rounds(75) },
  )
})
