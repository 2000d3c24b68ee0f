import type { Database } from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import * as v from 'valibot'
import { definitionSchema } from '../../src-preload/definition.ts'
import { submitSchema } from '../../src-preload/contract.ts'
import type { Slots } from '../../src-preload/slots.ts'
import type { Submit } from '../../src-preload/contract.ts'
import type { Surroundings } from '../../src-main/core/conditions.ts'
import type { Clock } from '../../src-main/engine/clock.ts'
import { saveJob } from '../../src-main/engine/commands/jobs.ts'
import { submit } from '../../src-main/engine/commands/submit.ts'
import { Engine } from '../../src-main/engine/engine.ts'
import type { AskForKey } from '../../src-main/engine/secrets.ts'
import type { Answer } from '../../src-main/interpreters/calls.ts'
import type {
  AttemptStart,
  Interpreters,
  OnReports,
  Report,
  StopStep,
} from '../../src-main/interpreters/interpreters.ts'
import type { Instruction, NamedReport } from '../../src-main/interpreters/named/named-interpreters.ts'
import { prepareStore } from '../../src-main/store/store.ts'
import type { Reading } from '../../src-main/interpreters/telemetry/gauges.ts'
import type { Store } from '../../src-main/store/store.ts'
import { newDatabase } from './new-database.ts'
import { VirtualClock } from './virtual-clock.ts'

export const usualSurroundings: Surroundings = {
  acPower: true,
  idleMs: null,
  network: true,
  metered: null,
  zone: 'UTC',
}

/** Statements are prepared once for each connection, also over several lives: that takes longer than most of what they do. */
const stores = new WeakMap<Database, Store>()

/**
 * An engine on a store in memory, in time that passes when told to, whose attempts do what the test says. With the `db` of
 * another one it is the next life on that store. Whatever is told to the interpreters before its commit fails the test.
 */
export async function openSimulatedEngine(
  options: {
    /** Without `thread`: one. */
    slots?: { async: number; process: number; thread?: number }
    slotsAtStart?: Slots
    life?: string
    isPrivate?: boolean
    db?: Database
    scriptsFolder?: string
    /** What chance says; 0 unless given. */
    random?: () => number
    askForKey?: AskForKey
    /** What the machine is like; unless given: on AC power, with a network, in UTC, and nobody sees whether it is used. */
    surroundings?: Surroundings
    /** Time that goes on from an earlier life. */
    world?: VirtualClock
    /** What is told of every start, stop and answer, beside the lists below. */
    connect?: (clock: Clock, onReports: OnReports) => Pick<Interpreters, 'start' | 'stop' | 'answer'>
  } = {},
) {
  const world = options.world ?? new VirtualClock()
  const clock = world.life()
  const db = options.db ?? newDatabase()
  let store = stores.get(db)
  if (store === undefined) stores.set(db, (store = prepareStore(db)))
  const started: AttemptStart[] = []
  const steps: StopStep[] = []
  const answers: Answer[] = []
  const instructions: Instruction[] = []
  const fatal: unknown[] = []
  const closed: string[] = []
  const gauges: Reading[] = []
  let send: OnReports = () => undefined
  const engine = new Engine({
    store,
    storeId: 'test',
    scriptsFolder: options.scriptsFolder ?? '/nowhere',
    clock,
    random: options.random ?? (() => 0),
    askForKey: options.askForKey ?? (() => Promise.resolve(null)),
    slots: { async: 2, thread: 1, process: 1, ...options.slots },
    slotsAtStart: options.slotsAtStart ?? {},
    life: options.life ?? null,
    isPrivate: options.isPrivate ?? false,
    surroundings: options.surroundings ?? usualSurroundings,
    connectInterpreters: (onReports) => {
      send = onReports
      const machine = options.connect?.(clock, onReports)
      return {
        sweep: () => Promise.resolve({ killed: 0 }),
        start(attempts) {
          if (db.inTransaction) fatal.push(new Error('started before the commit'))
          started.push(...attempts)
          machine?.start(attempts)
        },
        stop(sent) {
          if (db.inTransaction) fatal.push(new Error('stopped before the commit'))
          steps.push(...sent)
          machine?.stop(sent)
        },
        answer(sent) {
          if (db.inTransaction) fatal.push(new Error('answered before the commit'))
          answers.push(...sent)
          machine?.answer(sent)
        },
        instruct(sent) {
          if (db.inTransaction) fatal.push(new Error('instructed before the commit'))
          instructions.push(...sent)
        },
        readGauges: () => gauges,
        recycle: () => false,
        close() {
          closed.push('closed')
          return Promise.resolve()
        },
      }
    },
    onFatal: (error) => fatal.push(error),
  })
  onTestFinished(() => {
    clock.die()
    db.close()
    if (fatal.length > 0) throw fatal[0]
  })

  /** Lets `ms` pass, and with it everything that is due. */
  const pass = (ms = 0) => world.runUntil(world.monoMs + ms)
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    promise.catch(() => undefined)
    await pass()
    return promise
  }
  await settle(engine.start())

  return {
    engine,
    db,
    world,
    clock,
    /** What ended the engine; a test that expects it takes it out. */
    fatal,
    /** One entry for each time the interpreters were closed. */
    closed,
    started,
    steps,
    /** What is known of the interpreters; the test writes it. */
    gauges,
    /** In the order in which they were sent. */
    answers,
    /** What was to be done with named interpreters. */
    instructions,
    pass,
    settle,
    startedRuns: () => started.map(({ run }) => run),
    command: <T>(apply: Parameters<typeof engine.command<T>>[0]) => settle(engine.command(apply)),
    report: async (...reports: (Report | NamedReport)[]) => {
      send(reports)
      await pass()
    },
    returned: async (run: number, attempt = 1) => {
      send([{ type: 'ended', run, attempt, ending: { how: 'returned', result: 'null' }, cpuMs: null }])
      await pass()
    },
    addJob: (name: string, definition: object = {}) =>
      settle(
        engine.command((state, tick) =>
          saveJob(state, tick, {
            name,
            definition: v.parse(definitionSchema, {
              kind: 'script',
              code: { from: 'text', name: 'a.ts', text: '' },
              executor: 'async',
              ...definition,
            }),
            description: null,
            priority: 0,
            replace: false,
          }),
        ),
      ),
    submit: async (request: Omit<Extract<Submit, { what: 'job' }>, 'what'>) => {
      const parsed = v.parse(submitSchema, { what: 'job', ...request })
      return (await settle(engine.command((state, tick) => submit(state, tick, parsed)))).id
    },
    run: (id: number) => {
      const run = engine.read((state) => state.store.runs.get.get(id))
      if (run === undefined) throw new Error(`run ${id} is not stored`)
      return run
    },
  }
}
