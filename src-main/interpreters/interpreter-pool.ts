/**
 * The executors `async` and `thread`: one process that owns threads, on each of which run many attempts at once, or one. This main
 * thread only hands batches to threads and reports to the supervisor, both unread. It never runs user code, so it answers while
 * threads are blocked.
 */
import { availableParallelism } from 'node:os'
import { BroadcastChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { entryPath } from '../entry.ts'
import { endWithSupervisor, Incoming, sendFrame } from './descriptors.ts'
import { FrameReader } from './frames.ts'
import type { Frame } from './frames.ts'
import { createBeats } from './heartbeat.ts'
import { TO_RUNS_CHANNEL } from './interpreter-protocol.ts'
import type { PoolSettings, ThreadLost, ThreadSettings, ToInterpreter } from './interpreter-protocol.ts'
import { LoopWatch } from './loop-watch.ts'

const settings = JSON.parse(process.argv[2] ?? '') as PoolSettings
const isShared = settings.executor === 'async'
delete process.env['NODE_COMPILE_CACHE']

const beats = createBeats()
const arrivals = new Int32Array(new SharedArrayBuffer(4))
const pool = new Piscina({
  filename: entryPath('interpreter-thread'),
  workerData: { ...settings, beats, arrivals } satisfies ThreadSettings,
  argv: [],
  minThreads: Math.min(settings.threads, availableParallelism()),
  maxThreads: settings.threads,
  // The engine's slots bound what runs; a thread that is shared takes whatever comes.
  concurrentTasksPerWorker: isShared ? 1_000_000 : 1,
  idleTimeout: Infinity,
  // With atomics an idle thread blocks its event loop: keep-alive sockets and timers of warm modules would stand still.
  atomics: 'disabled',
})
const toRuns = new BroadcastChannel(TO_RUNS_CHANNEL)

// Whoever has a thread to itself may keep its loop from turning.
if (isShared) {
  new LoopWatch(
    beats,
    () => pool.threads,
    (report) => sendFrame(JSON.stringify([report])),
  )
}
pool.on('message', (json: string) => sendFrame(json))
// A thread that died with nothing on it; piscina has started another.
pool.on('error', (error: Error) => process.stderr.write(`an idle thread died: ${error.message}\n`))

/** Batches whose thread died in this turn. Piscina rejects all tasks of a thread together, so they are told together. */
let lost: ThreadLost | null = null

new Incoming(new FrameReader(), obey, endWithSupervisor).watch()

function obey(frame: Frame): void {
  if (frame.channel !== 0) void runBatch(frame.channel, frame.payload.toString())
  else tellRuns(JSON.parse(frame.payload.toString()) as ToInterpreter)
}

function tellRuns(message: ToInterpreter): void {
  toRuns.postMessage(message)
  Atomics.add(arrivals, 0, 1)
  Atomics.notify(arrivals, 0)
}

async function runBatch(batch: number, json: string): Promise<void> {
  try {
    await pool.run(json)
  } catch (error) {
    // The thread's end is the only way a batch rejects: user code's errors are endings of their runs.
    loseBatch(batch, error instanceof Error ? error.message : String(error))
  }
}

function loseBatch(batch: number, why: string): void {
  if (lost !== null) {
    lost.batches.push(batch)
    return
  }
  const exitCode = /exited with code: (\d+)/.exec(why)?.[1]
  lost = { type: 'thread_lost', batches: [batch], why, exitCode: exitCode === undefined ? null : Number(exitCode) }
  setImmediate(() => {
    sendFrame(JSON.stringify([lost]))
    lost = null
  })
}
