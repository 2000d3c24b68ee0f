/**
 * Loaded into a host and its supervisor before anything else (`--import`), in each of their threads. It writes down what the
 * engine commits (see ledger.ts), and kills the host at the step that it is told to: between any two of them a kill may come,
 * and the program itself knows nothing of either.
 */
import childProcess from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { BroadcastChannel, isMainThread, MessagePort } from 'node:worker_threads'
import type Database from 'better-sqlite3'
import { lineOf } from './ledger.ts'
import type { Word } from './ledger.ts'

/** What a host of the tests is told; JSON in the variable WITNESS. */
export type WitnessOptions = {
  ledger: string
  /** Gets a line for each step: which process, and its name. */
  steps: string | null
  /** Ends the host at the step of that number in the engine, or in the supervisor, counted from 1; `both`: with the supervisor. */
  failAt: { in: 'engine' | 'supervisor'; step: number; both: boolean } | null
}

type InSupervisor = WitnessOptions & { host: number }

const options = JSON.parse(process.env['WITNESS'] ?? 'null') as WitnessOptions | InSupervisor | null
const isSupervisor = options !== null && 'host' in options
let steps = 0

if (options !== null) {
  if (isSupervisor) watchSupervisor()
  else if (isMainThread) passOnCrashes()
  else watchEngine()
}

function say(text: string): void {
  if (options !== null && text !== '') appendFileSync(options.ledger, text)
}

/** A moment between two things that last. */
function step(name: string): void {
  if (options === null) return
  steps += 1
  const where = isSupervisor ? 'supervisor' : 'engine'
  if (options.steps !== null) appendFileSync(options.steps, `${where} ${steps} ${name}\n`)
  const { failAt } = options
  if (failAt?.in !== where || failAt.step !== steps) return
  say(lineOf('KILL', 0, 0, `host at ${where} step ${steps} ${name}`))
  if ('host' in options) {
    process.kill(options.host, 'SIGKILL')
    if (failAt.both) process.kill(process.pid, 'SIGKILL')
  } else {
    if (failAt.both && supervisor?.pid !== undefined) process.kill(supervisor.pid, 'SIGKILL')
    process.kill(process.pid, 'SIGKILL')
  }
  // The signal may take a moment to arrive; nothing more happens here until it has.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000)
}

// ---------------------------------------------------------------- the engine's thread

let supervisor: ChildProcess | null = null

function watchEngine(): void {
  say(lineOf('LIFE', 0, 0))
  watchStatements()
  watchSpawns()
  watchReplies()
  const channel = new BroadcastChannel('witness')
  channel.onmessage = () => {
    throw new Error('the witness was told to end the engine')
  }
  channel.unref()
}

/** SIGUSR2 ends the engine's thread and nothing else. */
function passOnCrashes(): void {
  const channel = new BroadcastChannel('witness')
  channel.unref()
  process.on('SIGUSR2', () => channel.postMessage('crash'))
}

type AnyStatement = Record<'run' | 'get' | 'all', (...values: unknown[]) => unknown>

