/**
 * What a look at who waits for whom costs, and what the Runs page costs while many wait: 256 runs in the line of one lock
 * (`line`), 10,000 calls for a hundred locks (`crowd`), and as many that are all one deadlock (`knot`). Medians.
 */
import { submitMany } from '../src-main/engine/commands/submit.ts'
import type { Engine } from '../src-main/engine/engine.ts'
import { nowView } from '../src-main/engine/feed-views.ts'
import { buildWaitGraph } from '../src-main/engine/waits/graph.ts'
import { findKnots } from '../src-main/core/wait-graph.ts'
import type { Call } from '../src-main/interpreters/calls.ts'
import type { Interpreters, OnReports, Report } from '../src-main/interpreters/interpreters.ts'
import { idleInterpreters, startEngineHere } from './engine-here.ts'
import { inRounds, print, spread } from './rounds.ts'

const lock = (name: string | number): Call => ({ on: 'lock', name: `lock ${name}`, do: 'acquire' })

/** The locks that each run asks for, one after the other. */
const cases: Record<string, (run: number) => number[]> = {
  line: () => [0],
  crowd: (run) => (run < 100 ? [run] : range(64).map((n) => (run * 7 + n) % 100)),
  knot: (run) => [run, ...range(40).map((n) => (run + 1 + n) % RUNS)],
}
const RUNS = 256
const range = (count: number) => Array.from({ length: count }, (_, n) => n)

async function measure(folder: string, asks: (run: number) => number[]) {
  let report: (reports: Report[]) => void = () => undefined
  const connect = (onReports: OnReports): Interpreters => {
    report = onReports
    return idleInterpreters()
  }
  const { engine, stop } = await startEngineHere(folder, { async: 256, process: 0 }, connect)
  await engine.command((state, tick) =>
    submitMany(state, tick, { job: 'no-op async', inputs: range(RUNS).map(() => 'null') }),
  )
  await settled(engine)
  const ids = engine.read(({ live }) => [...live.keys()])
  let call = 0
  const lists = ids.map((_, index) => asks(index))
  for (const turn of range(Math.max(...lists.map((list) => list.length)))) {
    report(
      ids.flatMap((run, index) => {
        const name = lists[index]?.[turn]
        if (name === undefined) return []
        call += 1
        return [{ type: 'call', run, attempt: 1, call, task: 0, place: null, what: lock(name) } as const]
      }),
    )
    await settled(engine)
  }
  const graph = engine.read((state) => buildWaitGraph(state, Infinity))
  const figures = {
    nodes: graph.nodes.length,
    knots: findKnots(graph.nodes, graph.resources).length,
    lookMs: timed(() => {
      const { nodes, resources } = engine.read((state) => buildWaitGraph(state, Infinity))
      findKnots(nodes, resources)
    }),
    runsPageMs: timed(() => nowView(engine).rows()),
  }
  await stop()
  return figures
}

/** Everything sent before is stored. */
const settled = (engine: Engine) => engine.command(() => null)

function timed(work: () => unknown): number {
  const tookMs = range(9).map(() => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return spread(tookMs).median
}

for (const [name, asks] of Object.entries(cases)) {
  const rounds = await inRounds(3, (folder) => measure(folder, asks))
  const lookMs = spread(rounds.map((each) => each.lookMs))
  print('deadlocks', { name, ...rounds[0], lookMs })
}
