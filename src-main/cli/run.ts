import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Client, Definition, LogLine, RunDetail, Submit } from '../../src-preload/contract.ts'
import { problem } from '../../src-preload/problem.ts'
import { onStopSignals } from '../stop-signals.ts'
import { fileCode } from './job-add.ts'
import { parseInput, parseExecutor, parseSpan } from './arguments.ts'
import { addCommandOptions, parseCommand, parsePlace } from './command-options.ts'
import type { CommandOptions } from './command-options.ts'
import { exitCodes, refusalCode, UseError } from './failure.ts'
import { addSemaphore } from './gate-options.ts'
import { addHttpOptions, parseHttp } from './http-options.ts'
import type { HttpOptions } from './http-options.ts'
import { addInterruptionOption, parseInterruption } from './interruption-option.ts'
import type { InterruptionOption } from './interruption-option.ts'
import { addLimitOptions, parseLimits } from './limit-options.ts'
import type { LimitOptions } from './limit-options.ts'
import { followLogs } from './follow-logs.ts'
import { inertOn, printJson, writeFully } from './output.ts'
import type { Reached } from './private-engine.ts'
import { addRetryOptions, parseRetry } from './retry-options.ts'
import type { RetryOptions } from './retry-options.ts'
import { addSecretOption } from './secret.ts'
import { circumstancesOf, explainLoss } from './verb.ts'
import { errorLines, spanInWords } from './words.ts'

type Options = RetryOptions &
  InterruptionOption &
  LimitOptions &
  HttpOptions &
  CommandOptions & {
    input?: string
    executor?: string
    project?: string
    timeout?: string
    totalTimeout?: string
    idleTimeout?: string
    semaphore: Definition['semaphores']
    secret: Definition['secrets']
    name?: string
  }

/** Longest wait for another command's private engine to give the data folder back. */
const HAND_OVER_MS = 15_000
const LOOK_AGAIN_MS = 50

/** `run`: executes a script, a command or a request once, now, and is its terminal: log on stderr, result on stdout, Ctrl+C cancels. */
export function addRun(program: Command): void {
  const run = program
    .command('run')
    .description('run a script or a command, or send a request, now: its log on stderr, its result as JSON on stdout')
    .usage('[options] FILE | --command LINE | -- PROGRAM [ARGUMENTS] | --http METHOD URL')
    .argument('[words...]', 'a JavaScript or TypeScript module; after --, a program and its arguments')
    .option('--input <json>', 'input of the run: JSON, @FILE, or - for standard input')
    .option('--executor <executor>', 'process (default), thread or async; of a request async (default)')
    .option('--timeout <duration>', 'longest time of one attempt: 90s, 10m')
    .option('--idle-timeout <duration>', 'longest time without a sign of life: progress, log, calls')
    .option('--total-timeout <duration>', 'longest time in all, with its retries')
    .option('--semaphore <name[:amount]>', 'takes permits of it before it starts; can be repeated', addSemaphore, [])
    .option('--secret <[variable=]name>', 'gives it a secret; can be repeated', addSecretOption, [])
    .option('--project <folder>', 'where it finds its packages (default: its own folder, and those above)')
    .option('--name <name>', 'what lists call it (default: that of the file or the program)')
  addCommandOptions(run, 'the folder of the script, this one for a command')
  addHttpOptions(run)
  addLimitOptions(run)
  addInterruptionOption(addRetryOptions(run, 'it')).action(
    async (words: string[], options: Options, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const request = await parseRequest(words, options)
      const stop = new AbortController()
      const removeListeners = onStopSignals((signal) => stop.abort(signal === 'SIGINT' ? 'Ctrl+C' : signal))
      try {
        await execute(home, request, stop.signal, json)
      } finally {
        removeListeners()
      }
    },
  )
}

async function execute(home: string, request: Submit, stop: AbortSignal, json: boolean): Promise<void> {
  const submitted = await submitToAny(home, request, stop)
  if (submitted === null) {
    console.error('signalbox: Stopped before the run was stored. Nothing was started.')
    process.exitCode = exitCodes.cancelled
    return
  }
  const { id, reached } = submitted
  const { connection, leave } = reached
  try {
    const run = await attend(connection.client, id, stop)
    process.exitCode = exitCodeOf(run)
    if (json) printJson(run)
    else await report(run)
  } catch (error) {
    throw connection.closed.aborted && refusalCode(error) === null ? problem('HOST_LOST', { run: id }) : error
  } finally {
    await leave()
  }
}

/** The run is stored, whatever became of its host. */
async function parseRequest(words: string[], options: Options): Promise<Submit> {
  return {
    what: 'definition',
    ...(options.name === undefined ? {} : { name: options.name }),
    definition: {
      ...(await parseWhat(words, options)),
      timeoutMs: options.timeout === undefined ? null : parseSpan('--timeout', options.timeout),
      totalTimeoutMs: options.totalTimeout === undefined ? null : parseSpan('--total-timeout', options.totalTimeout),
      idleTimeoutMs: options.idleTimeout === undefined ? null : parseSpan('--idle-timeout', options.idleTimeout),
      retry: parseRetry(options),
      onInterrupted: parseInterruption(options) ?? 'requeue',
      semaphores: options.semaphore,
      limits: parseLimits(options),
      secrets: options.secret,
    },
    input: await parseInput(options.input),
  }
}

