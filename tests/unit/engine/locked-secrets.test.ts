import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { call } from '@orpc/server'
import { problem } from '../../../src-preload/problem.ts'
import { removeSecret, resetSecrets, setSecret } from '../../../src-main/engine/commands/secrets.ts'
import { attentionView } from '../../../src-main/engine/attention.ts'
import { createSecretRouter } from '../../../src-main/engine/secret-router.ts'
import { runRow } from '../../../src-main/engine/views.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

const MINUTE = 60_000

/** A key store that the test locks and opens. */
function keyStore() {
  const key = randomBytes(32)
  const store = {
    is: 'open' as 'open' | 'locked' | 'gone' | 'of another',
    asked: 0,
    ask(): Promise<Uint8Array | null> {
      store.asked += 1
      if (store.is === 'locked') {
        return Promise.reject(problem('SECRETS_LOCKED', { why: 'the keychain sleeps', todo: 'Unlock it.' }))
      }
      if (store.is === 'gone') return Promise.resolve(null)
      return Promise.resolve(store.is === 'open' ? key : randomBytes(32))
    },
  }
  return store
}
const needy = { secrets: [{ env: 'KEY', name: 'api' }] }

/** The second life of a store with a secret, and a job that needs it, whose keys are as they are then. */
async function openAgain(is: ReturnType<typeof keyStore>['is']) {
  const keys = keyStore()
  const askForKey = () => keys.ask()
  const slots = { async: 2, process: 1 }
  const first = await openSimulatedEngine({ askForKey, slots })
  await first.settle(first.engine.read(({ secrets }) => secrets.unlock()))
  await first.command((state) => state.secrets.set('api', 'the value', 1))
  await first.addJob('needy', needy)
  await first.addJob('free')
  first.clock.die()
  keys.is = is
  const next = await openSimulatedEngine({ askForKey, slots, db: first.db, world: first.world })
  return {
    ...next,
    keys,
    waits: (id: number) => next.engine.read((state) => runRow(state, next.run(id)).waits),
  }
}

test.each([
  ['locked', 'The secrets cannot be used: the keychain sleeps.', 'Unlock it.'],
  ['gone', 'The secrets cannot be used: the file secrets.key is missing.', /Put it back/],
  ['of another', 'The secrets cannot be used: the key does not open "api".', /Put back/],
] as const)(
  'with a key that is %s a run waits and says why, others go on, and it begins when the key is there',
  async (is, why, hint) => {
    const world = await openAgain(is)
    const waiting = await world.submit({ job: 'needy' })
    const free = await world.submit({ job: 'free' })
    expect(world.startedRuns()).toEqual([free])
    const hinted: unknown = typeof hint === 'string' ? hint : expect.stringMatching(hint)
    expect(world.waits(waiting)).toMatchObject([{ kind: 'secrets', why, hint: hinted }])
    await world.pass(10 * MINUTE)
    expect(world.startedRuns()).toEqual([free])
    world.keys.is = 'open'
    await world.pass(5 * MINUTE)
    expect(world.started.at(-1)).toMatchObject({ run: waiting, attempt: 1, secrets: { values: { KEY: 'the value' } } })
  },
)

test('a key store is asked less and less often, and not at all while nobody waits', async () => {
  const world = await openAgain('locked')
  const { keys } = world
  await world.pass(60 * MINUTE)
  const atStart = keys.asked
  await world.submit({ job: 'needy' })
  await world.pass(MINUTE)
  // After 5, 15 and 35 seconds.
  expect(keys.asked - atStart).toBe(3)
  await world.pass(60 * MINUTE)
  expect(keys.asked - atStart).toBeLessThan(20)
})

test('a machine that was unlocked is no reason to wait any longer', async () => {
  const world = await openAgain('locked')
  const waiting = await world.submit({ job: 'needy' })
  await world.pass(30 * MINUTE)
  world.keys.is = 'open'
  world.engine.lookAtClock()
  await world.pass()
  expect(world.startedRuns()).toEqual([waiting])
})

test('whoever sets a secret opens what the others wait for', async () => {
  const world = await openAgain('locked')
  const waiting = await world.submit({ job: 'needy' })
  await expect(world.settle(world.engine.read(({ secrets }) => secrets.unlock()))).rejects.toThrow('sleeps')
  world.keys.is = 'open'
  await world.settle(world.engine.read(({ secrets }) => secrets.unlock()))
  await world.command((state, tick) => setSecret(state, tick, 'other', 'one more'))
  expect(world.startedRuns()).toEqual([waiting])
})

test('a run goes on waiting while secrets are given up, and begins when the last one is set anew or removed', async () => {
  const world = await openAgain('gone')
  const waiting = await world.submit({ job: 'needy' })
  await world.command((state) => void state.store.secrets.put.run('old', Buffer.alloc(12), Buffer.alloc(17), 1, 1))
  await world.command((state, tick) => resetSecrets(state, tick, randomBytes(32)))
  await world.pass(10 * MINUTE)
  expect(world.startedRuns()).toEqual([])
  expect(world.waits(waiting)).toMatchObject([{ kind: 'secrets', why: /"api", "old" were given up/ as never }])
  await world.command((state, tick) => setSecret(state, tick, 'api', 'set anew'))
  expect(world.startedRuns()).toEqual([])
  await world.command((state, tick) => removeSecret(state, tick, 'old'))
  expect(world.started.at(-1)).toMatchObject({ run: waiting, attempt: 1, secrets: { values: { KEY: 'set anew' } } })
})

test('somebody is told that they are locked while runs wait for them, and opens them at once', async () => {
  const world = await openAgain('locked')
  const view = attentionView(world.engine)
  const told = () => view.rows().filter(({ row }) => row.kind === 'secrets_locked')
  expect(told()).toEqual([])
  const first = await world.submit({ job: 'needy' })
  const since = world.engine.now
  await world.pass(MINUTE)
  await world.submit({ job: 'needy' })
  const [why, hint] = ['The secrets cannot be used: the keychain sleeps.', 'Unlock it.']
  const row = { kind: 'secrets_locked', since, waiting: 2, run: first, name: 'needy', why, hint }
  expect(told()).toEqual([{ key: 'secrets', row }])
  expect(view.meta().counts).toMatchObject({ secrets_locked: 1 })
  const { open } = createSecretRouter(world.engine).secrets
  await expect(world.settle(call(open, undefined))).rejects.toMatchObject({ code: 'SECRETS_LOCKED', message: why })
  expect(told()).toHaveLength(1)
  world.keys.is = 'open'
  expect(await world.settle(call(open, undefined))).toEqual({ opened: true })
  expect(told()).toEqual([])
  expect(world.startedRuns()).toEqual([first, first + 1])
})

test('a run that may not wait so long times out in the queue', async () => {
  const world = await openAgain('locked')
  await world.addJob('hasty', { ...needy, queueTimeoutMs: MINUTE })
  const hasty = await world.submit({ job: 'hasty' })
  await world.pass(MINUTE)
  expect(world.run(hasty)).toMatchObject({ lifecycle: 'finished', outcome: 'timed_out' })
})

test('a retry waits as well, and spends no attempt', async () => {
  const world = await openAgain('locked')
  const retry = { maxAttempts: 2, backoff: { kind: 'fixed', delayMs: 1_000 } }
  await world.addJob('again', { ...needy, retry })
  const run = await world.submit({ job: 'again' })
  await world.pass(20 * MINUTE)
  expect(world.run(run)).toMatchObject({ lifecycle: 'queued', attempt: 0 })
})
