import type { Command } from 'commander'
import type { Attempt, RunDetail } from '../../src-preload/contract.ts'
import { parseRunId } from './arguments.ts'
import { inertOn, printFacts, printJson, printLine, printTable } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { printFindings } from './print-findings.ts'
import { printWaits } from './print-waits.ts'
import { deadlockInWords, ladderInWords, situationInWords } from './wait-words.ts'
import {
  cancellersInWords,
  contentInWords,
  errorLines,
  inShort,
  spanInWords,
  stateCell,
  stateInWords,
  timeInWords,
  tookInWords,
} from './words.ts'

/** `show`: everything about one run. */
export function addShow(program: Command): void {
  program
    .command('show')
    .description('show one run')
    .argument('<run>', 'id of the run')
    .action(async (run: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const id = parseRunId(run)
      await withHost(home, async (client) => {
        const detail = await client.runs.get({ id })
        if (json) return printJson(detail)
        print(detail)
        if (detail.deadlock === null) return
        const deadlock = (await client.waits.deadlocks()).find((each) => each.id === detail.deadlock)
        if (deadlock === undefined) return
        printLine('')
        for (const line of deadlockInWords(deadlock, Date.now())) printLine(inertOn(process.stdout, line))
      })
    })
}

function print(run: RunDetail): void {
  const now = Date.now()
  const facts: [string, string | null][] = [
    ['run', `${run.id}  ${run.name}`],
    ['job', run.job],
    ['state', stateInWords(run)],
    ['attempt', run.maxAttempts === 1 ? null : `${run.attempt} of ${run.maxAttempts}`],
    // A run that neither waits nor stops has only its progress to tell.
    [run.waits.length > 0 || run.lifecycle === 'stopping' ? 'why' : 'progress', situationInWords(run, now) || null],
    ['runs', `${contentInWords(run)} (${run.kind}, executor ${run.executor})`],
    ['spawned by', run.parent === null ? null : `run ${run.parent}`],
    [
      'cancelled by',
      run.outcome === 'cancelled' || run.lifecycle === 'stopping' ? cancellersInWords(run.events) : null,
    ],
    ['stop', run.stop === null ? null : ladderInWords(run.stop, run.kind, run.finishedAt)],
    ['schedule', slotInWords(run)],
    ['repeats', run.retryOf === null ? null : `run ${run.retryOf}`],
    ['priority', run.priority === 0 ? null : String(run.priority)],
    ['created', timeInWords(run.createdAt)],
    ['due', run.dueAt === null ? null : timeInWords(run.dueAt)],
    ['started', run.startedAt === null ? null : timeInWords(run.startedAt)],
    ['finished', run.finishedAt === null ? null : timeInWords(run.finishedAt)],
    ['took', tookInWords(run, now) || null],
    ['looked at', lookedAtInWords(run)],
    ['input', inShort(run.input)],
    ['result', run.outcome === 'succeeded' ? inShort(run.result) : null],
    ['log', `${run.logLines} ${run.logLines === 1 ? 'line' : 'lines'}: signalbox logs ${run.id}`],
  ]
  printFacts(facts.filter((fact): fact is [string, string] => fact[1] !== null))
  if (run.error !== null) {
    printLine('')
    for (const line of errorLines(run.error)) printLine(inertOn(process.stdout, line))
  }
  printFindings(run)
  printWaits(run, now)
  if (run.attempts.length > 0) printAttempts(run, now)
  if (run.children.first.length > 0) printChildren(run)
}

/** Of an abandoned run: when somebody said so. */
function lookedAtInWords({ events }: RunDetail): string | null {
  const seen = events.find(({ type }) => type === 'looked_at')
  return seen === undefined ? null : timeInWords(seen.at)
}

function slotInWords({ schedule, slot, backfilled }: RunDetail): string | null {
  if (slot === null) return null
  return `${schedule ?? '(removed)'}, slot ${timeInWords(slot)}${backfilled ? ', backfilled' : ''}`
}

function printAttempts(run: RunDetail, now: number): void {
  printLine('')
  printTable(
    ['ATTEMPT', 'STATE', 'PROCESS', 'EXIT', 'TOOK', 'CPU', 'NOTE'],
    run.attempts.map((attempt) => [
      String(attempt.number),
      attempt.state.replace('_', ' '),
      attempt.pid === null ? '' : String(attempt.pid),
      attempt.exitSignal ?? (attempt.exitCode === null ? '' : String(attempt.exitCode)),
      spanInWords((attempt.endedAt ?? now) - attempt.startedAt),
      attempt.cpuMs === null ? '' : spanInWords(attempt.cpuMs),
      noteInWords(attempt),
    ]),
    [0, 4, 5],
  )
}

/** Of the last one the error stands above. */
function noteInWords({ note, error }: Attempt): string {
  const why = note === null || error === null ? null : `${error.name}: ${error.message}`.split('\n', 1)[0]
  return [why, note].filter((part) => typeof part === 'string').join('; ')
}

function printChildren({ id, children: { unfinished, finished, first } }: RunDetail): void {
  printLine('')
  printTable(
    ['CHILD', 'STATE', 'NAME'],
    first.map((child) => [String(child.id), stateCell(child), child.name]),
    [0],
  )
  const more = unfinished + finished - first.length
  if (more > 0) printLine(`and ${more} more: signalbox ls --parent ${id}`)
}