function watchStatements(): void {
  const load = createRequire(import.meta.url)
  const { prototype } = load('better-sqlite3') as { prototype: Database.Database }
  const prepare = prototype.prepare
  let committed = ''
  // Before the commit it is not true yet.
  const afterCommit = (db: Database.Database, line: string) => {
    if (db.inTransaction) committed += line
    else say(line)
  }
  Object.assign(prototype, {
    prepare(this: Database.Database, sql: string) {
      const statement = prepare.call(this, sql) as unknown as AnyStatement
      const words = sql.trim()
      const wrap = (way: keyof AnyStatement, watched: (call: () => unknown, values: unknown[]) => unknown) => {
        const call = statement[way].bind(statement)
        statement[way] = (...values) => watched(() => call(...values), values)
      }
      const note = (way: keyof AnyStatement, word: Word, detail: (values: unknown[]) => string, isDone = true) =>
        wrap(way, (call, values) => {
          const result = call()
          const [id, attempt] = values.slice(-2) as [number, number]
          const changed = way === 'run' ? (result as { changes: number }).changes === 1 : result !== undefined
          if (changed && isDone) afterCommit(this, lineOf(word, id, attempt, detail(values)))
          step(word.toLowerCase())
          return result
        })
      if (words === 'BEGIN IMMEDIATE') {
        wrap('run', (call) => {
          step('begin')
          committed = ''
          return call()
        })
      } else if (words === 'COMMIT') {
        wrap('run', (call) => {
          const result = call()
          say(committed)
          committed = ''
          step('commit')
          return result
        })
      } else if (/^UPDATE runs SET lifecycle = 'finished'.*cpu_ms = \?/s.test(words))
        note('run', 'DONE', ([outcome]) => String(outcome))
      else if (/^UPDATE runs SET lifecycle = 'finished'/.test(words)) {
        wrap('get', (call, values) => {
          const row = call() as { attempt: number } | undefined
          if (row !== undefined)
            afterCommit(this, lineOf('DONE', Number(values.at(-1)), row.attempt, String(values[0])))
          return row
        })
      } else if (/^UPDATE runs SET lifecycle = 'queued'.*interrupted \+ 1/s.test(words))
        note('get', 'REQUEUE', () => '')
      else if (/^UPDATE runs SET lifecycle = 'scheduled'.*attempt = \?/s.test(words)) note('run', 'RETRY', () => '')
      else if (/^INSERT INTO log/.test(words)) {
        wrap('run', (call) => {
          const result = call()
          step('log')
          return result
        })
      }
      return statement
    },
  })
}

function watchSpawns(): void {
  const { spawn } = childProcess
  const watched = (file: string, args: string[], given: childProcess.SpawnOptions): ChildProcess => {
    if (options === null || !args.some((word) => /supervisor\.(ts|js)$/.test(word))) return spawn(file, args, given)
    const told: InSupervisor = { ...options, host: process.pid }
    const child = spawn(file, ['--import', import.meta.url, ...args], {
      ...given,
      env: { ...given.env, WITNESS: JSON.stringify(told) },
    })
    supervisor = child
    const stdin = child.stdin
    if (stdin !== null) {
      const write = stdin.write.bind(stdin) as (...values: unknown[]) => boolean
      stdin.write = ((...values: unknown[]) => {
        step('to the supervisor')
        const isTaken = write(...values)
        step('sent to the supervisor')
        return isTaken
      }) as typeof stdin.write
    }
    return child
  }
  Object.assign(childProcess, { spawn: watched })
  syncBuiltinESMExports()
}

/** Every port of this thread leads to somebody who has asked something. */
function watchReplies(): void {
  const post = MessagePort.prototype.postMessage as (this: MessagePort, ...values: unknown[]) => void
  MessagePort.prototype.postMessage = function (this: MessagePort, ...values: unknown[]) {
    step('reply')
    post.apply(this, values)
    step('replied')
  } as typeof MessagePort.prototype.postMessage
}

// ---------------------------------------------------------------- the supervisor

function watchSupervisor(): void {
  // Nobody below is to know of it.
  delete process.env['WITNESS']
  const { spawn } = childProcess
  Object.assign(childProcess, {
    spawn: (file: string, args: string[], given: childProcess.SpawnOptions) => {
      step('spawn')
      const child = spawn(file, args, given)
      step('spawned')
      return child
    },
  })
  syncBuiltinESMExports()
  const write = process.stdout.write.bind(process.stdout) as (...values: unknown[]) => boolean
  process.stdout.write = (...values: unknown[]) => {
    const isDeath = Buffer.isBuffer(values[0]) && values[0].includes('"gone"')
    step(isDeath ? 'death seen' : 'report')
    const isTaken = write(...values)
    step(isDeath ? 'death told' : 'reported')
    return isTaken
  }
}
