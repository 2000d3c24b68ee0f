/**
 * The executor `process`: one fresh process for one attempt. The first frame says what to run; the ending is written before the
 * process leaves, and the supervisor proves that it left. Whoever ends the process early (`process.exit`, a crash) leaves
 * no ending behind, and the exit itself becomes one.
 */
import { endWithSupervisor, Incoming, receiveFirstFrame, sendFrame } from './descriptors.ts'
import { FrameReader } from './frames.ts'
import type { Frame } from './frames.ts'
import type { InterpreterSettings, ToInterpreter } from './interpreter-protocol.ts'
import type { Ending } from './interpreters.ts'
import type { Use } from '../core/advisor.ts'
import { parseJson, setImmediate, toJson } from './own-builtins.ts'
import { captureOutput } from './output-capture.ts'
import { ReportBatch } from './report-batch.ts'
import { RunScope } from './run-scope.ts'
import { runScript, threwUnawaited } from './run-script.ts'
import { scriptLoader } from './script-loader.ts'
import { linkCurrentRun } from './sdk/run-link.ts'
import { Gauge } from './telemetry/gauge.ts'
import { measureProcess } from './use-meter.ts'

const settings = JSON.parse(process.argv[2] ?? '') as InterpreterSettings
// The script sees a plain process: neither our argument nor our cache setting.
process.argv.length = 2
delete process.env['NODE_COMPILE_CACHE']
const exit = process.exit.bind(process)

const reader = new FrameReader()
const first = receiveFirstFrame(reader)
if (first === null) endWithSupervisor()
const [startFrame, ...early] = first
const { start, code } = parse(startFrame) as Extract<ToInterpreter, { type: 'start' }>

const reports = new ReportBatch(sendFrame)
const incoming = new Incoming(reader, obey, endWithSupervisor)
const scope = new RunScope(start, reports, (withinMs) => {
  reports.flush()
  incoming.receive(withinMs)
})
let isOver = false
let gauge: Gauge | null = null

linkCurrentRun(() => scope)
captureOutput(() => scope)
process.on('exit', () => {
  if (!isOver) scope.sendHeld()
  reports.flush()
})
for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error: unknown) => {
    end(threwUnawaited(error, scope, event === 'unhandledRejection'))
  })
}
early.forEach(obey)
// Read only when this turn did not end the run: a script that returns at once needs no node:net.
setImmediate(() => incoming.watch())

const loader = scriptLoader({ ...settings, isWarm: false })
let useSoFar: (() => Use) | null = null
// No top-level await: node would warn about it when a script waits for what never comes and the process runs empty.
void runScript(scope, code, loader, () => (useSoFar = measureProcess())).then(end)

function end(ending: Ending): void {
  if (isOver) return
  isOver = true
  const { user, system } = process.cpuUsage()
  scope.end(ending, (user + system) / 1000, useSoFar?.() ?? null)
  reports.flush()
  // Timers and sockets that the script left open do not hold its run.
  exit(0)
}

function obey(frame: Frame): void {
  const message = parse(frame)
  if (message.type === 'abort') scope.abort(message.reason)
  else if (message.type === 'answers') for (const answer of message.answers) scope.runtime?.answer(answer)
  else if (message.type === 'sample') {
    sendFrame(toJson([{ type: 'sample', sample: (gauge ??= new Gauge()).take([start.run], 0) }]))
  }
}

function parse(frame: Frame | undefined): ToInterpreter {
  return parseJson(frame?.payload.toString() ?? '') as ToInterpreter
}
