import { expect, test } from 'vitest'
import { future } from './support/signalbox.ts'
import { outcomeOf, waysToGo, World } from './support/world.ts'

const named = () => future<number>('f')
const setResult = () => named().setResult(43)
const setException = () => named().setException(new TypeError('another'))
const cancel = () => named().cancel()

/** Everything that can be seen of it. */
const state = async () => ({
  done: await named().done(),
  cancelled: await named().cancelled(),
  result: await outcomeOf(() => named().result()),
  exception: await outcomeOf(async () => (await named().exception())?.name ?? 'none'),
  awaited: await outcomeOf(() => named()),
})

/** No second settling changes it, and neither does a restart. */
async function isSettled(world: World, expected: object) {
  expect(await world.see(state)).toEqual(expected)
  expect([await world.see(setResult), await world.see(setException), await world.see(cancel)]).toEqual([
    'InvalidStateError',
    'InvalidStateError',
    false,
  ])
  expect(await world.see(state)).toEqual(expected)
  await world.restart()
  expect(await world.see(state)).toEqual(expected)
}

test('C1 a value is settled once', async () => {
  const world = await World.open()
  expect(await world.see(() => named().setResult(42))).toBeUndefined()
  await isSettled(world, { done: true, cancelled: false, result: 42, exception: 'none', awaited: 42 })
})

test('C2 an error is settled once, and a cancel does not hide it', async () => {
  const world = await World.open()
  expect(await world.see(() => named().setException(new RangeError('too far')))).toBeUndefined()
  const error = 'RangeError'
  await isSettled(world, { done: true, cancelled: false, result: error, exception: error, awaited: error })
  expect(await world.see(async () => (await named().exception())?.message)).toBe('too far')
})

test('C3 cancelled is terminal', async () => {
  const world = await World.open()
  expect(await world.see(cancel)).toBe(true)
  const error = 'CancelledError'
  await isSettled(world, { done: true, cancelled: true, result: error, exception: error, awaited: error })
})

test('C4 reading early fails at once', async () => {
  const world = await World.open()
  const early = async () => [
    await named().done(),
    await named().cancelled(),
    await outcomeOf(() => named().result()),
    await outcomeOf(() => named().exception()),
  ]
  expect(await world.see(early)).toEqual([false, false, 'InvalidStateError', 'InvalidStateError'])
})

test('C9 awaiting what is settled gives the same any number of times, and all who wait get it in their order', async () => {
  const world = await World.open()
  const got: unknown[] = []
  const awaiting = await world.runs(3, (index) => async () => got.push([index, await named()]))
  expect([got, world.waiting('f')]).toEqual([[], 3])
  await world.see(() => named().setResult(42))
  expect([got, world.waiting('f')]).toEqual([[0, 1, 2].map((index) => [index, 42]), 0])
  expect(awaiting.map((run) => run.state)).toEqual(['succeeded', 'succeeded', 'succeeded'])
  expect(await world.see(async () => [await named(), await named().wait(), await named().result()])).toEqual([
    42, 42, 42,
  ])
})

test.each(waysToGo)(
  'C9 one that goes while it waits leaves the future pending for the others ($way)',
  async ({ way, go }) => {
    const world = await World.open()
    const got: unknown[] = []
    const gone = await world.run(async (me) => got.push([`gone, attempt ${me.attempt}`, await named()]))
    await world.run(async () => got.push(['stays', await named()]))
    await go(gone)
    // Unlike asyncio, where cancelling the task cancels the future that it waits for: this one has a name, and is not its own.
    expect(await world.see(() => named().done())).toBe(false)
    expect(world.waiting('f')).toBe(way === 'cancelled' ? 1 : 2)
    await world.see(() => named().setResult(42))
    const stays = ['stays', 42]
    expect(got).toEqual(way === 'cancelled' ? [stays] : [stays, ['gone, attempt 2', 42]])
  },
)

test.each(waysToGo)(
  'C9 one that goes after the future was settled and before it knows changes nothing ($way)',
  async ({ way, go }) => {
    const world = await World.open()
    const run = await world.run(() => named())
    run.hold()
    await world.see(() => named().setResult(42))
    await go(run)
    if (way === 'cancelled') await run.letIn()
    expect([run.state, run.result]).toEqual(way === 'cancelled' ? ['cancelled', null] : ['succeeded', 42])
    expect(await world.see(() => named().result())).toBe(42)
  },
)

const timer = () => future<string>('f').setResult('timer value', { delay: '1s' })
const awaitsIt = (got: unknown[], world: World, from: number) => async () => {
  const value = await outcomeOf(() => future<string>('f'))
  got.push([value, world.now - from])
  return value
}

test('S-h a timer settles it for all who wait, and it stays so', async () => {
  const world = await World.open()
  const from = world.now
  const got: unknown[] = []
  await world.see(timer)
  await world.runs(2, () => awaitsIt(got, world, from))
  await world.advance(999)
  expect([got, await world.see(() => named().done()), await world.see(() => named().result())]).toEqual([
    [],
    false,
    'InvalidStateError',
  ])
  await world.advance(1)
  expect(got).toEqual([
    ['timer value', 1_000],
    ['timer value', 1_000],
  ])
  expect([await world.see(setResult), await world.see(() => named().result())]).toEqual([
    'InvalidStateError',
    'timer value',
  ])
})

test('S-h one that was cancelled before its timer stays cancelled', async () => {
  const world = await World.open()
  const from = world.now
  const got: unknown[] = []
  await world.see(timer)
  await world.runs(2, () => awaitsIt(got, world, from))
  await world.advance(500)
  await world.see(cancel)
  expect(got).toEqual([
    ['CancelledError', 500],
    ['CancelledError', 500],
  ])
  await world.advance(10_000)
  expect(await world.see(() => named().cancelled())).toBe(true)
})

test('S-h a timer that was due while nothing ran settles it at the start of the next life, once', async () => {
  const world = await World.open()
  const from = world.now
  const got: unknown[] = []
  await world.see(timer)
  const [run] = await world.runs(2, () => awaitsIt(got, world, from))
  await world.advance(500)
  await world.restart(2_500)
  expect(got).toEqual([
    ['timer value', 3_000],
    ['timer value', 3_000],
  ])
  expect([run?.result, await world.see(setResult), await world.see(() => named().result())]).toEqual([
    'timer value',
    'InvalidStateError',
    'timer value',
  ])
})
