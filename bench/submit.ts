/** Storing runs at the engine's inbox: five thousand at a time, and awaited one by one with 1 or 64 under way. */
import * as v from 'valibot'
import { submitSchema } from '../src-preload/contract.ts'
import { submit } from '../src-main/engine/commands/submit.ts'
import { idleInterpreters, startEngineHere, submitInBulk } from './engine-here.ts'
import { probeSqlite } from './probe.ts'
import { inRounds, print, rate, spread } from './rounds.ts'

const BULK = 100_000
const one = v.parse(submitSchema, { what: 'job', job: 'no-op async', input: { n: 1 } })

const rounds = await inRounds(3, async (folder) => {
  const { engine, stop } = await startEngineHere(folder, { async: 0, process: 0 }, idleInterpreters)
  const submitEach = async (count: number, inFlight: number) => {
    let left = count
    const submitter = async () => {
      while (left > 0) {
        left -= 1
        await engine.command((state, tick) => submit(state, tick, one))
      }
    }
    await Promise.all(Array.from({ length: inFlight }, submitter))
  }
  // The second half is measured: the first lets the compiler and the page cache warm up.
  const bulk = () => submitInBulk(engine, 'no-op async', BULK)
  await bulk()
  await submitEach(5_000, 64)
  const probe = probeSqlite(folder)
  const figures = {
    bulk: await rate(BULK, bulk),
    inFlight64: await rate(20_000, () => submitEach(20_000, 64)),
    inFlight1: await rate(2_000, () => submitEach(2_000, 1)),
  }
  await stop()
  return { probe, figures }
})

print('submit', {
  bulkPerSecond: spread(rounds.map(({ figures }) => figures.bulk)),
  bulkToInsert1000: spread(rounds.map(({ figures, probe }) => figures.bulk / probe.insert1000)),
  inFlight64PerSecond: spread(rounds.map(({ figures }) => figures.inFlight64)),
  inFlight64ToInsert1: spread(rounds.map(({ figures, probe }) => figures.inFlight64 / probe.insert1)),
  inFlight1PerSecond: spread(rounds.map(({ figures }) => figures.inFlight1)),
  inFlight1ToInsert1: spread(rounds.map(({ figures, probe }) => figures.inFlight1 / probe.insert1)),
  insert1: spread(rounds.map(({ probe }) => probe.insert1)),
  insert1000: spread(rounds.map(({ probe }) => probe.insert1000)),
})
