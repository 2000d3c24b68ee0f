/**
 * A thread of a pool: many runs share its event loop, or one has it to itself. One task is a batch of starts; each
 * run reports its own ending as soon as it has one, all runs of a turn in one message, so a slow run never delays a
 * quick one's report.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { BroadcastChannel, parentPort, receiveMessageOnPort, threadId, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import type { Answer } from './calls.ts'
import type { Use } from '../core/advisor.ts'
import { Heartbeat } from './loop-watch/heartbeat.ts'
import { TO_RUNS_CHANNEL } from './interpreter-protocol.ts'
import type {
  Batch,
  Code,
  Contaminated,
  ScriptStart,
  ThreadSettings,
  ThreadTask,
  ToInterpreter,
} from './interpreter-protocol.ts'
import type { Ending } from './interpreters.ts'
import { CleanRoom, goingOn, leftInWords, someOf } from './clean-room.ts'
import { openLine } from './direct-line-end.ts'
import { captureOutput } from './output-capture.ts'
import { monotonicNow, parseJson, toJson } from './own-builtins.ts'
import { ReportBatch } from './report-batch.ts'
import { watchRunChildren } from './run-children.ts'
import { RunScope } from './run-scope.ts'
import { toRunError } from './run-error.ts'
import { placeOfError, runScript, threwUnawaited } from './run-script.ts'
import { scriptLoader } from './script-loader.ts'
import { linkCurrentRun } from './sdk/run-link.ts'
import { Gauge } from './telemetry/gauge.ts'
import { runsOf } from './thread-batches.ts'
import { measureThread } from './use-meter.ts'

/** How many toRuns for runs we do not know are remembered: they may overtake their start, or come after the end. */
const MAX_EARLY_ABORTS = 1_000

/** Piscina wraps what we hand it; the pool passes the settings as its workerData. */
const settings = workerData as ThreadSettings

type Running = {
  scope: RunScope
  /** Is given what the thread had used when the run ended; null where runs share it. */
  onEnd: (cpu: NodeJS.CpuUsage | null) => void
  cpuBefore: NodeJS.CpuUsage | null
  /** Null when it did not begin alone, for then nobody can tell whose time it was, or is not measured. */
  useSoFar: (() => Use) | null
  /** What kept the thread going when it began alone; null when it did not. */
  goingBefore: ReadonlyMap<string, number> | null
  /** How many had begun here by then, itself included. */
  begun: number
}

/** Otherwise one run has the thread to itself: it may block it, and the thread's CPU time is its own. */
const isShared = settings.executor === 'async'

const reports = new ReportBatch((json) => parentPort?.postMessage(json))
const loader = scriptLoader({ ...settings, isWarm: true })
const current = new AsyncLocalStorage<RunScope>()
const running = new Map<string, Running>()
let begun = 0
let isContaminated = false
const gauge = new Gauge()
let runsDone = 0
const earlyAborts = new Map<string, string>()
const heartbeat = new Heartbeat(settings.beats, () => running.size > 0)

linkCurrentRun(() => current.getStore())
captureOutput(() => current.getStore())
const children = watchRunChildren(() => {
  const scope = current.getStore()
  if (scope === undefined) return null
  const label = keyOf(scope.start)
  return { label, hasEnded: !running.has(label) }
})

for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error: unknown) => {
    const scope = current.getStore()
    // Without a run it is nobody's failure but the thread's: it dies as it would without us, and its runs with it.
    if (scope === undefined) throw error
    if (running.has(keyOf(scope.start))) finish(scope, threwUnawaited(error, scope, event === 'unhandledRejection'))
    else tellLate(scope, error)
  })
}

/**
 * `process.exit()` would end the thread and interrupt every run on it, the caller's among them, which would then be started
 * again, and exit again. Here it ends the run that calls it, as it does in a process; the throw keeps the promise not to return.
 */
