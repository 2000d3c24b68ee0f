import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'
import type { CommandDefinition, Executor, ScriptDefinition } from '../../src-preload/definition.ts'
import type { AttemptStart, Ending, Report } from '../../src-main/interpreters/interpreters.ts'
import type { LogEntry } from '../../src-main/interpreters/log-budget.ts'
import { startSupervisor } from '../../src-main/interpreters/supervisor-client.ts'
import { findTagged } from '../../src-main/interpreters/tagged-processes.ts'
import { plainPolicy } from './plain-policy.ts'
import { tempFolder } from './temp-folder.ts'
import { until } from './until.ts'

export const command = (line: string, more: Partial<CommandDefinition> = {}): CommandDefinition => ({
  kind: 'command',
  command: { as: 'shell', line },
  stdin: null,
  successCodes: [0],
  ...plainPolicy,
  ...more,
})

export const script = (
  text: string,
  executor: Executor = 'process',
  more: Partial<ScriptDefinition> = {},
): ScriptDefinition => ({
  kind: 'script',
  executor,
  code: { from: 'text', name: 'task.ts', text },
  ...plainPolicy,
  ...more,
})

/** For the inputs 0 and 1: each waits for the other, blocking, so on one thread they would never end. Gives its thread. */
export const meeting = (executor: Executor): ScriptDefinition =>
  script(
    `import { threadId } from 'node:worker_threads'
     import { existsSync, writeFileSync } from 'node:fs'
     export default (own: number) => {
       writeFileSync('here-' + own, '')
       while (!existsSync('here-' + (1 - own)));
       return threadId
     }`,
    executor,
  )

/**
 * A supervisor of its own store for one test. When the test ends it is closed, and the test fails if any process that carries
 * the store's tag is left.
 */
export function openSupervisor(asyncThreads = 1) {
  const { close, ...supervised } = superviseIn(tempFolder(), asyncThreads)
  onTestFinished(close)
  return supervised
}

/**
 * One supervisor for those tests of a file that leave its interpreters as they found them, with one folder of scripts. It is
 * opened by the first of them, and closed as one of a test is. Call at the top of a test file.
 */
export function shareSupervisor() {
  let shared: ReturnType<typeof superviseIn> | null = null
  const home = mkdtempSync(join(tmpdir(), 'signalbox-shared-'))
  afterAll(async () => {
    await shared?.close()
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  })
  return () => (shared ??= superviseIn(home, 1))
}

function superviseIn(home: string, asyncThreads: number) {
  const folders = {
    cacheFolder: join(home, 'cache'),
    scriptsFolder: join(home, 'scripts'),
    tempFolder: join(home, 'temp'),
  }
  mkdirSync(folders.cacheFolder)
  mkdirSync(folders.scriptsFolder)
  const tag = randomUUID()
  const reports: Report[] = []
  const interpreters = startSupervisor({ tag, ...folders, threads: { async: asyncThreads, thread: 2 } }, (batch) =>
    reports.push(...batch.filter((report) => 'run' in report)),
  )
  const alive = () => findTagged((candidate) => candidate.startsWith(`${tag}/`))

  let lastRun = 0
  const of = <Type extends Report['type']>(type: Type, run: number) =>
    reports.filter((report): report is Extract<Report, { type: Type }> => report.type === type && report.run === run)

  const supervised = {
    tag,
    interpreters,
    reports,
    alive,
    ...folders,
    async close(): Promise<void> {
      await interpreters.close()
      const left = alive()
      if (left.length > 0) throw new Error(`processes outlived the test: ${JSON.stringify(left)}`)
    },
    /** Writes a file into the scripts folder. */
    write(name: string, text: string): string {
      const path = join(folders.scriptsFolder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      return path
    },
    start(definition: AttemptStart['definition'], input: unknown = null): number {
      const run = ++lastRun
      interpreters.start([attemptOf(run, definition, input)])
      return run
    },
    startSuspect(definition: AttemptStart['definition']): number {
      const run = ++lastRun
      interpreters.start([{ ...attemptOf(run, definition, null), isSuspect: true }])
      return run
    },
    startMany(definition: AttemptStart['definition'], inputs: unknown[]): number[] {
      const starts = inputs.map((input) => attemptOf(++lastRun, definition, input))
      interpreters.start(starts)
      return starts.map(({ run }) => run)
    },
    stop: (run: number, step: 'signal' | 'kill', reason = 'stop') =>
      interpreters.stop([{ run, attempt: 1, step, reason }]),
    ended: (run: number) => of('ended', run),
    pid: (run: number) => of('started', run)[0]?.pid ?? 0,
    progress: (run: number) => of('progress', run).map(({ done, total, note }) => ({ done, total, note })),
    lines: (run: number): LogEntry[] => of('log', run).flatMap(({ lines }) => lines),
    /** The lines as `level text`. */
    said: (run: number): string[] => supervised.lines(run).map(([, level, text]) => `${level} ${text}`),
    untilSaid: (run: number, text: string) =>
      until(`run ${run} says "${text}"`, () => supervised.said(run).some((line) => line.includes(text))),
    async endingOf(run: number, withinMs = 15_000): Promise<Ending> {
      await until(`run ${run} has ended`, () => of('ended', run).length > 0, withinMs)
      return of('ended', run)[0]!.ending
    },
  }
  return supervised
}

const attemptOf = (run: number, definition: AttemptStart['definition'], input: unknown): AttemptStart => ({
  run,
  attempt: 1,
  job: 'the-job',
  name: 'the-name',
  idempotencyKey: `key-${run}`,
  maxAttempts: 1,
  isLastAttempt: true,
  slot: null,
  backfilled: false,
  isSuspect: false,
  definition,
  input: JSON.stringify(input),
})
