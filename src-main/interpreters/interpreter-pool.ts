/**
 * The executor `async`: one process that owns a few threads, each running many attempts at once. This main thread only hands
 * batches to threads and reports to the supervisor, both unread. It never runs user code, so it answers while threads are blocked.
 */
import { BroadcastChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { entryPath } from '../entry.ts'
import { endWithSupervisor, Incoming, sendFrame } from './descriptors.ts'
import { FrameReader } from './frames.ts'
import type { Frame } from './frames.ts'
import { createBeats } from './heartbeat.ts'
import { TO_RUNS_CHANNEL } from './interpreter-protocol.ts'
import type { InterpreterSettings, ThreadLost, ThreadSettings, ToInterpreter } from './interpreter-protocol.ts'
import { LoopWatch } from './loop-watch.ts'

const settings = JSON.parse(process.argv[2] ?? '') as InterpreterSettings
delete process.env['NODE_COMPILE_CACHE']

const beats = createBeats()
const pool = new Piscina({
  filename: entryPath('interpreter-thread'),
  workerData: { ...settings, beats } satisfies ThreadSettings,
  argv: [],
  minThreads: settings.threads,
  maxThreads: settings.threads,
  // The engine's slots bound what runs; a thread takes whatever comes.
  concurrentTasksPerWorker: 1_000_000,
  idleTimeout: Infinity,
  // With atomics an idle thread blocks its event loop: keep-alive sockets and timers of warm modules would stand still.
  atomics: 'disabled',
})
const toRuns = new BroadcastChannel(TO_RUNS_CHANNEL)

new LoopWatch(
  beats,
  () => pool.threads,
  (report) => sendFrame(JSON.stringify([report])),
)
pool.on('message', (json: string) => sendFrame(json))
// A thread that died with nothing on it; piscina has started another.
pool.on('error', (error: Error) => process.stderr.write(`an idle thread died: ${error.message}\n`))

/** Batches whose thread died in this turn. Piscina rejects all tasks of a thread together, so they are told together. */
let lost: ThreadLost | null = null

new Incoming(new FrameReader(), obey, endWithSupervisor).watch()

function obey(frame: Frame): void {
  if (frame.channel !== 0) void runBatch(frame.channel, frame.payload.toString())
  else toRuns.postMessage(JSON.parse(frame.payload.toString()) as ToInterpreter)
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
