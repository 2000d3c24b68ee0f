import { implement, ORPCError, ValidationError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/bun-ws'
import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { contract } from '../../src-preload/contract.ts'
import type { Definition, RunRow, Status } from '../../src-preload/contract.ts'
import { limits } from '../../src-preload/definition.ts'
import { Problem, problem } from '../../src-preload/problem.ts'
import { checkScript } from '../interpreters/check-script.ts'
import { listExamples } from '../jobs/examples.ts'
import { adviceFor } from './advice.ts'
import { createBackupRouter } from './backup-keeper.ts'
import type { BackupKeeper } from './backup-keeper.ts'
import { CallTurns } from './call-turns.ts'
import { checkPlaces } from './check-places.ts'
import type { Clock } from './clock.ts'
import { cancel, kill } from './commands/cancel.ts'
import { removeJob, saveJob, setJobPaused } from './commands/jobs.ts'
import { lookedAt } from './commands/looked-at.ts'
import { retry, submit, submitMany } from './commands/submit.ts'
import type { Engine } from './engine.ts'
import { findRuns, matchesOf } from './history/find.ts'
import { createHistoryFeeds, createHistoryRouter } from './history/router.ts'
import { createInterpreterFeeds, createInterpreterRouter } from './named/router.ts'
import { createObjectFeeds } from './objects/feeds.ts'
import { createOverviewFeeds } from './overview-views.ts'
import { createJobVersionRouter } from './job-versions.ts'
import { createObjectRouter } from './objects/router.ts'
import { jobsView, nowView, runView, statusView } from './feed-views.ts'
import type { Feeds } from './feeds.ts'
import { createSecretRouter } from './secret-router.ts'
import { createScheduleFeeds } from './schedules/feed.ts'
import { createSlotRouter } from './slots.ts'
import { createScheduleRouter } from './schedules/router.ts'
import { lastAlerts, standingAlerts } from './heartbeats.ts'
import type { EngineState } from './state.ts'
import { deadlocksOf } from './waits/deadlock-views.ts'
import { jobNamed, jobRow, logLines, runDetail, runRow } from './views.ts'

/** Answers the contract's calls from the engine. What is checked here is not checked again further in. */
export function createRouter(engine: Engine, feeds: Feeds, backups: BackupKeeper, status: () => Status) {
  const on = implement(contract)
  const never = new AbortController().signal

  return on.router({
    engine: {
      status: on.engine.status.handler(() => status()),
    },
    jobs: {
      save: on.jobs.save.handler(async ({ input }) => {
        await checkDefinition(input.definition)
        await engine.command((state, tick) => saveJob(state, tick, input))
        return engine.read((state) => jobNamed(state, input.name))
      }),
      list: on.jobs.list.handler(() =>
        engine.read((state) => state.store.jobs.all.all().map((job) => jobRow(state, job))),
      ),
      get: on.jobs.get.handler(({ input }) => engine.read((state) => jobNamed(state, input.name))),
      advice: on.jobs.advice.handler(({ input }) => engine.read((state) => adviceFor(state, input.name))),
      remove: on.jobs.remove.handler(async ({ input }) => {
        await engine.command((state, tick) => removeJob(state, tick, input.name))
        return { removed: true as const }
      }),
      pause: on.jobs.pause.handler(async ({ input }) => {
        await engine.command((state, tick) => setJobPaused(state, tick, input.name, true))
        return engine.read((state) => jobNamed(state, input.name))
      }),
      resume: on.jobs.resume.handler(async ({ input }) => {
        await engine.command((state, tick) => setJobPaused(state, tick, input.name, false))
        return engine.read((state) => jobNamed(state, input.name))
      }),
      ...createJobVersionRouter(engine),
    },
    runs: {
      submit: on.runs.submit.handler(async ({ input }) => {
        if (input.what === 'definition') await checkDefinition(input.definition)
        return engine.command((state, tick) => submit(state, tick, input))
      }),
      submitMany: on.runs.submitMany.handler(({ input }) => {
        const inputs = input.inputs.map((value) => JSON.stringify(value))
        return engine.command((state, tick) => submitMany(state, tick, { ...input, inputs }))
      }),
      cancel: on.runs.cancel.handler(async ({ input }) => {
        await engine.command((state, tick) => cancel(state, tick, input.id, input.reason))
        return engine.read((state) => storedRunRow(state, input.id))
      }),
      kill: on.runs.kill.handler(async ({ input }) => {
        await engine.command((state, tick) => kill(state, tick, input.id))
        return engine.read((state) => storedRunRow(state, input.id))
      }),
      retry: on.runs.retry.handler(({ input }) => {
        const changed = input.input === undefined ? null : JSON.stringify(input.input)
        return engine.command((state, tick) => retry(state, tick, input.id, changed))
      }),
      lookedAt: on.runs.lookedAt.handler(async ({ input }) => {
        await engine.command((state, tick) => lookedAt(state, tick, input.id))
        return engine.read((state) => storedRunRow(state, input.id))
      }),
      get: on.runs.get.handler(({ input }) => engine.read((state) => runDetail(state, input.id))),
      list: on.runs.list.handler(({ input }) =>
        engine.read((state) => {
          const { before = Infinity, limit, ...conditions } = input
          const { found, search } = findRuns(state, conditions, { before }, limit + 1)
          const shown = found.slice(0, limit)
          const rows = shown.map(({ id }) => storedRunRow(state, id))
          return { rows, more: found.length > limit, matches: matchesOf(state, shown, search) }
        }),
      ),
      logs: on.runs.logs.handler(({ input }) =>
        engine.read((state) => {
          storedRunRow(state, input.id)
          return logLines(state, input.id, input.from, input.limit)
        }),
      ),
    },
    ...createObjectRouter(engine),
    ...createScheduleRouter(engine),
    ...createHistoryRouter(engine),
    ...createSecretRouter(engine),
    ...createBackupRouter(backups),
    ...createInterpreterRouter(engine),
    ...createSlotRouter(engine),
    alerts: {
      list: on.alerts.list.handler(({ input }) =>
        engine.read((state) => (input.all ? lastAlerts(state, 100) : standingAlerts(state))),
      ),
    },
    waits: {
      deadlocks: on.waits.deadlocks.handler(() => engine.read((state) => deadlocksOf(state, 100))),
    },
    examples: {
      list: on.examples.list.handler(() => listExamples()),
    },
    scripts: {
      check: on.scripts.check.handler(({ input }) => checkScript(input.name, input.text)),
    },
    feeds: {
      now: on.feeds.now.handler(({ signal }) => feeds.table(nowView(engine), signal ?? never)),
      run: on.feeds.run.handler(({ input, signal }) => {
        engine.read((state) => storedRunRow(state, input.id))
        return feeds.table(runView(engine, input.id), signal ?? never)
      }),
      jobs: on.feeds.jobs.handler(({ signal }) => feeds.table(jobsView(engine), signal ?? never)),
      status: on.feeds.status.handler(({ signal }) => feeds.table(statusView(status), signal ?? never)),
      logs: on.feeds.logs.handler(({ input, signal }) => {
        engine.read((state) => storedRunRow(state, input.id))
        return feeds.logs(input.id, input.from, signal ?? never)
      }),
      ...createObjectFeeds(engine, feeds),
      ...createOverviewFeeds(engine, feeds),
      ...createHistoryFeeds(engine, feeds),
      ...createInterpreterFeeds(engine, feeds),
      ...createScheduleFeeds(engine, feeds),
      ack: on.feeds.ack.handler(({ input }) => {
        feeds.ack(input.feed, input.version)
        return null
      }),
    },
  })
}

/** Serves the contract on ports that carry oRPC frames. */
export function servePorts(router: ReturnType<typeof createRouter>, clock: Clock): (port: MessagePort) => void {
  const turns = new CallTurns(clock)
  const handler = new RPCHandler(router, {
    clientInterceptors: [
      async ({ next }) => {
        try {
          return await next()
        } catch (error) {
          throw toWire(error)
        }
      },
    ],
  })
  return (port) => {
    const peer = {
      send(frame: string | ArrayBufferLike | Uint8Array): number {
        port.postMessage(frame)
        return 0
      },
    }
    // oRPC's own adapter for ports drops the promise of `message`: one frame that cannot be read would end this thread.
    const line = turns.line()
    port.on('message', (frame: string | Uint8Array) => {
      line.add(() => void handler.message(peer, frame).catch(() => port.close()))
    })
    port.on('close', () => {
      line.close()
      handler.close(peer)
    })
  }
}

/** Every error leaves as `{ code, message, hint }`; stacks and paths of ours stay here. */
function toWire(error: unknown): ORPCError<string, { hint: string }> {
  const known = asProblem(error)
  return new ORPCError(known.code, {
    status: known.code === 'INTERNAL' ? 500 : 400,
    message: known.message,
    data: { hint: known.hint },
  })
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof ORPCError) {
    const cause: unknown = error.cause
    if (cause instanceof ValidationError) return problem('BAD_INPUT', { details: describeIssues(cause) })
    return problem('BAD_INPUT', { details: error.message })
  }
  console.error('unexpected error while answering a call:', error)
  return problem('INTERNAL', { message: error instanceof Error ? error.message : String(error) })
}

