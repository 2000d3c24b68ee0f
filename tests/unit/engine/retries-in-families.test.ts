import { expect, test } from 'vitest'
import { openFamily } from '../../support/family.ts'

const retry = { maxAttempts: 2, backoff: { kind: 'fixed', delayMs: 1_000 } }

async function openWithRetries() {
  const world = await openFamily({ slots: { async: 8, process: 1 } })
  await world.addJob('flaky', { retry })
  return { ...world, flaky: { what: { what: 'job' as const, job: 'flaky' } } }
}

test('whoever awaits a run that is tried again gets its last outcome', async () => {
  const world = await openWithRetries()
  const parent = await world.submit({ job: 'work' })
  const child = await world.spawn(parent, world.flaky)
  const watching = await world.watch(parent, child)
  await world.end(child, 'threw')
  expect([world.states(child), world.answerTo(watching)]).toEqual([['scheduled'], undefined])
  expect(world.detail(parent).children).toMatchObject({ unfinished: 1, finished: 0 })
  await world.pass(1_000)
  await world.end(child, 'returned')
  expect(world.answerTo(watching)).toMatchObject({ ok: true, value: { outcome: 'succeeded' } })
  expect(world.detail(parent).children).toMatchObject({ unfinished: 0, finished: 1 })
})

test('a group is aborted by the last attempt of a run, not by one before it', async () => {
  const world = await openWithRetries()
  const parent = await world.submit({ job: 'work' })
  const group = await world.openGroup(parent)
  const [failing, other] = [await world.spawn(parent, { ...world.flaky, group }), await world.spawn(parent, { group })]
  await world.end(failing, 'threw')
  expect(world.states(failing, other)).toEqual(['scheduled', 'running'])
  await world.pass(1_000)
  await world.end(failing, 'threw')
  expect(world.states(failing, other)).toEqual(['failed', 'stopping'])
})

test('a run that backs off is cancelled with its group and with its parent', async () => {
  const world = await openWithRetries()
  const parent = await world.submit({ job: 'work' })
  const group = await world.openGroup(parent)
  const [ofGroup, bound, kept] = [
    await world.spawn(parent, { ...world.flaky, group }),
    await world.spawn(parent, world.flaky),
    await world.spawn(parent, { ...world.flaky, onParentEnd: 'keep' }),
  ]
  for (const run of [ofGroup, bound, kept]) await world.end(run, 'threw')
  await world.ask(parent, { on: 'group', do: 'cancel', group, message: 'enough' })
  expect(world.states(ofGroup, bound, kept)).toEqual(['cancelled', 'scheduled', 'scheduled'])
  await world.end(parent)
  expect(world.states(bound, kept)).toEqual(['cancelled', 'scheduled'])
})

test('what a failed attempt has spawned is cancelled before the next one begins', async () => {
  const world = await openWithRetries()
  const parent = await world.submit({ job: 'flaky' })
  const [bound, kept] = [await world.spawn(parent), await world.spawn(parent, { onParentEnd: 'keep' })]
  await world.end(parent, 'threw')
  expect(world.states(parent, bound, kept)).toEqual(['scheduled', 'stopping', 'running'])
  expect(world.cancellers(bound)).toEqual([
    { cause: 'parent', parent, chain: [parent], because: `run ${parent} has failed and is tried again` },
  ])
})

test('a script says how often what it spawns is tried again', async () => {
  const world = await openWithRetries()
  const parent = await world.submit({ job: 'work' })
  const [more, none, plain] = [
    await world.spawn(parent, { ...world.flaky, retries: 4 }),
    await world.spawn(parent, { ...world.flaky, retries: 0 }),
    await world.spawn(parent, { retries: 1, timeoutMs: 5_000 }),
  ]
  expect([more, none, plain].map((run) => world.detail(run).maxAttempts)).toEqual([5, 1, 2])
  expect(world.detail(plain).definition).toMatchObject({ timeoutMs: 5_000, retry: { maxAttempts: 2 } })
  await world.end(none, 'threw')
  expect(world.states(none)).toEqual(['failed'])
})
