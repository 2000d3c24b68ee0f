import type { Command } from 'commander'
import type { Client } from '../../src-preload/contract.ts'
import type { FutureDetail, FutureRow, Settled } from '../../src-preload/object-contract.ts'
import { parseOneOf, parseStart, parseValue } from './arguments.ts'
import type { WhenOptions } from './arguments.ts'
import { addShow } from './object-verbs.ts'
import { counted, parseShown, printParties, printRest } from './object-words.ts'
import { inertOn, printFacts, printJson, printLine, printTable } from './output.ts'
import type { Colour } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { errorLines, inShort, timeInWords } from './words.ts'

const colours: Record<FutureRow['state'], Colour> = {
  pending: 'yellow',
  done: 'green',
  failed: 'red',
  cancelled: 'gray',
}
const states = Object.keys(colours) as FutureRow['state'][]

/** `future`: values that come later, by name; whoever waits for one goes on when it is settled here. */
export function addFuture(program: Command): void {
  const future = program.command('future').description('look at futures, and settle those that scripts wait for')
  addLs(future)
  addShow(
    future,
    { kind: 'future', description: 'show a future: its value or error, and who waits for it' },
    (client, asked) => client.futures.get(asked),
    print,
  )
  addSettling(future)
  addRm(future)
}

function addLs(future: Command): void {
  future
    .command('ls')
    .description('list futures: pending ones first, the newest first of each')
    .option('--state <state>', `only those that are ${states.join(', ')}`)
    .option('--limit <number>', 'at most so many (1 to 500)', '100')
    .option('--after <name>', 'go on behind this one')
    .action(async (options: { state?: string; limit: string; after?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const request = {
        ...(options.state === undefined ? {} : { state: parseOneOf('--state', options.state, states) }),
        limit: parseShown(options),
      }
      await withHost(home, async (client) => {
        const before = options.after === undefined ? {} : { before: await placeOf(client, options.after) }
        const { rows, more, total } = await client.futures.list({ ...request, ...before })
        if (json) return printJson(rows)
        if (rows.length === 0) return printLine('There are no such futures. The first script that uses one makes it.')
        printFutures(rows)
        printRest(rows, more, total, options.state === undefined ? '' : `--state ${options.state} `)
      })
    })
}

/** Where a future stands in the list by now. */
async function placeOf(client: Client, name: string): Promise<{ id: number; isPending: boolean }> {
  const { id, state } = await client.futures.get({ name, limit: 1 })
  return { id, isPending: state === 'pending' }
}

function printFutures(rows: FutureRow[]): void {
  printTable(
    ['NAME', 'STATE', 'WAITING', 'CREATED', 'SETTLED', 'BY'],
    rows.map((row) => [
      row.name,
      { text: row.state, colour: colours[row.state] },
      String(row.waiting),
      timeInWords(row.createdAt),
      row.settledAt !== null ? timeInWords(row.settledAt) : row.dueAt !== null ? `due ${timeInWords(row.dueAt)}` : '',
      row.settledBy ?? '',
    ]),
    [2],
  )
}

function print(future: FutureDetail): void {
  const { settledAt, settledBy, dueAt, waiting, waiters, error } = future
  const facts: [string, string | null][] = [
    ['future', future.name],
    ['state', future.state],
    ['value', future.state === 'done' ? inShort(future.value) : null],
    ['message', future.message],
    ['settled', settledAt === null ? null : `${timeInWords(settledAt)}, by ${settledBy ?? 'nobody'}`],
    ['due', dueAt === null ? null : timeInWords(dueAt)],
    ['created', timeInWords(future.createdAt)],
  ]
  printFacts(facts.filter((fact): fact is [string, string] => fact[1] !== null))
  if (error !== null) {
    printLine('')
    for (const line of errorLines(error)) printLine(inertOn(process.stdout, line))
  }
  printParties(waiters, waiting)
}

/** Three ways to settle, each once. */
function addSettling(future: Command): void {
  const settle = async (command: Command, said: string, work: (client: Client) => Promise<Settled>) => {
    const { home, json } = circumstancesOf(command)
    await withHost(home, async (client) => {
      const settled = await work(client)
      if (json) printJson(settled)
      else printLine(`future "${settled.future.name}" ${whenInWords(settled, said)}; ${toldInWords(settled)}`)
    })
  }
  future
    .command('resolve')
    .description('settle a future with a value; the name need not be in use yet')
    .argument('<name>', 'name of the future')
    .argument('[json]', 'its value: JSON, @FILE, or - for standard input', 'null')
    .option('--delay <duration>', 'let a timer do it so long from now: 90s, 10m')
    .option('--at <time>', 'let a timer do it then: 18:30, 2027-01-31T18:30, or epoch ms')
    .action(async (name: string, given: string, options: WhenOptions, command: Command) => {
      const value = await parseValue(given)
      const when = parseStart(options)
      await settle(command, 'resolved', (client) => client.futures.resolve({ name, value, ...when }))
    })
  future
    .command('reject')
    .description('settle a future with an error; the name need not be in use yet')
    .argument('<name>', 'name of the future')
    .argument('<message>', 'message of the error')
    .option('--error <name>', 'name of the error, as TypeError', 'Error')
    .action(async (name: string, message: string, { error }: { error: string }, command: Command) => {
      await settle(command, 'rejected', (client) => client.futures.reject({ name, message, error }))
    })
  future
    .command('cancel')
    .description('cancel a future for all who wait for it')
    .argument('<name>', 'name of the future')
    .option('--message <text>', 'kept with it')
    .action(async (name: string, { message = null }: { message?: string | null }, command: Command) => {
      await settle(command, 'cancelled', (client) => client.futures.cancel({ name, message }))
    })
}

const whenInWords = ({ future }: Settled, said: string): string =>
  future.dueAt === null ? `is ${said}` : `will be ${said} at ${timeInWords(future.dueAt)}`

function toldInWords({ future, told, isNew }: Settled): string {
  if (future.state === 'pending') return counted(future.waiting, 'task waits', 'tasks wait')
  if (told > 0) return `${counted(told, 'task', 'tasks')} that waited ${told === 1 ? 'goes' : 'go'} on`
  return isNew ? 'no script has asked for it yet' : 'nobody waited for it'
}

function addRm(future: Command): void {
  future
    .command('rm')
    .description('remove a future that nobody waits for')
    .argument('<name>', 'name of the future')
    .action(async (name: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const answer = await client.futures.remove({ name })
        if (json) printJson({ name, ...answer })
        else printLine(`future "${name}" is removed`)
      })
    })
}
