import type { Command } from 'commander'
import type { Advice, JobRow } from '../../src-preload/contract.ts'
import { concurrencyInWords, semaphoreInWords } from './gate-options.ts'
import { conditionsInWords } from './condition-options.ts'
import { addJobAdd } from './job-add.ts'
import { httpFacts } from './http-options.ts'
import { interruptionInWords } from './interruption-option.ts'
import { limitFacts } from './limit-options.ts'
import { printFacts, printJson, printLine, printTable } from './output.ts'
import { retryInWords } from './retry-options.ts'
import { secretInWords } from './secret.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { contentInWords, heartbeatInWords, spanInWords, stateCell, stateInWords, timeInWords } from './words.ts'

/** `job`: the saved definitions, which `submit` runs by name. */
export function addJob(program: Command): void {
  const job = program.command('job').description('add, list, show, remove, pause and resume jobs')
  addJobAdd(job)

  job
    .command('ls')
    .description('list the jobs')
    .action(async (_options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const rows = await client.jobs.list()
        if (json) printJson(rows)
        else printJobs(rows)
      })
    })

  job
    .command('show')
    .description('show one job')
    .argument('<name>', 'name of the job')
    .action(async (name: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const row = await client.jobs.get({ name })
        const advice = await client.jobs.advice({ name })
        if (json) printJson({ ...row, advice })
        else printJob(row, advice)
      })
    })

  job
    .command('rm')
    .description('remove a job; its finished runs stay in the history')
    .argument('<name>', 'name of the job')
    .action(async (name: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const answer = await client.jobs.remove({ name })
        if (json) printJson({ name, ...answer })
        else printLine(`job "${name}" is removed`)
      })
    })

  for (const [verb, description, said] of [
    ['pause', 'start no run of a job until it is resumed', 'is paused'],
    ['resume', 'start the runs of a paused job again', 'is resumed'],
  ] as const) {
    job
      .command(verb)
      .description(description)
      .argument('<name>', 'name of the job')
      .action(async (name: string, _options: object, command: Command) => {
        const { home, json } = circumstancesOf(command)
        await withHost(home, async (client) => {
          const row = await client.jobs[verb]({ name })
          if (json) printJson(row)
          else printLine(`job "${name}" ${said}`)
        })
      })
  }
}

function printJobs(jobs: JobRow[]): void {
  if (jobs.length === 0) return printLine('There are no jobs. Add one with: signalbox job add FILE')
  printTable(
    ['NAME', 'KIND', 'EXECUTOR', 'QUEUED', 'LAST RUN', 'STATE', 'RUNS'],
    jobs.map((job) => [
      job.name,
      job.kind,
      job.executor,
      String(job.queued),
      job.lastRun === null ? '' : String(job.lastRun.id),
      job.pausedAt !== null ? { text: 'paused', colour: 'yellow' } : job.lastRun === null ? '' : stateCell(job.lastRun),
      contentInWords(job),
    ]),
    [3, 4],
  )
}

function printJob(job: JobRow, advice: Advice | null): void {
  const { definition } = job
  const span = (ms: number | null) => (ms === null ? null : spanInWords(ms))
  const facts: [string, string | null][] = [
    ['job', job.name],
    ['about', job.description],
    ['runs', `${contentInWords(job)} (${job.kind}, executor ${job.executor})`],
    ...httpFacts(definition),
    ['advice', advice === null ? null : adviceInWords(advice)],
    ['paused', job.pausedAt === null ? null : `since ${timeInWords(job.pausedAt)}`],
    ['priority', String(job.priority)],
    ['timeout', span(definition.timeoutMs) ?? 'none'],
    ['queue timeout', span(definition.queueTimeoutMs) ?? 'none'],
    ['idle timeout', span(definition.idleTimeoutMs)],
    ['total timeout', span(definition.totalTimeoutMs)],
    ['retries', definition.retry === null ? null : retryInWords(definition.retry)],
    ['cut off', interruptionInWords(definition.onInterrupted)],
    ['grace', spanInWords(definition.graceMs)],
    ['semaphores', definition.semaphores.map(semaphoreInWords).join(', ') || null],
    ['concurrency', definition.concurrency === null ? null : concurrencyInWords(definition.concurrency)],
    ...limitFacts(definition.limits),
    ['project', definition.kind === 'script' ? (definition.code.project ?? null) : null],
    ['conditions', conditionsInWords(definition.conditions)],
    ['folder', definition.cwd],
    ['environment', Object.keys(definition.env).join(', ') || null],
    ['secrets', definition.secrets.map(secretInWords).join(', ') || null],
    ['expects', job.heartbeat === null ? null : heartbeatInWords(job.heartbeat, Date.now())],
    ['queued', String(job.queued)],
    ['last run', job.lastRun === null ? null : `${job.lastRun.id} (${stateInWords(job.lastRun)})`],
    ['changed', timeInWords(job.updatedAt)],
  ]
  printFacts(facts.filter((fact): fact is [string, string] => fact[1] !== null))
}

function adviceInWords({ isCurrent, reason, runs }: Advice): string {
  return `${reason}${isCurrent ? ', as it is' : ', and not as it is'} (${runs} runs)`
}