/** A command runs where it is typed; a script in its own folder. */
async function parseWhat(words: string[], options: Options) {
  const request = await parseHttp(options, options.executor)
  const line = await parseCommand(words, options, options.executor)
  const [file, ...rest] = line === null ? words : []
  const given = [request, line, file].filter((each) => each !== null && each !== undefined)
  if (given.length !== 1 || rest.length > 0)
    throw new UseError('Say what to run: FILE, --command LINE, -- PROGRAM ARGUMENTS, or --http METHOD URL.')
  const { cwd, env } = parsePlace(options)
  if (request !== null) return { ...request, cwd, env }
  if (line !== null) return { ...line, cwd: cwd ?? process.cwd(), env }
  const executor = parseExecutor(options.executor ?? 'process')
  return { kind: 'script' as const, code: fileCode(file ?? '', options.project), executor, cwd, env }
}

/**
 * Submits to the host of `home`, or to an engine of our own when there is none. A private engine of another command may
 * be about to end: it refuses as draining, or still holds the folder, and then it is our turn a moment later. Null when
 * `stop` came first.
 */
async function submitToAny(
  home: string,
  request: Submit,
  stop: AbortSignal,
): Promise<{ id: number; reached: Reached } | null> {
  const deadline = performance.now() + HAND_OVER_MS
  while (!stop.aborted) {
    try {
      const reached = await reachEngine(home)
      if (!stop.aborted) return { id: await submitTo(reached, home, request), reached }
      await reached.leave()
    } catch (error) {
      const code = refusalCode(error)
      if ((code !== 'HOME_IN_USE' && code !== 'DRAINING') || performance.now() > deadline) throw error
      await delay(LOOK_AGAIN_MS)
    }
  }
  return null
}

async function submitTo({ connection, leave }: Reached, home: string, request: Submit): Promise<number> {
  try {
    const { id } = await connection.client.runs.submit(request)
    return id
  } catch (error) {
    const explained = await explainLoss(error, connection, home)
    await leave()
    throw explained
  }
}

async function reachEngine(home: string): Promise<Reached> {
  const { connectToHost } = await import('./connection.ts')
  try {
    const connection = await connectToHost(home)
    return { connection, leave: async () => connection.close() }
  } catch (error) {
    if (refusalCode(error) !== 'NO_HOST') throw error
  }
  const { startPrivateEngine } = await import('./private-engine.ts')
  return startPrivateEngine(home)
}

/** Shows the log until the run has finished. The first Ctrl+C cancels the run, the second leaves it to its end. */
async function attend(client: Client, id: number, stop: AbortSignal): Promise<RunDetail> {
  const cancelling = Promise.withResolvers<never>()
  const cancel = () => {
    client.runs.cancel({ id, reason: String(stop.reason) }).catch((error: unknown) => {
      // It may have finished by itself at the same moment; its end is then on its way.
      if (refusalCode(error) !== 'RUN_FINISHED') cancelling.reject(error)
    })
  }
  if (stop.aborted) cancel()
  else stop.addEventListener('abort', cancel)
  try {
    const attending = followLogs(client, id, new AbortController().signal, showLines)
    await Promise.race([attending, cancelling.promise])
    return await client.runs.get({ id })
  } finally {
    stop.removeEventListener('abort', cancel)
  }
}

const showLines = (lines: LogLine[]) => writeFully(process.stderr, lines.map(asText).join(''))

/** What the script wrote is shown as it was; what it logged with a level that matters, and what we add, says so. */
function asText({ level, text }: LogLine): string {
  const said = level === 'warn' || level === 'error' ? `${level}: ${text}` : level === 'mark' ? `[${text}]` : text
  return inertOn(process.stderr, said) + '\n'
}

async function report(run: RunDetail): Promise<void> {
  if (run.outcome === 'succeeded') return printJson(run.result)
  const took = run.startedAt === null || run.finishedAt === null ? null : spanInWords(run.finishedAt - run.startedAt)
  const ended = {
    failed: `run ${run.id} failed`,
    timed_out: `run ${run.id} timed out${took === null ? '' : ` after ${took}`}`,
    cancelled: `run ${run.id} was cancelled`,
    skipped: `run ${run.id} was skipped`,
    abandoned: `run ${run.id} was abandoned`,
  }[run.outcome ?? 'abandoned']
  const isExplained = run.outcome === 'failed' || run.outcome === 'abandoned'
  const error = isExplained && run.error !== null ? errorLines(run.error) : []
  const lines = [...error.map((line) => inertOn(process.stderr, line)), `signalbox: ${ended}`]
  await writeFully(process.stderr, lines.map((line) => line + '\n').join(''))
}

function exitCodeOf({ outcome }: RunDetail): number {
  if (outcome === 'succeeded') return exitCodes.succeeded
  if (outcome === 'timed_out') return exitCodes.timedOut
  return outcome === 'cancelled' ? exitCodes.cancelled : exitCodes.failed
}
