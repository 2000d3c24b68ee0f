/**
 * The executors `async` and `thread`: one process that owns threads, on each of which run many attempts at once, or
 * one. This main thread hands batches to threads and reports to the supervisor. It never runs user code, so it answers
 * while threads are blocked.
 */
import { BroadcastChannel } from 'node:worker_threads'
import type { Worker } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { slotLimits } from '../../src-preload/limits.ts'
import { entryPath } from '../entry.ts'
import { endWithSupervisor, Incoming, sendFrame } from './descriptors.ts'
import { FrameReader } from './frames.ts'
import type { Frame } from './frames.ts'
import { createBeats } from './loop-watch/heartbeat.ts'
import { TO_RUNS_CHANNEL } from './interpreter-protocol.ts'
import type { PoolSettings, ThreadLost, ThreadSettings, ToInterpreter } from './interpreter-protocol.ts'
import { LoopWatch } from './loop-watch/loop-watch.ts'
import { ThreadBatches } from './thread-batches.ts'

const settings = JSON.parse(process.argv[2] ?? '') as PoolSettings
const isShared = settings.executor === 'async'
delete process.env['NODE_COMPILE_CACHE']

/** How long a thread that was made for runs that had to wait is kept for the next ones. */
const APART_IDLE_MS = 10_000

const beats = createBeats()
const arrivals = new Int32Array(new SharedArrayBuffer(4))
const options = {
  filename: entryPath('interpreter-thread'),
  workerData: { ...settings, beats, arrivals } satisfies ThreadSettings,
  argv: [],
  // The engine's slots bound what runs; a thread that is shared takes whatever comes.
  concurrentTasksPerWorker: isShared ? 1_000_000 : 1,
  idleTimeout: Infinity,
  // With atomics an idle thread blocks its event loop: keep-alive sockets and timers of warm modules would stand still.
  atomics: 'disabled' as const,
}
const pool = new Piscina({ ...options, minThreads: settings.threads, maxThreads: settings.threads })
/** Made at the first use; its threads are given up after a while. The engine's slots bound how many there are. */
let poolApart: Piscina | null = null
const threadBatches = new ThreadBatches({
  threads: settings.threads,
  run: (task) => pool.run(task),
  runApart: (task) =>
    (poolApart ??= watched(
      new Piscina({ ...options, minThreads: 0, maxThreads: slotLimits.thread, idleTimeout: APART_IDLE_MS }),
    )).run(task),
  onLost: (run, error) =>
    sendFrame(
      JSON.stringify([{ type: 'thread_lost', batches: [], threads: [], run, ...wordsOf(error) } satisfies ThreadLost]),
    ),
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
watched(pool)

/** Of what died in this turn. Piscina rejects all tasks of a thread together, so they are told together. */
let lost: ThreadLost | null = null
const followed = new WeakSet<Worker>()
if (settings.line !== null) {
  followThreads()
  pool.on('workerCreate', followThreads)
}

new Incoming(new FrameReader(), obey, endWithSupervisor).watch()

function watched(threads: Piscina): Piscina {
  threads.on('message', (json: string) => sendFrame(json))
  // A thread that died with nothing on it; piscina has started another.
  threads.on('error', (error: Error) => process.stderr.write(`an idle thread died: ${error.message}\n`))
  return threads
}

function obey(frame: Frame): void {
  if (frame.channel !== 0 && isShared) void runBatch(frame.channel, frame.payload.toString())
  else if (frame.channel !== 0) threadBatches.start(frame.payload.toString())
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
    lossOf(error).batches.push(batch)
  }
}

/** What is lost with a thread that dies in this turn. */
function lossOf(error: unknown): ThreadLost {
  if (lost !== null) return lost
  const loss: ThreadLost = { type: 'thread_lost', batches: [], threads: [], run: null, ...wordsOf(error) }
  lost = loss
  setImmediate(() => {
    sendFrame(JSON.stringify([loss]))
    lost = null
  })
  return loss
}

/** Of what came to a thread on its own line only its end is seen here. */
function followThreads(): void {
  for (const thread of pool.threads) {
    if (followed.has(thread)) continue
    followed.add(thread)
    const { threadId } = thread
    let isDead = false
    const lose = (error: unknown) => {
      if (!isDead) lossOf(error).threads.push(threadId)
      isDead = true
    }
    thread.once('error', lose)
    thread.once('exit', (code) => lose(new Error(`worker exited with code: ${code}`)))
  }
}

function wordsOf(error: unknown): { why: string; exitCode: number | null } {
  const why = error instanceof Error ? error.message : String(error)
  const exitCode = /exited with code: (\d+)/.exec(why)?.[1]
  return { why, exitCode: exitCode === undefined ? null : Number(exitCode) }
}
