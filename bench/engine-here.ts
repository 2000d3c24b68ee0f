import * as v from 'valibot'
import { definitionSchema } from '../src-preload/definition.ts'
import { unknownSurroundings } from '../src-main/core/conditions.ts'
import { systemClock } from '../src-main/engine/clock.ts'
import { saveJob } from '../src-main/engine/commands/jobs.ts'
import { submitMany } from '../src-main/engine/commands/submit.ts'
import { Engine } from '../src-main/engine/engine.ts'
import { homePaths } from '../src-main/home.ts'
import type { Interpreters, OnReports } from '../src-main/interpreters/interpreters.ts'
import { startSupervisor } from '../src-main/interpreters/supervisor-client.ts'
import { openStore } from '../src-main/store/open.ts'
import { prepareStore } from '../src-main/store/store.ts'

export type EngineHere = { engine: Engine; stop: () => Promise<void> }

/** Runs per transaction of a bulk submit. */
const BULK = 5_000

export async function submitInBulk(
  engine: Engine,
  job: string,
  count: number,
  { delayMs = 0, inputOf = () => '{"n":1}' }: { delayMs?: number; inputOf?: (n: number) => string } = {},
): Promise<void> {
  for (let left = count; left > 0; left -= BULK) {
    const inputs = Array.from({ length: Math.min(BULK, left) }, (_, index) => inputOf(left - index))
    await engine.command((state, tick) => submitMany(state, tick, { job, inputs, delayMs }))
  }
}

/** Resolves when `count` more runs have succeeded. */
export function untilSucceeded(engine: Engine, count: number): Promise<void> {
  const succeeded = () => engine.read(({ counters }) => counters.get('was_succeeded'))
  const target = succeeded() + count
  return new Promise((resolve) =>
    engine.onChanges(() => {
      if (succeeded() >= target) resolve()
    }),
  )
}

const NO_OP = 'export default () => null\n'

/** The whole engine on this thread, with its real store and real interpreters, and the jobs the benches submit. */
export async function startEngineHere(
  home: string,
  slots: { async: number; process: number; thread?: number },
  connect?: (onReports: OnReports) => Interpreters,
): Promise<EngineHere> {
  const { db, storeId, close } = openStore(home, 'bench')
  const paths = homePaths(home)
  const engine = new Engine({
    store: prepareStore(db),
    storeId,
    scriptsFolder: paths.scripts,
    clock: systemClock,
    random: Math.random,
    slots: { thread: 1, ...slots },
    isPrivate: false,
    askForKey: () => Promise.resolve(null),
    surroundings: unknownSurroundings('UTC'),
    connectInterpreters:
      connect ??
      ((onReports) =>
        startSupervisor(
          { tag: storeId, cacheFolder: paths.cache, scriptsFolder: paths.scripts, tempFolder: paths.temp },
          onReports,
        )),
    onFatal: (error) => {
      throw error
    },
  })
  await engine.start()
  for (const [name, definition] of Object.entries(jobs)) {
    await engine.command((state, tick) =>
      saveJob(state, tick, { name, definition, description: null, priority: 0, replace: true }),
    )
  }
  return {
    engine,
    stop: async () => {
      await engine.stop(0)
      close()
    },
  }
}

const script = (executor: 'async' | 'process') =>
  v.parse(definitionSchema, { kind: 'script', code: { from: 'text', name: 'no-op.ts', text: NO_OP }, executor })

const jobs = {
  'no-op async': script('async'),
  'no-op process': script('process'),
  true: v.parse(definitionSchema, { kind: 'command', command: { as: 'argv', argv: ['true'] } }),
}

/** Interpreters that start nothing: for what is measured without running anything. */
export const idleInterpreters = (): Interpreters => ({
  sweep: () => Promise.resolve({ killed: 0 }),
  start: () => undefined,
  stop: () => undefined,
  answer: () => undefined,
  instruct: () => undefined,
  readGauges: () => [],
  recycle: () => false,
  close: () => Promise.resolve(),
})

/** Interpreters whose attempts return at once: the engine's own share of a drain. */
export function instantInterpreters(onReports: OnReports): Interpreters {
  return {
    ...idleInterpreters(),
    start: (attempts) =>
      setImmediate(() =>
        onReports(
          attempts.map(({ run, attempt }) => ({
            type: 'ended',
            run,
            attempt,
            ending: { how: 'returned', result: 'null' },
            cpuMs: null,
          })),
        ),
      ),
  }
}
