/**
 * A durable queue at speed: one producer and four consumers, runs of the `async` executor, pass items through a queue of
 * 100. Each item is stored, taken and removed, each step answered after its commit. `loop`: each consumer is a `for await`,
 * with one item under way; `wide`: each has 32 under way. The producer has 128 puts under way, so a full queue is seen to
 * block it: `putting` is how many of its puts wait, looked at every 10 ms. Executors and engine are real, the store is on disk.
 */
import * as v from 'valibot'
import { submitSchema } from '../src-preload/contract.ts'
import { submit } from '../src-main/engine/commands/submit.ts'
import type { Engine } from '../src-main/engine/engine.ts'
import { runDetail } from '../src-main/engine/views.ts'
import { startEngineHere } from './engine-here.ts'
import { probeSqlite } from './probe.ts'
import { inRounds, percentile, print, rate, spread } from './rounds.ts'

const ITEMS = 100_000
const WARM_UP = 2_000
const CONSUMERS = 4
const MAXSIZE = 100
const PUTS_UNDER_WAY = 128

type Input = { name: string; items: number; underWay: number }

const PRODUCER = `
import { queue } from 'signalbox'
export default async function ({ name, items, underWay }) {
  const q = queue(name, { maxsize: ${MAXSIZE} })
  let next = 0
  const put = async () => {
    while (next < items) await q.put(next++)
  }
  await Promise.all(Array.from({ length: underWay }, put))
  await q.join()
  await q.shutdown()
}`

const CONSUMER = `
import { queue } from 'signalbox'
export default async function ({ name, underWay }) {
  let count = 0
  let sum = 0
  const take = async () => {
    for await (const item of queue(name, { maxsize: ${MAXSIZE} })) {
      count += 1
      sum += item
    }
  }
  await Promise.all(Array.from({ length: underWay }, take))
  return { count, sum }
}`

async function start(engine: Engine, text: string, input: Input): Promise<number> {
  const code = { from: 'text' as const, name: 'queue.ts', text }
  const definition = { kind: 'script' as const, code, executor: 'async' as const }
  const request = v.parse(submitSchema, { what: 'definition', definition, input })
  return (await engine.command((state, tick) => submit(state, tick, request))).id
}

/** Resolves with what each of the runs returned. */
async function results(engine: Engine, runs: number[]): Promise<unknown[]> {
  const details = () => runs.map((run) => engine.read((state) => runDetail(state, run)))
  await new Promise<void>((resolve) => {
    engine.onChanges(() => {
      if (runs.every((run) => engine.read((state) => !state.live.has(run)))) resolve()
    })
  })
  return details().map(({ outcome, error, result }) => {
    if (outcome !== 'succeeded') throw new Error(`a run ended ${outcome}: ${error?.message}`)
    return result
  })
}

/** Passes so many items through a new queue; how fast, and what was seen of it meanwhile. */
async function pass(engine: Engine, name: string, items: number, underWay: number) {
  const putting: number[] = []
  const looking = setInterval(() => {
    const queue = engine.read(({ objects }) => objects.queues.get(name))
    if (queue !== undefined) putting.push(queue.putting.size)
  }, 10)
  const perSecond = await rate(items, async () => {
    const consumers: number[] = []
    for (let n = 0; n < CONSUMERS; n += 1) consumers.push(await start(engine, CONSUMER, { name, items, underWay }))
    const producer = await start(engine, PRODUCER, { name, items, underWay: PUTS_UNDER_WAY })
    const taken = (await results(engine, [...consumers, producer])).slice(0, CONSUMERS) as {
      count: number
      sum: number
    }[]
    const count = taken.reduce((total, each) => total + each.count, 0)
    const sum = taken.reduce((total, each) => total + each.sum, 0)
    if (count !== items || sum !== (items * (items - 1)) / 2) throw new Error(`${count} of ${items} items came through`)
  })
  clearInterval(looking)
  return { perSecond, blockedShare: putting.filter((size) => size > 0).length / putting.length, putting }
}

const rounds = await inRounds(3, async (folder) => {
  const { engine, stop } = await startEngineHere(folder, { async: 16, process: 1 })
  await pass(engine, 'warm-up', WARM_UP, 8)
  const probe = probeSqlite(folder)
  const loop = await pass(engine, 'loop', ITEMS, 1)
  const wide = await pass(engine, 'wide', ITEMS, 32)
  await stop()
  return { probe, loop, wide }
})

const figures = (way: 'loop' | 'wide') => ({
  itemsPerSecond: spread(rounds.map((round) => round[way].perSecond)),
  itemsToInsert1: spread(rounds.map((round) => round[way].perSecond / round.probe.insert1)),
  itemsToCycle100: spread(rounds.map((round) => round[way].perSecond / round.probe.cycle100)),
  blockedShare: spread(rounds.map((round) => round[way].blockedShare)),
  puttingP50: spread(rounds.map((round) => percentile(round[way].putting, 0.5))),
})
print('queue', {
  items: ITEMS,
  loop: figures('loop'),
  wide: figures('wide'),
  insert1: spread(rounds.map(({ probe }) => probe.insert1)),
  cycle100: spread(rounds.map(({ probe }) => probe.cycle100)),
})
