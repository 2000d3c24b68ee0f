import type { Command } from 'commander'
import type { SemaphoreRow } from '../../src-preload/object-contract.ts'
import { objectLimits } from '../../src-preload/limits.ts'
import { parseSpan, parseWhole } from './arguments.ts'
import { counted, parsePage, parseShown, partyCells, partyHeaders, printHidden, printRest } from './object-words.ts'
import { printFacts, printJson, printLine, printTable } from './output.ts'
import type { Cell } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { spanInWords, timeInWords } from './words.ts'

/** `semaphore`: the semaphores, rate limits and locks that scripts share by name. */
export function addSemaphore(program: Command): void {
  const semaphore = program
    .command('semaphore')
    .description('look at semaphores, rate limits and locks, who holds them and who waits; set their permits')
  addLs(semaphore)
  addShow(semaphore)
  addSet(semaphore)
  addRm(semaphore)
}

type LsOptions = { lock?: boolean; limit: string; after?: string }

function addLs(semaphore: Command): void {
  semaphore
    .command('ls')
    .description('list the semaphores, then the locks, by name')
    .option('--lock', 'only locks')
    .option('--limit <number>', 'at most so many of each (1 to 500)', '100')
    .option('--after <name>', 'go on behind this name, with semaphores or, with --lock, with locks')
    .action(async (options: LsOptions, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const page = parsePage(options)
      const isBoth = options.lock !== true && options.after === undefined
      const kinds = isBoth ? (['semaphore', 'lock'] as const) : [kindOf(options)]
      await withHost(home, async (client) => {
        const pages = await Promise.all(kinds.map((kind) => client.semaphores.list({ kind, ...page })))
        const rows = pages.flatMap((each) => each.rows)
        if (json) return printJson(rows)
        if (rows.length === 0) return printLine('There are none. The first script that uses one makes it.')
        printSemaphores(rows)
        for (const each of pages)
          printRest(each.rows, each.more, each.total, each.rows[0]?.kind === 'lock' ? '--lock ' : '')
      })
    })
}

function printSemaphores(rows: SemaphoreRow[]): void {
  printTable(
    ['NAME', 'KIND', 'PERMITS', 'FREE', 'HOLDING', 'WAITING', 'PER'],
    rows.map((row): Cell[] => [
      row.name,
      row.kind,
      String(row.permits),
      String(row.free),
      String(row.holding),
      row.waiting === 0 ? '0' : { text: String(row.waiting), colour: 'yellow' },
      row.perMs === null ? '' : spanInWords(row.perMs),
    ]),
    [2, 3, 4, 5],
  )
}

function addShow(semaphore: Command): void {
  semaphore
    .command('show')
    .description('show who holds a semaphore and who waits for it')
    .argument('<name>', 'name of the semaphore')
    .option('--lock', 'the lock of that name')
    .option('--limit <number>', 'at most so many of each (1 to 500)', '50')
    .action(async (name: string, options: { lock?: boolean; limit: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const limit = parseShown(options)
      await withHost(home, async (client) => {
        const detail = await client.semaphores.get({ kind: kindOf(options), name, limit })
        if (json) return printJson(detail)
        printFacts([
          [detail.kind, detail.name],
          ['permits', permitsInWords(detail)],
          ['used', `${counted(detail.holding, 'task holds', 'tasks hold')}, ${detail.waiting} wait`],
          ...(detail.nextReturnAt === null
            ? []
            : [['next back', timeInWords(detail.nextReturnAt)] as [string, string]]),
          ['created', timeInWords(detail.createdAt)],
        ])
        const now = Date.now()
        const rows = [
          ...detail.holders.map((party) => ['holds', String(party.amount), ...partyCells(party, now)]),
          ...detail.waiters.map((party) => ['waits', String(party.amount), ...partyCells(party, now)]),
        ]
        if (rows.length === 0) return
        printLine('')
        printTable(['', 'PERMITS', ...partyHeaders], rows, [1, 2, 5])
        printHidden(detail.holding + detail.waiting - rows.length)
      })
    })
}

type SetOptions = { per?: string; bounded?: boolean; create?: boolean }

function addSet(semaphore: Command): void {
  semaphore
    .command('set')
    .description('set the number of permits; those who wait get what there is more')
    .argument('<name>', 'name of the semaphore')
    .argument('<permits>', 'how many permits it has')
    .option(
      '--per <duration>',
      'makes it a rate limit: so many in each 1s, 10m …; none: permits come back when released',
    )
    .option('--bounded', 'releasing more than was acquired is an error')
    .option('--no-bounded', 'releasing more than was acquired adds permits')
    .option('--create', 'make the semaphore if there is none')
    .action(async (name: string, permits: string, options: SetOptions, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const { per, bounded, create = false } = options
      const request = {
        name,
        permits: parseWhole('The permits', permits, 0, objectLimits.permits),
        ...(per === undefined ? {} : { perMs: per === 'none' ? null : parseSpan('--per', per) }),
        ...(bounded === undefined ? {} : { bounded }),
        create,
      }
      await withHost(home, async (client) => {
        const row = await client.semaphores.set(request)
        if (json) printJson(row)
        else printLine(`semaphore "${row.name}" has ${permitsInWords(row)}; ${row.waiting} wait`)
      })
    })
}

function addRm(semaphore: Command): void {
  semaphore
    .command('rm')
    .description('remove a semaphore or a lock that nobody uses')
    .argument('<name>', 'name of the semaphore')
    .option('--lock', 'the lock of that name')
    .action(async (name: string, options: { lock?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const kind = kindOf(options)
      await withHost(home, async (client) => {
        const answer = await client.semaphores.remove({ kind, name })
        if (json) printJson({ kind, name, ...answer })
        else printLine(`${kind} "${name}" is removed`)
      })
    })
}

const kindOf = ({ lock }: { lock?: boolean }): SemaphoreRow['kind'] => (lock === true ? 'lock' : 'semaphore')

const permitsInWords = ({ permits, perMs, free, isBounded, kind }: SemaphoreRow): string =>
  [
    counted(permits, 'permit'),
    perMs === null ? '' : ` per ${spanInWords(perMs)}`,
    kind === 'semaphore' && isBounded ? ', bounded' : '',
    free < 0 ? `, ${-free} more in use than there are` : `, ${free} free`,
  ].join('')
