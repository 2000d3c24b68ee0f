import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connectToHost } from '../src-main/cli/connection.ts'
import { drain, slotsOption } from './draining.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { idlePercent } from './idle.ts'
import { findNode, installPeers, peersFolder } from './peer-packages.ts'
import type { PeerProcess } from './peer-process.ts'
import { startPeerProcess } from './peer-process.ts'
import type { Server } from './servers.ts'
import { findProgram, startPostgres, startRedis } from './servers.ts'
import { measureStarts, PAUSE_MS } from './starting.ts'

/** Jobs one at a time, for the latency. */
export const SAMPLES = 200
const WARM_UP = 20
/** The subject that all others are held against. */
export const OURS = 'signalbox'

export type Figures = {
  drainPerSecond: number
  startMs: number[]
  /** Of one processor, for the worker and its server while there is no job; the sender has gone. */ idlePercent?: number
  versions: string
}
export type Subject = {
  /** How a commit reaches the disk, and what was set. */ settings: string
  /** Jobs of a drain: some seconds' worth. */ jobs: number
  measure: (folder: string, jobs: number) => Promise<Figures>
}

type Peer = {
  /** In `peers/`, named as its package; the packages of its folder are installed for it. */ module: string
  server: 'redis' | 'postgres' | null
  /** Settings of the drain; the best one counts. */ ways: object[]
  node: () => string
}

/** What a few thousand runs leave to do is done by then. */
const CALM_MS = 3_000

const here = () => process.execPath

const peer = (settings: string, jobs: number, peer: Peer): Subject => ({
  settings,
  jobs,
  measure: (folder) => measurePeer(folder, jobs, peer),
})

export const subjects: Record<string, Subject> = {
  [OURS]: {
    settings: 'SQLite, synchronous=FULL; executor async',
    jobs: 100_000,
    async measure(folder, jobs) {
      const host = await startHostProcess(folder, { slots: slotsOption })
      const { client, close } = await connectToHost(folder)
      await drain(client, 'async', jobs / 20)
      const { startToHandlerMs } = await measureStarts(client, SAMPLES)
      // Before the drain: what has come in it is then taken into the search index for a while.
      await delay(CALM_MS)
      const idle = await idlePercent([host.child.pid])
      const drainPerSecond = await drain(client, 'async', jobs)
      close()
      await endHost(host, 'SIGTERM')
      return { drainPerSecond, startMs: startToHandlerMs, idlePercent: idle, versions: `Node ${process.version}` }
    },
  },
  plainjob: peer('SQLite, synchronous=FULL instead of its NORMAL; looks for jobs every 1 ms (default 1 s)', 4_000, {
    module: 'plainjob.js',
    server: null,
    ways: [{}],
    node: here,
  }),
  liteque: peer(
    'SQLite, synchronous=FULL instead of its NORMAL; looks for jobs every 1 ms; Node 20 or 22, better-sqlite3 11.3',
    1_000,
    {
      module: 'liteque/liteque.js',
      server: null,
      ways: [{ concurrency: 1 }, { concurrency: 16 }],
      // A later better-sqlite3 refuses its transactions ("cannot return a promise"), and this one knows no later Node.
      node: () => findNode([20, 22]).path,
    },
  ),
  BullMQ: peer('Redis, appendonly yes, appendfsync always; concurrency 100 or 300, finished jobs removed', 20_000, {
    module: 'bullmq.js',
    server: 'redis',
    ways: [{ concurrency: 100 }, { concurrency: 300 }],
    node: here,
  }),
  'graphile-worker': peer(
    'PostgreSQL, fsync and synchronous_commit on; drain: concurrency 24 or 100, local queue of 500, completions in batches; start: LISTEN/NOTIFY',
    40_000,
    {
      module: 'graphile-worker.js',
      server: 'postgres',
      ways: [{ concurrency: 24 }, { concurrency: 100 }],
      node: here,
    },
  ),
  'pg-boss': peer(
    'PostgreSQL, fsync and synchronous_commit on; drain: the handler gets 1,000 jobs per call, 2 or 4 at once; start: LISTEN/NOTIFY',
    40_000,
    {
      module: 'pg-boss.js',
      server: 'postgres',
      ways: [{ concurrency: 2 }, { concurrency: 4 }],
      node: here,
    },
  ),
  asyncio: {
    settings: 'Python, in memory and in one process: nothing is durable; asyncio.Queue with 16 workers',
    jobs: 200_000,
    async measure(_folder, jobs) {
      const command = [join(peersFolder, 'asyncio_floor.py'), String(jobs), String(SAMPLES)]
      return JSON.parse(execFileSync(findProgram('python3'), command, { encoding: 'utf8' })) as Figures
    },
  },
}

/** A server of its own for each peer and round: no peer meets the files that another has left. */
async function measurePeer(
  folder: string,
  jobs: number,
  { module, server, ways, node: findIt }: Peer,
): Promise<Figures> {
  const program = findIt()
  const packages = join(peersFolder, dirname(module))
  // Only the one that is apart has a package that must be built.
  installPeers(packages, program, packages === peersFolder ? ['--ignore-scripts'] : [])
  const running = server === null ? null : await (server === 'redis' ? startRedis() : startPostgres())
  try {
    const figures = await measureWith(running, program, { folder, jobs, module, ways })
    const name = basename(module, '.js')
    const { version } = JSON.parse(readFileSync(join(packages, 'node_modules', name, 'package.json'), 'utf8')) as {
      version: string
    }
    const node = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim()
    return {
      ...figures,
      versions: [`${name} ${version}`, ...(running === null ? [] : [running.version]), `Node ${node}`].join(', '),
    }
  } finally {
    await running?.stop()
  }
}

async function measureWith(
  server: Server | null,
  node: string,
  { folder, jobs, module, ways }: { folder: string; jobs: number; module: string; ways: object[] },
): Promise<Omit<Figures, 'versions'>> {
  const port = server?.port ?? 0
  const settings = { folder, port, url: `postgres://bench@127.0.0.1:${port}/postgres` }
  const worker = await startPeerProcess(module, { ...settings, isFirst: true }, node)
  const processes = [worker]
  try {
    const drainPerSecond = await drainBest(worker, jobs, ways)
    await worker.ask({ what: 'listen' })
    const sender = await startPeerProcess(module, { ...settings, isFirst: false }, node)
    processes.push(sender)
    const startMs = await startOneByOne(sender, worker)
    await sender.end()
    return { drainPerSecond, startMs, idlePercent: await idlePercent([worker.pid, server?.pid]) }
  } finally {
    await Promise.all(processes.map(({ end }) => end()))
  }
}

/** The best of the ways, after a drain that is not measured. */
async function drainBest(worker: PeerProcess, jobs: number, ways: object[]): Promise<number> {
  const drainOnce = async (count: number, way: object | undefined) => {
    await worker.ask({ what: 'fill', count })
    return (await worker.ask({ what: 'drain', count, way: way ?? {} })) as number
  }
  await drainOnce(jobs / 20, ways[0])
  let best = 0
  for (const way of ways) best = Math.max(best, await drainOnce(jobs, way))
  return best
}

async function startOneByOne(sender: PeerProcess, worker: PeerProcess): Promise<number[]> {
  const startMs: number[] = []
  for (let n = 0; n < SAMPLES + WARM_UP; n += 1) {
    const [startedAtUs, called] = await Promise.all([worker.nextStart(), sender.ask({ what: 'submit' })])
    if (n >= WARM_UP) startMs.push((startedAtUs - (called as { calledAtUs: number }).calledAtUs) / 1_000)
    await delay(PAUSE_MS)
  }
  return startMs
}
