import type { Command } from 'commander'
import type { Executed, InterpreterReading, InterpreterRow } from '../../src-preload/interpreter-contract.ts'
import { interpreterLimits } from '../../src-preload/limits.ts'
import { parseItem, readText } from './arguments.ts'
import { exitCodes } from './failure.ts'
import { parseBytes } from './limit-options.ts'
import { inertOn, printJson, printLine, printTable } from './output.ts'
import type { Cell } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { spanInWords } from './words.ts'

/** `interpreter`: isolated interpreters with globals that last, and what all interpreters are like. */
export function addInterpreter(program: Command): void {
  const interpreter = program
    .command('interpreter')
    .description('make isolated interpreters, run code in them, and see what all interpreters are like')
  addLs(interpreter)
  addCreate(interpreter)
  addExec(interpreter)
  addCall(interpreter)
  addClose(interpreter)
  addRecycle(interpreter)
}

/** The processes are asked when somebody looks, and have answered a moment later. */
const ANSWER_MS = 1_100

function addLs(interpreter: Command): void {
  interpreter
    .command('ls')
    .description('list the interpreters: of runs, and those that were made by name')
    .option('--named', 'only those that were made by name, without asking their processes')
    .action(async (options: { named?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        if (options.named === true) {
          const rows = await client.interpreters.list()
          if (json) return printJson(rows)
          if (rows.length === 0) return printLine('There are none. Make one with: signalbox interpreter create')
          printNamed(rows)
          return
        }
        await client.interpreters.readings()
        await new Promise((resolve) => setTimeout(resolve, ANSWER_MS))
        const rows = await client.interpreters.readings()
        if (json) return printJson(rows)
        if (rows.length === 0) return printLine('There are none. Each run has one while it runs.')
        printReadings(rows)
      })
    })
}

function addCreate(interpreter: Command): void {
  interpreter
    .command('create')
    .description('start an interpreter, and print its number')
    .option('--name <name>', 'by which it is found, too')
    .option('--memory <size>', `how much its values may take: 64MB, 1GB (default: ${interpreterLimits.memoryMb}MB)`)
    .action(async (options: { name?: string; memory?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const memoryMb = options.memory === undefined ? {} : { memoryMb: parseMemoryMb(options.memory) }
      const name = options.name === undefined ? {} : { name: options.name }
      await withHost(home, async (client) => {
        const row = await client.interpreters.create({ ...name, ...memoryMb })
        if (json) printJson(row)
        else printLine(String(row.id))
      })
    })
}

const MB = 1024 * 1024

/** A bare number is one of megabytes. */
function parseMemoryMb(given: string): number {
  const { leastMemoryMb, mostMemoryMb } = interpreterLimits
  const size = /^\d+$/.test(given) ? `${given}MB` : given
  return Math.floor(parseBytes('--memory', size, [leastMemoryMb * MB, mostMemoryMb * MB]) / MB)
}

const WHICH = 'number or name of the interpreter'

function addExec(interpreter: Command): void {
  interpreter
    .command('exec')
    .description('run code in an interpreter; what it declares stays there')
    .argument('<interpreter>', WHICH)
    .argument('<code>', 'JavaScript or TypeScript, @FILE, or - for standard input')
    .action(async (which: string, given: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const code = await readText('<code>', given)
      const request = { interpreter: parseWhich(which), code, folder: process.cwd() }
      await withHost(home, async (client) => printExecuted(await client.interpreters.exec(request), json))
    })
}

function addCall(interpreter: Command): void {
  interpreter
    .command('call')
    .description('call a function in an interpreter, and print what it returns')
    .argument('<interpreter>', WHICH)
    .argument('<function>', "the text of a function, or the name of one that is there: '(n) => n + 1'; @FILE, or -")
    .argument('[json...]', 'its arguments')
    .action(async (which: string, given: string, values: string[], _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const fn = await readText('<function>', given)
      const args = await Promise.all(values.map((value) => parseItem('An argument', value)))
      const request = { interpreter: parseWhich(which), fn, args, folder: process.cwd() }
      await withHost(home, async (client) => printExecuted(await client.interpreters.call(request), json))
    })
}

function addClose(interpreter: Command): void {
  interpreter
    .command('close')
    .description('end an interpreter; returns when its process is dead')
    .argument('<interpreter>', WHICH)
    .option('--force', 'also while it is running')
    .action(async (which: string, { force = false }: { force?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const answer = await client.interpreters.close({ interpreter: parseWhich(which), force })
        if (json) printJson(answer)
        else printLine(`interpreter ${which} is closed`)
      })
    })
}