function describeIssues(error: ValidationError): string {
  return error.issues
    .map((issue) => {
      const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
      return path === '' ? issue.message : `${path}: ${issue.message}`
    })
    .join('; ')
}

/** What can be known to fail is refused before anything is stored. */
async function checkDefinition(definition: Definition): Promise<void> {
  checkPlaces(definition)
  if (definition.kind !== 'script') return
  const { code } = definition
  const name = code.from === 'file' ? code.path : code.name
  const [first] = checkScript(name, code.from === 'file' ? await readScript(code.path) : code.text)
  if (first !== undefined) {
    throw problem('SCRIPT_SYNTAX', { place: `${name}:${first.line}:${first.column}`, message: first.message })
  }
}

async function readScript(path: string): Promise<string> {
  if (!isAbsolute(path)) throw problem('BAD_INPUT', { details: `the path is not absolute: ${path}` })
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.isFile() !== true) throw problem('FILE_NOT_FOUND', { path })
    if (stats.size > limits.sourceBytes) {
      throw problem('TOO_LARGE', { what: `The script ${path}`, limitBytes: limits.sourceBytes })
    }
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Problem) throw error
    throw problem('FILE_UNREADABLE', { path, why: (error as Error).message })
  }
}

function storedRunRow(state: EngineState, id: number): RunRow {
  const run = state.store.runs.get.get(id)
  if (run === undefined) throw problem('RUN_NOT_FOUND', { id })
  return runRow(state, run)
}
