import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHostileHost, PATIENCE_MS } from './hostile-host.ts'
import type { HostileHost, SubmitDefinition } from './hostile-host.ts'
import { tempFolder } from '../../support/temp-folder.ts'

type Executor = 'process' | 'async' | 'thread'

let host: HostileHost
beforeAll(async () => {
  host = await openHostileHost('process=3,thread=3')
}, PATIENCE_MS)
afterAll(() => host.close())

const script = (
  body: string,
  executor: Executor,
  more: { timeoutMs?: number; graceMs?: number } = {},
): SubmitDefinition => ({
  kind: 'script',
  executor,
  code: {
    from: 'text',
    name: 'neighbour.ts',
    text: `import fs from 'node:fs'\nimport { sleep } from 'signalbox'\nexport default async () => { ${body} }`,
  },
  ...more,
})
const forever = 'await new Promise(() => setInterval(() => undefined, 1_000))'
/** Lives until `farewell` is there. */
const neighbour = (executor: Executor, farewell: string) =>
  script(
    `console.log('up'); while (!fs.existsSync(${JSON.stringify(farewell)})) await sleep(20); return 'well'`,
    executor,
  )

/** What becomes of a hostile run, and of one beside it in the same process; with the states of all their attempts. */
async function playBeside(hostile: SubmitDefinition, executor: Executor) {
  const farewell = join(tempFolder(), 'farewell')
  const beside = await host.submit(neighbour(executor, farewell))
  await host.untilSaid(beside, 'up')
  const run = await host.ended(await host.submit(hostile))
  writeFileSync(farewell, '')
  const { result, attempts } = await host.ended(beside)
  return {
    outcome: run.outcome,
    error: run.error?.name,
    states: run.attempts.map(({ state }) => state),
    beside: result,
    besideStates: attempts.map(({ state }) => state),
  }
}

test(
  'a script that kills its supervisor in every attempt fails at the second one, and interrupts its neighbours once at most',
  async () => {
    const played = await playBeside(script(`process.kill(process.ppid, 'SIGKILL'); ${forever}`, 'process'), 'process')
    expect(played).toEqual({
      outcome: 'failed',
      error: 'SupervisorDied',
      states: ['interrupted', 'failed'],
      beside: 'well',
      besideStates: expect.toSatisfy((states: string[]) => /^(interrupted,)?succeeded$/.test(states.join())) as unknown,
    })
  },
  PATIENCE_MS,
)

test.each<[executor: Executor, name: string, body: string]>([
  ['thread', 'kills its process', `process.kill(process.pid, 'SIGKILL'); ${forever}`],
  ['async', 'kills its process', `process.kill(process.pid, 'SIGKILL'); ${forever}`],
  ['thread', 'aborts', 'process.abort()'],
  ['async', 'closes all descriptors', `for (let fd = 3; fd < 60; fd++) try { fs.closeSync(fd) } catch {} ; ${forever}`],
  ['thread', 'writes noise to the channel', `fs.writeSync(3, Buffer.alloc(64, 255)); ${forever}`],
])(
  'a run of %s that %s comes to its end alone, and its neighbour to a good one',
  async (executor, _, body) => {
    const { outcome, beside, states } = await playBeside(script(body, executor), executor)
    expect({ outcome, beside, last: states.at(-1) }).toEqual({ outcome: 'failed', beside: 'well', last: 'failed' })
  },
  PATIENCE_MS,
)

test.each<Executor>(['thread', 'async'])(
  'a run of %s that ignores its stop costs its interpreter, and its neighbour no attempt',
  async (executor) => {
    const played = await playBeside(script('for (;;);', executor, { timeoutMs: 300, graceMs: 100 }), executor)
    expect(played).toMatchObject({ outcome: 'timed_out', states: ['timed_out'], beside: 'well' })
    expect(played.besideStates.at(-1)).toBe('succeeded')
  },
  PATIENCE_MS,
)