function addRecycle(interpreter: Command): void {
  interpreter
    .command('recycle')
    .description('have the next runs of an executor begin in a new interpreter; what runs in the old one ends there')
    .argument('<executor>', 'async or thread')
    .action(async (which: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const answer = await client.interpreters.recycle({ which })
        if (json) printJson(answer)
        else printLine(`the next runs of ${which} get a new interpreter`)
      })
    })
}

const parseWhich = (given: string): number | string => (/^\d+$/.test(given) ? Number(given) : given)

/** Output goes to stderr, as that of `run` does; the value to stdout. */
function printExecuted(executed: Executed, json: boolean): void {
  if (executed.how === 'failed') process.exitCode = exitCodes.failed
  if (json) {
    printJson(executed)
    return
  }
  for (const { text } of executed.lines) process.stderr.write(`${inertOn(process.stderr, text)}\n`)
  if (executed.how === 'failed') {
    for (const line of executed.error.display.split('\n')) process.stderr.write(`${inertOn(process.stderr, line)}\n`)
  } else if (executed.shown !== null && executed.shown !== 'undefined') {
    for (const line of executed.shown.split('\n')) printLine(inertOn(process.stdout, line))
  }
}

function printNamed(rows: InterpreterRow[]): void {
  printTable(
    ['ID', 'NAME', 'PID', 'MEMORY', 'RUN', 'DONE', 'RUNNING'],
    rows.map((row): Cell[] => [
      String(row.id),
      row.name,
      String(row.pid ?? ''),
      `${row.memoryMb} MiB`,
      String(row.run ?? ''),
      String(row.done),
      row.running === null ? '' : `${row.running.by}, for ${spanInWords(Date.now() - row.running.since)}`,
    ]),
    [0, 2, 5],
  )
}

function printReadings(rows: InterpreterReading[]): void {
  printTable(
    ['INTERPRETER', 'STATE', 'PID', 'HEAP', 'LIMIT', 'RSS', 'LOOP', 'DELAY', 'AGE', 'DONE', 'RUNS'],
    rows.map((row): Cell[] => [
      row.name ?? row.kind,
      stateCell(row),
      String(row.pid ?? ''),
      mebibytes(row.heapUsed),
      mebibytes(row.heapLimit),
      mebibytes(row.rss),
      row.loopUtilisation === null ? '' : `${Math.round(row.loopUtilisation * 100)} %`,
      row.loopDelayP99Ms === null ? '' : `${row.loopDelayP99Ms.toFixed(1)} ms`,
      spanInWords((row.endedAt ?? Date.now()) - row.launchedAt),
      String(row.done),
      workInWords(row),
    ]),
    [2, 3, 4, 5, 6, 7, 9],
  )
}

function stateCell({ state }: InterpreterReading): Cell {
  if (state === 'blocked') return { text: state, colour: 'red' }
  return state === 'running' ? { text: state, colour: 'green' } : state
}

function workInWords({ runs, running }: InterpreterReading): string {
  if (running !== null) return running.by
  const [first] = runs
  if (first === undefined) return ''
  return `${first.run} (${first.name})${runs.length > 1 ? ` and ${runs.length - 1} more` : ''}`
}

const mebibytes = (bytes: number | null): string => (bytes === null ? '' : `${(bytes / 1024 / 1024).toFixed(1)} MiB`)
