import type { Command } from 'commander'
import type { PlannedSlot, ScheduleRow, SlotRow } from '../../src-preload/schedule-contract.ts'
import { parseTime, parseWhole } from './arguments.ts'
import { conditionsInWords } from './condition-options.ts'
import { counted, parseShown } from './object-words.ts'
import { printFacts, printJson, printLine, printTable } from './output.ts'
import { addScheduleAdd } from './schedule-add.ts'
import { addScheduleBackfill } from './schedule-backfill.ts'
import { catchUpInWords, momentIn, noteInWords, outcomeCell, overlapInWords, whyInWords } from './schedule-words.ts'
import { parseTiming, withTimingOptions } from './timing-options.ts'
import type { TimingOptions } from './timing-options.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { inShort, timeInWords } from './words.ts'

/** `schedule`: what makes runs of jobs over time, and what became of each planned instant. */
export function addSchedule(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('make runs over time; see what is planned and what became of it')
  addLs(schedule)
  addShow(schedule)
  addScheduleAdd(schedule)
  addPreview(schedule)
  addUpcoming(schedule)
  addScheduleBackfill(schedule)
  addSwitches(schedule)
}

function addLs(schedule: Command): void {
  schedule
    .command('ls')
    .description('list the schedules by name')
    .action(async (_options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const rows = await client.schedules.list()
        if (json) return printJson(rows)
        if (rows.length === 0)
          return printLine(`There are none. Add one: signalbox schedule add JOB --cron '0 9 * * *'`)
        printTable(
          ['NAME', 'JOB', 'NEXT', 'UNFINISHED', 'WHEN'],
          rows.map((row) => [
            row.name,
            row.job,
            row.pausedAt === null ? nextInWords(row) : { text: 'paused', colour: 'yellow' },
            String(row.unfinished.length + row.waiting),
            row.words,
          ]),
          [3],
        )
      })
    })
}

function addShow(schedule: Command): void {
  schedule
    .command('show')
    .description('show a schedule, its next slots, and what became of the last ones')
    .argument('<name>', 'name of the schedule')
    .option('--limit <number>', 'at most so many past slots (1 to 500)', '20')
    .option('--before <time>', 'past slots before this time')
    .action(async (name: string, options: { limit: string; before?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const limit = parseShown(options)
      const page = options.before === undefined ? {} : { before: parseTime('--before', options.before, new Date()) }
      await withHost(home, async (client) => {
        const row = await client.schedules.get({ name })
        const past = await client.schedules.slots({ name, limit, ...page })
        const after = Math.max(Date.now(), row.decidedUntil)
        const isPlanned = row.pausedAt === null && row.fault === null
        const next = isPlanned ? (await client.schedules.preview({ timing: row.timing, after, limit: 3 })).slots : []
        if (json) return printJson({ ...row, upcoming: next, slots: past.rows, more: past.more })
        printFacts(factsOf(row))
        const { zone } = row
        if (next.length > 0) printPlanned('NEXT', next, zone)
        if (past.rows.length > 0) printPast(past.rows, zone)
        if (past.more) printLine('There are more: ask for them with --limit or --before')
      })
    })
}

function factsOf(row: ScheduleRow): [string, string][] {
  const facts: [string, string | null][] = [
    ['schedule', row.name],
    ['job', row.job],
    ['when', row.words],
    ['fault', row.fault],
    ['paused', row.pausedAt === null ? null : `since ${timeInWords(row.pausedAt)}`],
    ['overlap', overlapInWords(row)],
    ['catches up', catchUpInWords(row)],
    ['conditions', conditionsInWords(row.conditions)],
    ['input', inShort(row.input)],
    ['priority', row.priority === null ? null : String(row.priority)],
    ['unfinished', row.unfinished.length === 0 ? null : `runs ${row.unfinished.join(', ')}`],
    ['waiting', row.waiting === 0 ? null : counted(row.waiting, 'slot')],
  ]
  return facts.filter((fact): fact is [string, string] => fact[1] !== null)
}

function printPlanned(header: string, slots: PlannedSlot[], zone: string): void {
  printLine('')
  printTable(
    [header, ''],
    slots.map(({ at, note }) => [momentIn(zone, at), noteInWords(note)]),
  )
}

function printPast(rows: SlotRow[], zone: string): void {
  printLine('')
  printTable(
    ['SLOT', 'OUTCOME', 'RUN', 'WHY'],
    rows.map((row) => [
      momentIn(zone, row.at),
      outcomeCell(row),
      row.run === null ? '' : String(row.run),
      whyInWords(row, zone),
    ]),
    [2],
  )
}

function addPreview(schedule: Command): void {
  withTimingOptions(
    schedule.command('preview').description('say in words when something would run, and list the next slots'),
  )
    .option('--limit <number>', 'so many slots (1 to 500)', '10')
    .option('--after <time>', 'slots after this time (default: now)')
    .action(async (options: TimingOptions & { limit: string; after?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const now = new Date()
      const timing = parseTiming(options, now)
      const limit = parseShown(options)
      const after = options.after === undefined ? now.getTime() : parseTime('--after', options.after, now)
      await withHost(home, async (client) => {
        const preview = await client.schedules.preview({ timing, after, limit })
        if (json) return printJson(preview)
        printLine(preview.words)
        if (preview.slots.length === 0) printLine('There is no such slot.')
        else printPlanned('SLOT', preview.slots, preview.zone)
      })
    })
}

function addUpcoming(schedule: Command): void {
  schedule
    .command('upcoming')
    .description('list the slots of all schedules in the next hours')
    .option('--hours <number>', 'how far ahead', '24')
    .option('--limit <number>', 'at most so many (1 to 500)', '100')
    .action(async (options: { hours: string; limit: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const request = { hours: parseWhole('--hours', options.hours, 1, 9_600), limit: parseShown(options) }
      await withHost(home, async (client) => {
        const { rows, more } = await client.schedules.upcoming(request)
        if (json) return printJson(rows)
        if (rows.length === 0) return printLine('There are none.')
        printTable(
          ['AT', 'SCHEDULE', 'JOB', ''],
          rows.map(({ at, schedule: name, job, note }) => [timeInWords(at), name, job, noteInWords(note)]),
        )
        if (more) printLine('There are more: ask for them with --limit')
      })
    })
}

const switches = [
  ['pause', 'let the slots of a schedule pass without a run', 'is paused'],
  ['resume', 'go on with a paused schedule; what passed in between is skipped', 'is resumed'],
] as const

function addSwitches(schedule: Command): void {
  for (const [verb, description, said] of switches) {
    schedule
      .command(verb)
      .description(description)
      .argument('<name>', 'name of the schedule')
      .action(async (name: string, _options: object, command: Command) => {
        const { home, json } = circumstancesOf(command)
        await withHost(home, async (client) => {
          const row = await client.schedules[verb]({ name })
          if (json) printJson(row)
          else printLine(`schedule "${row.name}" ${said}${row.next === null ? '' : `; next ${nextInWords(row)}`}`)
        })
      })
  }
  schedule
    .command('rm')
    .description('remove a schedule; its runs stay, and so does what became of its slots')
    .argument('<name>', 'name of the schedule')
    .action(async (name: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const answer = await client.schedules.remove({ name })
        if (json) printJson({ name, ...answer })
        else printLine(`schedule "${name}" is removed`)
      })
    })
}

const nextInWords = ({ next, zone }: ScheduleRow): string => (next === null ? 'never' : momentIn(zone, next))
