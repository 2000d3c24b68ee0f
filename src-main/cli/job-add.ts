import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Definition } from '../../src-preload/contract.ts'
import { nameOfFile, parseExecutorOfJob, parseScriptPath, parseSpan, parseWhole } from './arguments.ts'
import { addCommandOptions, parseCommand, parsePlace } from './command-options.ts'
import type { CommandOptions } from './command-options.ts'
import { parseConditions, withConditionOptions } from './condition-options.ts'
import type { ConditionOptions } from './condition-options.ts'
import { UseError } from './failure.ts'
import { addSemaphore, parseConcurrency } from './gate-options.ts'
import { addHttpOptions, parseHttp } from './http-options.ts'
import type { HttpOptions } from './http-options.ts'
import { addInterruptionOption, parseInterruption } from './interruption-option.ts'
import type { InterruptionOption } from './interruption-option.ts'
import { addLimitOptions, parseLimits } from './limit-options.ts'
import type { LimitOptions } from './limit-options.ts'
import { printJson, printLine } from './output.ts'
import { addRetryOptions, parseRetry } from './retry-options.ts'
import type { RetryOptions } from './retry-options.ts'
import { addSecretOption } from './secret.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { asWord } from './words.ts'

type Options = RetryOptions &
  InterruptionOption &
  LimitOptions &
  HttpOptions &
  CommandOptions &
  ConditionOptions & {
    name?: string
    executor?: string
    timeout?: string
    queueTimeout?: string
    totalTimeout?: string
    idleTimeout?: string
    grace: string
    project?: string
    priority: string
    semaphore: Definition['semaphores']
    concurrency?: string
    secret: Definition['secrets']
    expectSuccessEvery?: string
    description?: string
    replace?: boolean
  }

/** `job add`: saves what to run, and by which rules, under a name. */
export function addJobAdd(job: Command): void {
  const add = job
    .command('add')
    .description('save a script, a command or a request as a job')
    .usage('[options] FILE | --command LINE | -- PROGRAM [ARGUMENTS] | NAME --http METHOD URL')
    .argument('[words...]', 'a script; after --, a program and its arguments; with --http, the name')
    .option('--name <name>', 'name of the job (default: of the file or the program)')
    .option(
      '--executor <executor>',
      'of a script: process (default), thread, async, or auto: what fits its runs; of a request: async (default)',
    )
    .option('--timeout <duration>', 'longest time of one attempt: 90s, 10m')
    .option('--queue-timeout <duration>', 'longest time in the queue')
    .option('--idle-timeout <duration>', 'longest time of an attempt without a sign of life: progress, log, calls')
    .option('--total-timeout <duration>', 'longest time of a run in all: queue, attempts, and the time between them')
    .option('--grace <duration>', 'between the stop signal and the kill', '5s')
    .option('--priority <number>', 'of its runs: higher starts first (-1000 to 1000)', '0')
    .option('--semaphore <name[:amount]>', 'takes permits of it before it starts; can be repeated', addSemaphore, [])
    .option('--concurrency <[key=]limit>', 'how many of its runs at a time: 2; or for each value: input.host=2')
    .option('--project <folder>', 'where a script finds its packages (default: its own folder, and those above)')
    .option('--secret <[variable=]name>', 'gives it a secret (see: secret set); can be repeated', addSecretOption, [])
    .option('--description <text>', 'what it is for')
    .option('--replace', 'replace the job of that name')
    .option('--expect-success-every <duration>', 'raise an alert when it has not succeeded for so long: 24h')
  addCommandOptions(add, 'the folder of the script, your home for a command')
  addHttpOptions(add)
  addLimitOptions(add)
  addInterruptionOption(addRetryOptions(withConditionOptions(add), 'a run')).action(
    async (words: string[], options: Options, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const definition = await parseDefinition(words, options)
      const request = {
        name: nameGiven(words, options) ?? (await defaultName(definition)),
        definition,
        description: options.description ?? null,
        priority: parseWhole('--priority', options.priority, -1000, 1000),
        replace: options.replace === true,
      }
      await withHost(home, async (client) => {
        const row = await client.jobs.save(request)
        if (json) printJson(row)
        else printLine(`job "${row.name}" is saved; run it with: signalbox submit ${asWord(row.name)}`)
      })
    },
  )
}

/** One word is a script; several, which can only stand after `--`, are a program with its arguments. */
async function parseDefinition(words: string[], options: Options): Promise<Definition> {
  const policy = parsePolicy(options)
  const request = await parseHttp(options, options.executor)
  const line = await parseCommand(request === null ? words : [], options, options.executor)
  if (request !== null && line !== null) throw new UseError('--http and --command exclude each other: give one.')
  const other = request ?? line
  if (other !== null) return { ...other, ...policy }
  if (words.length === 0) throw new UseError('Say what to run: FILE, --command LINE, or -- PROGRAM ARGUMENTS.')
  const [file = '', ...rest] = words
  if (rest.length > 0) throw new UseError('Only one file makes a job. A program with arguments stands after: --')
  const executor = parseExecutorOfJob(options.executor ?? 'process')
  return { kind: 'script', code: fileCode(file, options.project), executor, ...policy }
}

/** A script in a file, and where it finds its packages. */
export const fileCode = (file: string, project: string | undefined) => ({
  from: 'file' as const,
  path: parseScriptPath(file),
  ...(project === undefined ? {} : { project: resolve(project) }),
})

/** The name of a request may stand where a file does for others. */
function nameGiven([word, ...rest]: string[], { http, name }: Options): string | undefined {
  if (http === undefined || word === undefined) return name
  if (name === undefined && rest.length === 0) return word
  throw new UseError('With --http, give one name: NAME, or --name NAME.')
}

function parsePolicy(options: Options) {
  return {
    timeoutMs: options.timeout === undefined ? null : parseSpan('--timeout', options.timeout),
    queueTimeoutMs: options.queueTimeout === undefined ? null : parseSpan('--queue-timeout', options.queueTimeout),
    totalTimeoutMs: options.totalTimeout === undefined ? null : parseSpan('--total-timeout', options.totalTimeout),
    idleTimeoutMs: options.idleTimeout === undefined ? null : parseSpan('--idle-timeout', options.idleTimeout),
    retry: parseRetry(options),
    onInterrupted: parseInterruption(options) ?? 'requeue',
    graceMs: parseSpan('--grace', options.grace, '10m'),
    semaphores: options.semaphore,
    concurrency: options.concurrency === undefined ? null : parseConcurrency(options.concurrency),
    limits: parseLimits(options),
    secrets: options.secret,
    conditions: parseConditions(options),
    expectSuccessEveryMs:
      options.expectSuccessEvery === undefined ? null : parseSpan('--expect-success-every', options.expectSuccessEvery),
    ...parsePlace(options),
  }
}

/** The name of the file or of the program, where that can be the name of a job. */
async function defaultName(definition: Definition): Promise<string> {
  const name = nameOfDefinition(definition)
  const [{ nameSchema }, { safeParse }] = await Promise.all([
    import('../../src-preload/definition.ts'),
    import('valibot'),
  ])
  if (safeParse(nameSchema, name).success) return name
  throw new UseError(`"${name}" cannot be the name of a job. Give one with --name.`)
}

function nameOfDefinition(definition: Definition): string {
  if (definition.kind === 'script')
    return definition.code.from === 'file' ? nameOfFile(definition.code.path) : definition.code.name
  if (definition.kind === 'http') return new URL(definition.request.url).hostname
  const [program = ''] =
    definition.command.as === 'shell' ? definition.command.line.split(/\s/) : definition.command.argv
  return basename(program)
}
