/**
 * The process that spawns, watches, kills and relays, and does nothing else: small, so that a fork is cheap whatever the
 * host weighs, and dull, so that it does not die. Its standard input closes when the host ends, in whatever way; then it kills
 * everything it started and ends too.
 */
import { availableParallelism } from 'node:os'
import { collectEvery } from './collect-every.ts'
import { encodeFrame, FrameReader, frameTypes } from './frames.ts'
import { systemSamples } from './process-samples.ts'
import { SupervisedProcess } from './supervised-process.ts'
import type { Upstream } from './supervised-process.ts'
import { TAG_VARIABLE } from './supervisor-protocol.ts'
import type { FromSupervisor, ToSupervisor } from './supervisor-protocol.ts'
import { TempFolders } from './temp-folders.ts'
import { systemTempSource, TempWatch } from './temp-watch.ts'
import { UsageWatch } from './usage-watch.ts'
import type { WatchTimers } from './usage-watch.ts'
import { isOfLife } from './process-marks.ts'
import { Sweeper } from './sweeper.ts'
import { sweep } from './tagged-processes.ts'

/** More unsent bytes than this, and the children are not read until the engine has taken them. */
const MAX_UNSENT_BYTES = 1024 * 1024
/** Reports of one frame; with 256 lines each, more would be many megabytes of JSON in one piece. */
const MAX_REPORTS = 64
const SWEEP_PAUSE_MS = 10
const LAUNCHED_DELAY_MS = 10
/** Bytes passed on between two collections. */
const COLLECT_BYTES = 1024 * 1024

const ownTag = process.env[TAG_VARIABLE] ?? ''
const life = ownTag.slice(0, ownTag.lastIndexOf('/'))
const [, , tempRoot = ''] = process.argv
const environment = { ...process.env }
// What only this process needed is not handed on.
delete environment['ELECTRON_RUN_AS_NODE']
delete environment['NODE_COMPILE_CACHE']
const source = systemSamples()
const timers: WatchTimers = {
  monoMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
const usage = source === null ? null : new UsageWatch(source, timers, availableParallelism())
const tempSource = systemTempSource()
const tempUse = tempSource === null ? null : new TempWatch(tempSource, timers)
const temps = new TempFolders(tempRoot, life.slice(life.indexOf('/') + 1))
const shared = { life, environment, sweeper: new Sweeper(), temps, usage, tempUse }

const processes = new Map<number, SupervisedProcess>()
let reports: FromSupervisor[] = []
let lazyFlush: NodeJS.Timeout | null = null
let nextFlush: NodeJS.Immediate | null = null
let isPaused = false
let isHostGone = false
const relayed = collectEvery(COLLECT_BYTES)

const upstream: Upstream = {
  report(message) {
    reports.push(message)
    if (reports.length >= MAX_REPORTS) flush()
    // A short command is over before anybody needs its pid: one frame then says both.
    else if (message.type === 'launched') lazyFlush ??= setTimeout(flush, LAUNCHED_DELAY_MS)
    else nextFlush ??= setImmediate(flush)
  },
  relay(channel, bytes) {
    relayed(bytes.length)
    // What was reported before goes first: order within a channel is kept.
    if (reports.length > 0) flush()
    write(encodeFrame(frameTypes.relay, channel, bytes))
  },
  forget(channel) {
    processes.delete(channel)
    if (isHostGone && processes.size === 0) void endAfterSweep()
  },
}

function flush(): void {
  if (lazyFlush !== null) clearTimeout(lazyFlush)
  if (nextFlush !== null) clearImmediate(nextFlush)
  lazyFlush = null
  nextFlush = null
  if (reports.length === 0) return
  const batch = reports
  reports = []
  write(encodeFrame(frameTypes.control, 0, JSON.stringify(batch)))
}

function write(frame: Buffer): void {
  if (isHostGone) return
  process.stdout.write(frame)
  if (!isPaused && process.stdout.writableLength > MAX_UNSENT_BYTES) {
    setPaused(true)
    process.stdout.once('drain', () => setPaused(false))
  }
}

function setPaused(paused: boolean): void {
  isPaused = paused
  for (const supervised of processes.values()) supervised.setPaused(paused)
}

function obey(message: ToSupervisor): void {
  switch (message.type) {
    case 'launch':
      launch(message.channel, message.launch)
      return
    case 'terminate':
      processes.get(message.channel)?.terminate()
      return
    case 'kill':
      processes.get(message.channel)?.kill()
      return
    case 'remove_temps':
      temps.removeLives(message.lives)
      return
    case 'ping':
      upstream.report({ type: 'alive' })
      return
    default:
      message satisfies never
  }
}

function launch(channel: number, wanted: Extract<ToSupervisor, { type: 'launch' }>['launch']): void {
  try {
    const supervised = new SupervisedProcess(channel, wanted, shared, upstream)
    processes.set(channel, supervised)
    if (isPaused) supervised.setPaused(true)
  } catch (error) {
    // Process start is an edge: spawn throws some refusals of the system (E2BIG, a null byte in an argument) at once.
    const { code, message } = error as NodeJS.ErrnoException
    upstream.report({ type: 'unlaunchable', channel, code: code ?? 'UNKNOWN', message, isFolderMissing: false })
  }
}

function endWithHost(): void {
  if (isHostGone) return
  isHostGone = true
  setPaused(false)
  for (const supervised of processes.values()) supervised.kill()
  if (processes.size === 0) void endAfterSweep()
}

/** The last look: whatever escaped its group long ago and was never asked for is found by this life's tag. */
async function endAfterSweep(): Promise<void> {
  const isOurs = { tag: (tag: string) => tag.startsWith(`${life}/`), mark: (mark: bigint) => isOfLife(mark, life) }
  while (sweep([isOurs]).some((killed) => killed > 0)) {
    await new Promise((resolve) => setTimeout(resolve, SWEEP_PAUSE_MS))
  }
  await temps.close()
  process.exit(0)
}

// A Ctrl-C in the terminal is the host's to interpret; it tells us what to end, or closes our input.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

const reader = new FrameReader()
process.stdin.on('data', (chunk: Buffer) => {
  relayed(chunk.length)
  for (const frame of reader.push(chunk)) {
    if (frame.type === frameTypes.relay) processes.get(frame.channel)?.send(Buffer.from(frame.payload))
    else for (const message of JSON.parse(frame.payload.toString()) as ToSupervisor[]) obey(message)
  }
})
process.stdin.on('close', endWithHost)
process.stdin.on('error', endWithHost)
process.stdout.on('error', endWithHost)