const exitThread = process.exit
process.exit = (code) => {
  const scope = current.getStore()
  if (scope === undefined) return exitThread(code)
  const exitCode = Number(code ?? process.exitCode ?? 0)
  finish(scope, { how: 'exited', code: exitCode, signal: null })
  throw new Error(`process.exit(${exitCode}) ended this run`)
}

/** Made here, after all that we replace ourselves and before any user code. */
const cleanRoom = new CleanRoom()

const toRuns = new BroadcastChannel(TO_RUNS_CHANNEL)
/** Node takes it for a port here; its types do not say so. */
const portToRuns = toRuns as unknown as MessagePort
toRuns.onmessage = (event: { data: unknown }) => obey(event.data as ToRuns)

type ToRuns = Extract<ToInterpreter, { type: 'abort' | 'answers' | 'sample' }>

function obey(message: ToRuns): void {
  if (message.type === 'answers') message.answers.forEach(passOn)
  else if (message.type === 'sample') tellSample()
  else abort(message)
}

/** Blocks until a message has come and was obeyed, or `withinMs` are over. */
function receive(withinMs: number): void {
  reports.flush()
  const until = monotonicNow() + withinMs
  for (;;) {
    // Read before the look: what comes after it has changed the number, and the wait returns at once.
    const arrived = Atomics.load(settings.arrivals, 0)
    const received: { message: ToRuns } | undefined = receiveMessageOnPort(portToRuns)
    if (received !== undefined) {
      obey(received.message)
      return
    }
    const leftMs = until - monotonicNow()
    if (leftMs <= 0) return
    Atomics.wait(settings.arrivals, 0, arrived, leftMs)
  }
}

function tellSample(): void {
  const runs = running.values().map(({ scope }) => scope.start.run)
  parentPort?.postMessage(toJson([{ type: 'sample', sample: gauge.take(runs, runsDone) }]))
}

function passOn(answer: Answer): void {
  const scope = running.get(keyOf(answer))?.scope
  if (scope !== undefined) current.run(scope, () => scope.runtime?.answer(answer))
}

function abort({ run, attempt, reason }: Extract<ToInterpreter, { type: 'abort' }>): void {
  const scope = running.get(`${run}.${attempt}`)?.scope
  if (scope !== undefined) current.run(scope, () => scope.abort(reason))
  else if (earlyAborts.size < MAX_EARLY_ABORTS) earlyAborts.set(`${run}.${attempt}`, reason)
}

/** Piscina's task: resolves when every run of the batch that is begun here has ended. A text is a `Batch` in JSON. */
export default function runTask(task: string | ThreadTask): Promise<void> {
  return typeof task === 'string' ? runTogether(task) : runInTurn(task)
}

async function runInTurn(task: ThreadTask): Promise<void> {
  const batch = parseJson(task.json) as Batch
  // One begins where the one before it has ended, so one look serves both: it costs as much as a short run.
  let cpu: NodeJS.CpuUsage | null = process.threadCpuUsage()
  for (const start of runsOf(batch, task)) {
    const cpuBefore = cpu
    cpu = await new Promise((resolve) => begin(start, codeOf(start, batch.codes), cpuBefore, resolve))
  }
}

function runTogether(json: string): Promise<void> {
  const { codes, starts } = parseJson(json) as Batch
  return new Promise((resolve) => {
    let left = starts.length
    const onEnd = () => {
      if (--left === 0) resolve()
    }
    for (const start of starts) begin(start, codeOf(start, codes), null, onEnd)
  })
}

function codeOf({ code, run }: Batch['starts'][number], codes: Code[]): Code {
  const found = codes[code]
  if (found === undefined) throw new RangeError(`a batch without the code of run ${run}`)
  return found
}

function begin(start: ScriptStart, code: Code, cpuBefore: NodeJS.CpuUsage | null, onEnd: Running['onEnd']): void {
  const key = keyOf(start)
  const scope = new RunScope(start, reports, isShared ? null : receive)
  const goingBefore = running.size === 0 ? goingOn() : null
  begun += 1
  running.set(key, { scope, onEnd, cpuBefore, useSoFar: null, goingBefore, begun })
  if (isShared) heartbeat.begin()
  const earlyReason = earlyAborts.get(key)
  if (earlyReason !== undefined) {
    earlyAborts.delete(key)
    scope.abort(earlyReason)
  }
  // All of it inside the run: whatever rejects here against all odds ends this run and not the thread.
  void current.run(scope, async () => finish(scope, await runScript(scope, code, loader, () => measure(key))))
}

