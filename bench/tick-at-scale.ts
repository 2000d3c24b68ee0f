/**
 * Does the cost of a turn grow with the backlog? The engine alone (attempts return at once) drains 20,000 runs with 1
 * k, 100 k and 1 M more pending behind them, with 1 M runs of a paused job beside them, with 100 k delayed ones, and with
 * 10 M that have finished.
 * `timerLateP99Ms` is how late a 1 ms timer on the engine's thread fires meanwhile. Each case has a process of its own,
 * so that its memory can be read.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setJobPaused } from '../src-main/engine/commands/jobs.ts'
import { instantInterpreters, startEngineHere, submitInBulk, untilSucceeded } from './engine-here.ts'
import { writeFinished } from './past.ts'
import { probeSqlite } from './probe.ts'
import { inRounds, percentile, print, rate, round, spread } from './rounds.ts'

const DRAINED = 20_000
const cases = {
  pending1k: { job: 'no-op async', backlog: 1_000, isPaused: false, delayMs: 0, finished: 0 },
  pending100k: { job: 'no-op async', backlog: 100_000, isPaused: false, delayMs: 0, finished: 0 },
  pending1m: { job: 'no-op async', backlog: 1_000_000, isPaused: false, delayMs: 0, finished: 0 },
  paused1m: { job: 'true', backlog: 1_000_000, isPaused: true, delayMs: 0, finished: 0 },
  delayed100k: { job: 'no-op async', backlog: 100_000, isPaused: false, delayMs: 86_400_000, finished: 0 },
  finished10m: { job: 'no-op async', backlog: 1_000, isPaused: false, delayMs: 0, finished: 10_000_000 },
}
type Case = keyof typeof cases
type Figures = { perSecond: number; timerLateP99Ms: number; rssMb: number; cycle100: number }

async function measure(name: Case): Promise<Figures> {
  const { job, backlog, isPaused, delayMs, finished } = cases[name]
  const [figures] = await inRounds(1, async (folder) => {
    const { engine, stop } = await startEngineHere(folder, { async: 0, process: 0 }, instantInterpreters)
    const drainOnce = async (count: number) => {
      const done = untilSucceeded(engine, count)
      await engine.command((state) => void (state.slots.async = 256))
      await done
    }
    if (finished > 0) await writeFinished(engine, finished)
    await submitInBulk(engine, 'no-op async', 2 * DRAINED)
    await submitInBulk(engine, job, backlog, { delayMs })
    if (isPaused) await engine.command((state, tick) => setJobPaused(state, tick, job, true))
    const cycle100 = probeSqlite(folder).cycle100
    await drainOnce(DRAINED / 4)
    const lateMs: number[] = []
    let lastTick = performance.now()
    const timer = setInterval(() => {
      const now = performance.now()
      lateMs.push(now - lastTick - 1)
      lastTick = now
    }, 1)
    const perSecond = await rate(DRAINED, () => drainOnce(DRAINED))
    clearInterval(timer)
    const timerLateP99Ms = percentile(lateMs, 0.99)
    const rssMb = process.memoryUsage().rss / 1024 / 1024
    await stop()
    return { perSecond, timerLateP99Ms, rssMb, cycle100 }
  })
  if (figures === undefined) throw new Error('no round was measured')
  return figures
}

const asked = process.argv[2]
if (asked !== undefined) console.log(JSON.stringify(await measure(asked as Case)))
else {
  const names = Object.keys(cases) as Case[]
  const rounds = [1, 2, 3].map(() =>
    Object.fromEntries(
      names.map((name) => {
        const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), name], { encoding: 'utf8' })
        return [name, JSON.parse(output) as Figures]
      }),
    ),
  )
  const figuresOf = (name: Case) => {
    const of = (pick: (figures: Figures, small: Figures) => number) =>
      spread(
        rounds.flatMap((figures) => {
          const own = figures[name]
          const small = figures['pending1k']
          return own === undefined || small === undefined ? [] : [pick(own, small)]
        }),
      )
    return {
      perSecond: of((own) => own.perSecond),
      timerLateP99Ms: of((own) => own.timerLateP99Ms),
      toSmall: of((own, small) => own.perSecond / small.perSecond),
      toCycle100: of((own) => own.perSecond / own.cycle100),
      rssMb: round(of((own) => own.rssMb).median),
    }
  }
  print('tick-at-scale', Object.fromEntries(names.map((name) => [name, figuresOf(name)])))
}
