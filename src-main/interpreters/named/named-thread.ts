/**
 * The thread of a named interpreter, whose globals are the interpreter's. The engine gives it one thing to do at a time, and
 * beside it what is called in the background.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { entryPath } from '../../entry.ts'
import { isTooDeep } from '../../../src-preload/json-depth.ts'
import { interpreterLimits } from '../../../src-preload/limits.ts'
import type { LogLevel } from '../../../src-preload/log-levels.ts'
import { inspect } from '../lean-builtins.ts'
import { LineSplitter } from '../line-splitter.ts'
import type { LogEntry } from '../log-budget.ts'
import { registerModuleHooks } from '../module-hooks.ts'
import { captureOutput } from '../output-capture.ts'
import { now, setImmediate, toJson } from '../own-builtins.ts'
import { look, toRunError } from '../run-error.ts'
import { linkCurrentRun } from '../sdk/run-link.ts'
import { Gauge } from '../telemetry/gauge.ts'
import { NamedLink } from './named-link.ts'
import type { FromNamed, NamedSettings, ToNamed, Work } from './protocol.ts'
import { functionOf, NotShareable, runCode } from './user-code.ts'
import { fromValues, toValues } from './values.ts'

const settings = workerData as NamedSettings
const port = parentPort
if (port === null) throw new Error('a named interpreter runs on a thread of its process')
const exit = process.exit.bind(process)

/** Output of one piece of work, or of what goes on between them. */
class Output {
  readonly #task: number | null
  readonly #splitters = { out: new LineSplitter(), err: new LineSplitter() }

  constructor(task: number | null) {
    this.#task = task
  }

  write(stream: 'out' | 'err', chunk: Buffer | string): void {
    this.lines(stream, this.#splitters[stream].push(chunk))
  }

  lines(level: LogLevel, texts: string[]): void {
    if (texts.length === 0) return
    const at = now()
    say({ type: 'output', task: this.#task, lines: texts.map((text): LogEntry => [at, level, text]) })
  }

  end(): void {
    for (const stream of ['out', 'err'] as const) this.lines(stream, this.#splitters[stream].end())
  }
}

/** The message leaves at the end of the turn, together with those that came with it. */
let unsent: FromNamed[] = []
function say(message: FromNamed): void {
  if (unsent.push(message) === 1) setImmediate(flush)
}
function flush(): void {
  if (unsent.length === 0) return
  const messages = unsent
  unsent = []
  port?.postMessage(toJson(messages))
}

const current = new AsyncLocalStorage<Output>()
const between = new Output(null)
const outputHere = () => current.getStore() ?? between
const link = new NamedLink(settings, say, (level, texts) => outputHere().lines(level, texts))
const gauge = new Gauge()
let busy = 0
let done = 0
let isClosing = false

registerModuleHooks(settings.cacheFolder)
linkCurrentRun(() => link)
captureOutput(outputHere)

/** Asked to leave by its own code it stays, and what asked has failed: as an interpreter that is told to exit. */
class ExitRequest extends Error {
  override name = 'ExitRequest'
}
process.exit = (code) => {
  const request = new ExitRequest(`process.exit(${Number(code ?? process.exitCode ?? 0)}) was called`)
  // Node would put the line that throws, which is one of ours, in front of it.
  Object.defineProperty(request, 'stack', { value: request.stack, writable: false })
  throw request
}
for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error: unknown) => outputHere().lines('err', `Uncaught ${displayOf(error)}`.split('\n')))
}

port.on('message', (message: ToNamed) => {
  if (message.type === 'work') void current.run(new Output(message.work.task), perform, message.work)
  else if (message.type === 'answers') for (const answer of message.answers) link.runtime?.answer(answer)
  else if (message.type === 'sample') say({ type: 'sample', sample: gauge.take([], done) })
  else {
    isClosing = true
    leaveWhenIdle()
  }
})
// Handles that come in need the SDK, which makes them.
await import(pathToFileURL(entryPath('sdk')).href)

async function perform(work: Work): Promise<void> {
  busy += 1
  const performed = await outcomeOf(work)
  current.getStore()?.end()
  busy -= 1
  done += 1
  say({ type: 'performed', task: work.task, performed })
  if (isClosing) leaveWhenIdle()
}

function leaveWhenIdle(): void {
  if (busy > 0) return
  flush()
  exit(0)
}

type Performed = Extract<FromNamed, { type: 'performed' }>['performed']

/** Never throws: whatever user code throws is what became of it. */
async function outcomeOf(work: Work): Promise<Performed> {
  const origin = { folder: work.folder ?? settings.scriptsFolder, name: settings.name }
  let value: unknown
  try {
    if (work.do === 'exec') value = await runCode(work.code, origin)
    else if (work.do === 'bind') bind(fromValues(work.values) as [string, unknown][])
    else {
      const called = await functionOf(work.callable, origin)
      value = await called(...(fromValues(work.values) as unknown[]))
    }
  } catch (error) {
    if (error instanceof NotShareable) return { how: 'refused', name: 'NotShareableError', message: cut(error.message) }
    return failed(error)
  }
  try {
    return {
      how: 'returned',
      values: work.do === 'call' && !work.isShown ? toValues(value) : null,
      ...shownOf(work, value),
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { how: 'refused', name: 'NotShareableError', message: cut(`the result cannot be handed over: ${why}`) }
  }
}

function bind(entries: [string, unknown][]): void {
  for (const [name, value] of entries) (globalThis as Record<string, unknown>)[name] = value
}

function failed(error: unknown): Performed {
  const { name, message, hint } = toRunError(error)
  return {
    how: 'failed',
    error: {
      type: cut(name),
      message: cut(message),
      display: displayOf(error),
      hint: hint === null ? null : cut(hint),
    },
  }
}

/** Code that was handed over stands in no file: of its place only the interpreter's name is said. */
const ownFrames = new RegExp(`[^\\s()]*[/\\\\]<${settings.name.replace(/[.+]/g, '\\$&')}>`, 'g')

/** As the interpreter would print it; frames of ours and of Node are left out. */
function displayOf(error: unknown): string {
  const { name, message, stack } = toRunError(error)
  return cut((stack ?? `${name}: ${message}`).replace(ownFrames, `<${settings.name}>`))
}

/** For a person: the value as it looks, and as JSON where it is some. */
function shownOf(work: Work, value: unknown): { shown: string | null; json: string | null } {
  if (!work.isShown) return { shown: null, json: null }
  const shown = look(() => inspect(value, { depth: 4, maxArrayLength: 200 }), '[a value that cannot be looked at]')
  const json = look(() => toJson(value) as string | undefined, undefined)
  const isSmall = json !== undefined && json.length <= interpreterLimits.shownUnits && !isTooDeep(json)
  return { shown: cut(shown), json: isSmall ? json : null }
}

function cut(text: string): string {
  const most = interpreterLimits.shownUnits - 2
  return text.length <= most ? text : `${text.slice(0, most)} …`
}
