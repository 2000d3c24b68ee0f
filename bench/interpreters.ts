/**
 * What interpreters cost and give, in the built host: runs of `process` against a bare spawn of Node from a small process; memory of an
 * interpreter that is idle and of one that is busy; four CPU jobs on the executor `thread` against the same one after the
 * other, and on threads of one run (`toThread`); a named interpreter made, and a call of it there and back.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { availableParallelism } from 'node:os'
import type { Client, Executor, InterpreterReading, Json } from '../src-preload/contract.ts'
import { connectToHost } from '../src-main/cli/connection.ts'
import { bareSpawns } from './bare-spawns.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { inRounds, print, rate, spread } from './rounds.ts'

const PROCESSES = 60
const CALLS = 300
const MIB = 1024 * 1024
/** Less than what a million objects take. */
const HELD_BYTES = 20 * MIB

async function start(client: Client, text: string, executor: Executor, input: Json = null): Promise<number> {
  const code = { from: 'text' as const, name: 'bench.ts', text }
  const definition = { kind: 'script' as const, code, executor }
  return (await client.runs.submit({ what: 'definition', definition, input })).id
}

async function ended(client: Client, id: number): Promise<Json> {
  for (;;) {
    const { lifecycle, outcome, result } = await client.runs.get({ id })
    if (lifecycle !== 'finished') await delay(5)
    else if (outcome === 'succeeded') return result
    else throw new Error(`run ${id} has ${outcome}`)
  }
}

/** Some tenths of a second of work on a core of today, the same for every job. */
const BURN = `
  let sum = 0
  for (let n = 0; n < 80_000_000; n += 1) sum = (sum + n * n) % 1_000_003
  return sum`
const burn = `export default () => {${BURN}\n}`

/** How much shorter four jobs take at once than one after the other. */
async function speedUp(client: Client): Promise<{ thread: number; toThread: number }> {
  await ended(client, await start(client, burn, 'thread'))
  const timed = async (work: () => Promise<unknown>) => {
    const began = performance.now()
    await work()
    return performance.now() - began
  }
  const serialMs = await timed(async () => {
    for (let n = 0; n < 4; n += 1) await ended(client, await start(client, burn, 'thread'))
  })
  const threadMs = await timed(async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(() => start(client, burn, 'thread')))
    await Promise.all(ids.map((id) => ended(client, id)))
  })
  const inRun = `
    import { gather, toThread } from 'signalbox'
    const work = () => {${BURN}\n}
    export default async () => {
      await gather([1, 2, 3, 4].map(() => toThread(() => 1)))
      const began = performance.now()
      for (let n = 0; n < 4; n += 1) await toThread(work)
      const serial = performance.now() - began
      const again = performance.now()
      await gather([1, 2, 3, 4].map(() => toThread(work)))
      return serial / (performance.now() - again)
    }`
  return {
    thread: serialMs / threadMs,
    toThread: (await ended(client, await start(client, inRun, 'process'))) as number,
  }
}

/** Resident and used MiB of an interpreter, once it is as the test says. */
async function memoryOf(client: Client, is: (row: InterpreterReading) => boolean) {
  for (;;) {
    const row = (await client.interpreters.readings()).find((each) => is(each) && each.sampledAt !== null)
    if (row !== undefined && row.rss !== null && row.heapUsed !== null)
      return { rss: row.rss / MIB, heap: row.heapUsed / MIB }
    await delay(100)
  }
}

const rounds = await inRounds(3, async (folder) => {
  const host = await startHostProcess(folder, { slots: 'process=8' })
  const { client, close } = await connectToHost(folder)
  const noOp = 'export default () => null'
  await ended(client, await start(client, noOp, 'process'))
  const before = bareSpawns([process.execPath, '-e', '0'], PROCESSES / 2)
  const succeeded = async () => (await client.engine.status()).finished.succeeded
  const target = (await succeeded()) + PROCESSES
  const spawned = await rate(PROCESSES, async () => {
    await Promise.all(Array.from({ length: PROCESSES }, () => start(client, noOp, 'process')))
    while ((await succeeded()) < target) await delay(10)
  })
  const after = bareSpawns([process.execPath, '-e', '0'], PROCESSES / 2)

  const waits = `import { queue } from 'signalbox'\nexport default () => queue('go').get()`
  const holds = `import { queue } from 'signalbox'
    export default async () => { const all = Array.from({ length: 1e6 }, (_, n) => ({ n })); await queue('go').get(); return all.length }`
  const runs = [
    await start(client, waits, 'process'),
    await start(client, holds, 'process'),
    await start(client, waits, 'async'),
  ]
  const [idle, busy] = runs as [number, number]
  const of = (run: number) => memoryOf(client, (row) => row.kind === 'process' && row.runs[0]?.run === run)
  const memory = {
    process: await of(idle),
    processWithMillionObjects: await memoryOf(
      client,
      (row) => row.runs[0]?.run === busy && (row.heapUsed ?? 0) > HELD_BYTES,
    ),
    asyncPool: await memoryOf(client, ({ kind }) => kind === 'async'),
  }
  for (const value of runs) await client.queues.put({ name: 'go', value, create: {} })
  for (const id of runs) await ended(client, id)

  const createMs: number[] = []
  for (let n = 0; n < 5; n += 1) {
    const began = performance.now()
    const { id } = await client.interpreters.create({})
    await client.interpreters.exec({ interpreter: id, code: '1' })
    createMs.push(performance.now() - began)
  }
  const [first] = await client.interpreters.list()
  if (first === undefined) throw new Error('no interpreter was made')
  const named = await memoryOf(client, (row) => row.interpreter === first.id)
  for (const { id } of await client.interpreters.list()) await client.interpreters.close({ interpreter: id })
  const calls = await ended(
    client,
    await start(
      client,
      `import { interpreters } from 'signalbox'
      export default async () => {
        const sub = await interpreters.create()
        await sub.call(() => 1)
        const began = performance.now()
        for (let n = 0; n < ${CALLS}; n += 1) await sub.call((n: number) => n, n)
        return (performance.now() - began) / ${CALLS}
      }`,
      'process',
    ),
  )
  const figures = { spawned, toBare: spawned / ((before + after) / 2), memory: { ...memory, named }, createMs, calls }
  const speed = await speedUp(client)
  close()
  await endHost(host, 'SIGTERM')
  return { ...figures, speed }
})

const memory = (of: 'process' | 'processWithMillionObjects' | 'asyncPool' | 'named') => ({
  rssMib: spread(rounds.map((round) => round.memory[of].rss)),
  heapMib: spread(rounds.map((round) => round.memory[of].heap)),
})

print('interpreters', {
  processesPerSecond: spread(rounds.map(({ spawned }) => spawned)),
  processesToBareNode: spread(rounds.map(({ toBare }) => toBare)),
  fourCpuJobsOnThreadToOneAfterTheOther: spread(rounds.map(({ speed }) => speed.thread)),
  fourCpuTasksToThreadToOneAfterTheOther: spread(rounds.map(({ speed }) => speed.toThread)),
  namedCreateAndFirstExecMs: spread(rounds.flatMap(({ createMs }) => createMs)),
  namedCallMs: spread(rounds.map(({ calls }) => calls as number)),
  memory: {
    idleProcess: memory('process'),
    processWithMillionObjects: memory('processWithMillionObjects'),
    asyncPoolOfOneRun: memory('asyncPool'),
    idleNamed: memory('named'),
  },
  cores: availableParallelism(),
})
