/**
 * Does a start cost more when many wait for the same thing? The engine alone (attempts return at once).
 * `through`: 3,000 starts through a semaphore of 3 permits for which 1 k and 1 M more runs wait, and 1 k and 100 k that all
 * have a key of their own, each of which is a lane. `beside`: 20,000 runs without a gate drain while as many wait
 * for a semaphore that has no permit. `cpuUs` is the time of the processor per start, which other programs disturb less;
 * `toSmall` is the cost per start in it, and `perSecondToSmall` the rate, held against the same case with 1 k. Each case has
 * a process of its own.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { definitionSchema } from '../src-preload/definition.ts'
import { saveJob } from '../src-main/engine/commands/jobs.ts'
import type { Engine } from '../src-main/engine/engine.ts'
import { changeSemaphore, findSemaphore } from '../src-main/engine/objects/semaphores.ts'
import { instantInterpreters, startEngineHere, submitInBulk, untilSucceeded } from './engine-here.ts'
import { inRounds, print, rate, round, spread } from './rounds.ts'

const PERMITS = 3
const counts = { through: 3_000, beside: 20_000 }
const cases = {
  through1k: { what: 'through', waiting: 1_000, hasKeys: false, small: 'through1k' },
  through1m: { what: 'through', waiting: 1_000_000, hasKeys: false, small: 'through1k' },
  throughKeys1k: { what: 'through', waiting: 1_000, hasKeys: true, small: 'throughKeys1k' },
  throughKeys100k: { what: 'through', waiting: 100_000, hasKeys: true, small: 'throughKeys1k' },
  beside1k: { what: 'beside', waiting: 1_000, hasKeys: false, small: 'beside1k' },
  beside1m: { what: 'beside', waiting: 1_000_000, hasKeys: false, small: 'beside1k' },
  besideKeys100k: { what: 'beside', waiting: 100_000, hasKeys: true, small: 'beside1k' },
} as const
type Case = keyof typeof cases
type Figures = { perSecond: number; cpuUs: number; rssMb: number }

async function measure(name: Case): Promise<Figures> {
  const { what, waiting, hasKeys } = cases[name]
  const count = counts[what]
  const [figures] = await inRounds(1, async (folder) => {
    const { engine, stop } = await startEngineHere(folder, { async: 0, process: 0 }, instantInterpreters)
    await saveGated(engine, hasKeys)
    await setPermits(engine, 0)
    const queued = what === 'through' ? waiting + 2 * count : waiting
    await submitInBulk(engine, 'gated', queued, { inputOf: (n) => `{"n":${n}}` })
    if (what === 'beside') await submitInBulk(engine, 'no-op async', 2 * count)
    const drain = async (runs: number) => {
      const done = untilSucceeded(engine, runs)
      if (what === 'through') await setPermits(engine, PERMITS)
      else await engine.command((state) => void (state.slots.async = 256))
      await done
      await setPermits(engine, 0)
    }
    if (what === 'through') await engine.command((state) => void (state.slots.async = 256))
    await drain(count / 4)
    const before = process.cpuUsage()
    const perSecond = await rate(count, () => drain(count))
    const { user, system } = process.cpuUsage(before)
    const rssMb = process.memoryUsage().rss / 1024 / 1024
    await stop()
    return { perSecond, cpuUs: (user + system) / count, rssMb }
  })
  if (figures === undefined) throw new Error('no round was measured')
  return figures
}

async function saveGated(engine: Engine, hasKeys: boolean): Promise<void> {
  const definition = v.parse(definitionSchema, {
    kind: 'script',
    code: { from: 'text', name: 'no-op.ts', text: 'export default () => null\n' },
    executor: 'async',
    semaphores: [{ name: 'bench' }],
    concurrency: hasKeys ? { key: 'input.n', limit: 1 } : null,
  })
  await engine.command((state, tick) =>
    saveJob(state, tick, { name: 'gated', definition, description: null, priority: 0, replace: true }),
  )
}

async function setPermits(engine: Engine, permits: number): Promise<void> {
  await engine.command((state, tick) => {
    const semaphore = findSemaphore(state, tick, 'semaphore', 'bench')
    changeSemaphore(state, tick, semaphore, { ...semaphore.settings, permits })
  })
}

const asked = process.argv[2]
if (asked !== undefined) console.log(JSON.stringify(await measure(asked as Case)))
else {
  const names = Object.keys(cases) as Case[]
  const rounds = [1, 2, 3].map(() => {
    const measureAlone = (name: Case): Figures =>
      JSON.parse(
        execFileSync(process.execPath, [fileURLToPath(import.meta.url), name], { encoding: 'utf8' }),
      ) as Figures
    return Object.fromEntries(names.map((name) => [name, measureAlone(name)])) as Record<Case, Figures>
  })
  const figuresOf = (name: Case) => ({
    perSecond: spread(rounds.map((figures) => figures[name].perSecond)),
    perSecondToSmall: spread(rounds.map((figures) => figures[name].perSecond / figures[cases[name].small].perSecond)),
    cpuUs: spread(rounds.map((figures) => figures[name].cpuUs)),
    toSmall: spread(rounds.map((figures) => figures[name].cpuUs / figures[cases[name].small].cpuUs)),
    rssMb: round(spread(rounds.map((figures) => figures[name].rssMb)).median),
  })
  print('admission', Object.fromEntries(names.map((name) => [name, figuresOf(name)])))
}