/**
 * The first ending counts: a run that failed by a forgotten promise, or exited, may still return. One that was asked to stop
 * has ended when the programs it started were seen dead.
 */
function finish(scope: RunScope, ending: Ending): void {
  const key = keyOf(scope.start)
  const known = running.get(key)
  if (known === undefined) return
  running.delete(key)
  tellWhatItLeaves(known)
  runsDone += 1
  void known.scope.runtime?.release()
  const use = isAlone(known) ? (known.useSoFar?.() ?? null) : null
  const tell = () => {
    const { cpuBefore, onEnd } = known
    const cpu = cpuBefore === null ? null : process.threadCpuUsage()
    scope.end(ending, cpu === null || cpuBefore === null ? null : cpuMsBetween(cpuBefore, cpu), use)
    onEnd(cpu)
  }
  const dying = scope.isAborted ? children.tryEnd(key) : null
  if (dying === null) {
    children.forget(key)
    tell()
  } else void dying.then(tell)
}

/** Nothing else ran on this thread from its begin until now. */
const isAlone = ({ goingBefore, begun: begunBy }: Running): boolean => goingBefore !== null && begun === begunBy

/** Said before the ending, after which nothing counts. Who shares the thread may have done it as well; the message says so. */
function tellWhatItLeaves(ended: Running): void {
  const { scope, goingBefore } = ended
  const wasAlone = isAlone(ended)
  const left = goingBefore !== null && wasAlone ? leftInWords(goingBefore) : null
  if (left !== null) {
    scope.send({
      type: 'finding',
      kind: 'left_behind',
      message: `It has ended and left ${left} going, which lasts as long as the interpreter that it shares.`,
      place: null,
    })
  }
  const found = cleanRoom.look()
  if (found === null) return
  const who = wasAlone ? 'It' : 'It, or a run beside it on its thread,'
  if (found.globals.length > 0) {
    scope.send({
      type: 'finding',
      kind: 'left_behind',
      message: `${who} has left names in the global scope, which later runs see: ${someOf(found.globals)}.`,
      place: null,
    })
  }
  if (found.changed.length === 0) return
  scope.send({
    type: 'finding',
    kind: 'contaminated',
    message: `${who} has changed what all runs of this interpreter share: ${someOf(found.changed)}. Later runs get a new one.`,
    place: null,
  })
  if (isContaminated) return
  isContaminated = true
  parentPort?.postMessage(toJson([{ type: 'contaminated' } satisfies Contaminated]))
}

/** Runs of which it was said: a timer that fails again and again is one finding. */
const toldLate = new WeakSet<RunScope>()

/** It has its outcome; what comes now is kept beside that, with its own run and no other. */
function tellLate(scope: RunScope, error: unknown): void {
  if (toldLate.has(scope)) return
  toldLate.add(scope)
  const { run, attempt } = scope.start
  const { name, message } = toRunError(error)
  const words = `After it had ended: ${name}: ${message}`.slice(0, 2_000)
  reports.add({ type: 'finding', run, attempt, kind: 'late_failure', message: words, place: placeOfError(error) })
}

const cpuMsBetween = (before: NodeJS.CpuUsage, after: NodeJS.CpuUsage): number =>
  (after.user - before.user + after.system - before.system) / 1_000

function measure(key: string): void {
  const known = running.get(key)
  if (known !== undefined && isAlone(known)) known.useSoFar = measureThread()
}

function keyOf({ run, attempt }: { run: number; attempt: number }): string {
  return `${run}.${attempt}`
}

// Before any run begins: what it leaves open is told from what was open.
if (settings.line !== null) await openLine(settings.line, threadId, (json) => void runTogether(json))
