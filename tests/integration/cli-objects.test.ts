import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunDetail } from '../../src-preload/contract.ts'
import type {
  BarrierRow,
  ConditionRow,
  EventRow,
  FutureDetail,
  FutureRow,
  QueueDetail,
  QueueRow,
  SemaphoreDetail,
  SemaphoreRow,
  Settled,
} from '../../src-preload/object-contract.ts'
import { listenTo, serveHome, signalboxOn, startSignalbox } from '../support/command-line.ts'
import { until } from '../support/until.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-cli-objects-')))
const home = join(folder, 'home')
const signalbox = signalboxOn(home)
let host: Awaited<ReturnType<typeof serveHome>>

beforeAll(async () => {
  host = await serveHome(home)
})
afterAll(async () => {
  const { code } = await host.stop()
  rmSync(folder, { recursive: true, force: true })
  expect(code).toBe(0)
})

const { say, json } = listenTo(signalbox)

let scripts = 0
/** Submits a script whose function has that body, and gives the run's id. */
async function start(body: string): Promise<number> {
  scripts += 1
  const name = `script-${scripts}`
  const path = join(folder, `${name}.ts`)
  writeFileSync(
    path,
    `import { barrier, condition, event, future, lock, queue, semaphore, sleep } from 'signalbox'\nexport default async function () { ${body} }`,
  )
  await say('job', 'add', path, '--executor', 'async')
  return Number(await say('submit', name))
}

async function ended(id: number): Promise<RunDetail> {
  await say('logs', String(id), '-f')
  return json<RunDetail>('show', String(id))
}

/** Asks until the answer is as it should be. */
async function untilJson<T>(what: string, isSo: (value: T) => boolean, ...words: string[]): Promise<T> {
  let value = await json<T>(...words)
  await until(what, async () => {
    value = await json<T>(...words)
    return isSo(value)
  })
  return value
}

describe('queue', () => {
  test('an item put by hand reaches the script that waits, and what it takes and leaves is shown', async () => {
    const run = await start(`
      const pages = queue('pages', { maxsize: 2 })
      const first = await pages.get()
      await pages.get()
      await future('enough pages')
      return first`)
    await untilJson<QueueRow[]>('it waits', ([row]) => row?.getting === 1, 'queue', 'ls')
    const { waiting } = await json<QueueDetail>('queue', 'show', 'pages')
    expect(waiting.getting).toMatchObject([
      { run, name: 'script-1', place: expect.stringMatching(/script-1\.ts:/) as string },
    ])
    expect(await say('queue', 'show', 'pages')).toMatch(new RegExp(`WAITS FOR +RUN[^]*an item +${run} +script-1`))
    expect(await say('queue', 'put', 'pages', '{"url":"/a"}')).toMatch(
      /^item \d+ is put into "pages": 0 ready, 1 taken/,
    )
    const file = join(folder, 'item.json')
    writeFileSync(file, '"from a file"')
    await say('queue', 'put', 'pages', `@${file}`)
    const piped = startSignalbox(['queue', 'put', 'pages', '-', '--json'], { home, input: '"piped"' })
    const { item } = JSON.parse((await piped.whenEnded).stdout) as { item: number }
    const { items, ...row } = await json<QueueDetail>('queue', 'show', 'pages')
    expect(row).toMatchObject({ ready: 1, taken: 2, dead: 0, getting: 0, maxsize: 2, order: 'fifo' })
    expect(items.ready).toMatchObject([{ id: item, preview: '"piped"', putBy: null, deliveries: 0 }])
    expect(items.taken.map(({ preview, takenBy }) => [preview, takenBy.run])).toEqual([
      ['{"url":"/a"}', run],
      ['"from a file"', run],
    ])
    expect(await say('queue', 'show', 'pages', '--item', String(item))).toBe('"piped"\n')
    await say('future', 'resolve', 'enough pages')
    expect(await ended(run)).toMatchObject({ outcome: 'succeeded', result: { url: '/a' } })
    expect(await json<QueueRow[]>('queue', 'ls')).toMatchObject([{ name: 'pages', ready: 1, taken: 0 }])
  })

  test('a paused queue gives nothing out until it is resumed, and one that is shut down takes nothing more', async () => {
    expect(await say('queue', 'put', 'held', '1', '--create', '--maxsize', '1')).toContain('1 ready')
    expect((await json<QueueRow>('queue', 'pause', 'held')).pausedAt).toEqual(expect.any(Number))
    const run = await start(`return await queue('held').get()`)
    await untilJson<QueueRow>('it waits', ({ getting }) => getting === 1, 'queue', 'show', 'held')
    expect(await say('queue', 'ls')).toMatch(/held +fifo +1 +1 +0 +0 +1 +0 +paused/)
    expect(await signalbox('queue', 'put', 'held', '2')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^signalbox: The queue "held" is full: 1 of 1 places are taken, .*\n$/) as string,
    })
    expect(await say('queue', 'resume', 'held')).toMatch(/^queue "held" is resumed: 0 ready, 1 taken/)
    expect(await ended(run)).toMatchObject({ result: 1 })
    expect(await json<QueueRow>('queue', 'shutdown', 'held')).toMatchObject({ shutdown: 'graceful', ready: 0 })
    expect((await signalbox('queue', 'put', 'held', '2')).stderr).toContain('was shut down and takes nothing more')
    expect(await json<object>('queue', 'rm', 'held')).toEqual({ name: 'held', removed: true })
  })

  test('dead letters are shown, tried again, and thrown away', async () => {
    await say('queue', 'put', 'mail', '"a"', '--create', '--max-deliveries', '1')
    await say('queue', 'put', 'mail', '"b"')
    for (let n = 0; n < 2; n += 1) {
      const failing = await start(`await queue('mail').get(); throw new Error('bad letter')`)
      expect(await ended(failing)).toMatchObject({ outcome: 'failed' })
    }
    const { items } = await json<QueueDetail>('queue', 'show', 'mail')
    const [a = 0, b = 0] = items.dead.map(({ id }) => id)
    expect(items.dead.map(({ preview }) => preview)).toEqual(['"a"', '"b"'])
    expect(await say('queue', 'show', 'mail')).toMatch(new RegExp(`${a} +dead +1 .* by hand +"a"`))
    expect(await say('queue', 'retry-dead', 'mail', String(b))).toBe(
      '1 dead letter of "mail" got in line again: 1 ready, 0 taken, 1 dead letter\n',
    )
    expect(await ended(await start(`return await queue('mail').get()`))).toMatchObject({ result: 'b' })
    expect((await signalbox('queue', 'rm', 'mail')).stderr).toContain('1 dead letter.')
    expect(await say('queue', 'drop', 'mail', '--dead')).toMatch(/^1 item of "mail" thrown away: 0 ready/)
    await say('queue', 'rm', 'mail')
  })

  test('in a queue by priority the lower is the first', async () => {
    for (const [value, priority] of Object.entries({ late: '5', first: '-1.5' }))
      await say('queue', 'put', 'ranked', `"${value}"`, '--priority', priority, '--create', '--order', 'priority')
    const { items } = await json<QueueDetail>('queue', 'show', 'ranked')
    expect(items.ready.map(({ preview, priority }) => [preview, priority])).toEqual([
      ['"first"', -1.5],
      ['"late"', 5],
    ])
    await say('queue', 'rm', 'ranked', '--drop-items')
  })
})

describe('semaphore', () => {
  test('shows who holds and who waits, and more permits let those in who wait', async () => {
    const body = (word: string) =>
      `await using permit = await semaphore('api').acquire(); await future('${word}'); return permit.id > 0`
    const holder = await start(body('go'))
    await untilJson<SemaphoreRow[]>('it is held', ([row]) => row?.holding === 1, 'semaphore', 'ls')
    const waiter = await start(body('go'))
    await untilJson<SemaphoreRow[]>('one waits', ([row]) => row?.waiting === 1, 'semaphore', 'ls')
    const detail = await json<SemaphoreDetail>('semaphore', 'show', 'api')
    expect(detail).toMatchObject({
      kind: 'semaphore',
      permits: 1,
      free: 0,
      holders: [{ run: holder, amount: 1, place: expect.stringContaining('.ts:2:') as string }],
      waiters: [{ run: waiter, amount: 1 }],
    })
    expect(await say('semaphore', 'show', 'api')).toMatch(new RegExp(`holds +1 +${holder} [^]*waits +1 +${waiter} `))
    expect((await signalbox('semaphore', 'rm', 'api')).stderr).toContain('it is held once, and 1 task waits for it')
    expect(await say('semaphore', 'set', 'api', '2')).toBe('semaphore "api" has 2 permits, 0 free; 0 wait\n')
    await untilJson<FutureDetail>('both wait for the word', ({ waiting }) => waiting === 2, 'future', 'show', 'go')
    await say('future', 'resolve', 'go')
    expect([(await ended(holder)).outcome, (await ended(waiter)).result]).toEqual(['succeeded', true])
    expect(await say('semaphore', 'rm', 'api')).toBe('semaphore "api" is removed\n')
  })

  test('makes a rate limit on purpose only, and changes it', async () => {
    expect(await signalbox('semaphore', 'set', 'rate', '5')).toMatchObject({ code: 1 })
    expect(await json<SemaphoreRow>('semaphore', 'set', 'rate', '5', '--per', '1m', '--create')).toEqual({
      kind: 'semaphore',
      name: 'rate',
      permits: 5,
      isBounded: false,
      perMs: 60_000,
      held: 0,
      queuedRuns: 0,
      crowd: new Array(60).fill(0) as number[],
      waitingSince: null,
      free: 5,
      holding: 0,
      waiting: 0,
    })
    await ended(await start(`await semaphore('rate').acquire()`))
    const shown = await json<SemaphoreDetail>('semaphore', 'show', 'rate')
    expect([shown.free, shown.nextReturnAt]).toEqual([4, expect.any(Number)])
    const changed = await json<SemaphoreRow>('semaphore', 'set', 'rate', '3', '--per', 'none', '--bounded')
    expect(changed).toMatchObject({ permits: 3, perMs: null, isBounded: true, free: 2 })
    await say('semaphore', 'rm', 'rate')
  })

  test('shows and removes a lock when told that it is one', async () => {
    const holder = await start(`await using held = await lock('door').acquire(); await future('leave')`)
    await untilJson<FutureRow[]>('it waits', (rows) => rows.some(({ name }) => name === 'leave'), 'future', 'ls')
    expect((await signalbox('semaphore', 'show', 'door')).stderr).toContain('say --lock for a lock')
    expect(await json<SemaphoreDetail>('semaphore', 'show', 'door', '--lock')).toMatchObject({
      kind: 'lock',
      holders: [{ run: holder }],
    })
    await say('future', 'cancel', 'leave')
    await ended(holder)
    expect(await say('semaphore', 'ls', '--lock')).toMatch(/door +lock +1 +1 +0 +0/)
    expect(await json<object>('semaphore', 'rm', 'door', '--lock')).toEqual({
      kind: 'lock',
      name: 'door',
      removed: true,
    })
  })
})

describe('future', () => {
  test('a script waits for a person, who resolves, rejects or cancels', async () => {
    const runs = []
    for (const word of ['yes', 'no', 'never']) runs.push(await start(`return await future('${word}')`))
    const pending = await untilJson<FutureRow[]>(
      'all three wait',
      (rows) => rows.length === 3,
      'future',
      'ls',
      '--state',
      'pending',
    )
    expect(pending.map(({ state, waiting }) => [state, waiting])).toEqual(Array(3).fill(['pending', 1]))
    expect(await say('future', 'resolve', 'yes', '{"by":"hand"}')).toBe(
      'future "yes" is resolved; 1 task that waited goes on\n',
    )
    expect(await say('future', 'reject', 'no', 'too dear', '--error', 'RangeError')).toContain('is rejected')
    expect(await json<Settled>('future', 'cancel', 'never', '--message', 'not now')).toMatchObject({
      told: 1,
      future: { state: 'cancelled', settledBy: 'person' },
    })
    expect(await Promise.all(runs.map(ended))).toMatchObject([
      { outcome: 'succeeded', result: { by: 'hand' } },
      { outcome: 'failed', error: { name: 'RangeError', message: 'too dear' } },
      { error: { name: 'CancelledError', message: 'not now' } },
    ])
    expect(await say('future', 'show', 'no')).toMatch(
      /state +failed\nsettled .*, by person\n[^]*RangeError: too dear\n/,
    )
    expect((await signalbox('future', 'resolve', 'no')).stderr).toContain('is settled already: failed, by person.')
  })

  test('a long list goes on behind the last one that was shown', async () => {
    for (const name of ['page 1', 'page 2', 'page 3']) await say('future', 'resolve', name)
    const first = await say('future', 'ls', '--state', 'done', '--limit', '2')
    expect(first).toMatch(
      /page 3 +done[^]*page 2 +done[^]*There are more, \d+ in all\. Go on with: --state done --after 'page 2'\n$/,
    )
    const next = await json<FutureRow[]>('future', 'ls', '--state', 'done', '--limit', '1', '--after', 'page 2')
    expect(next.map(({ name }) => name)).toEqual(['page 1'])
  })

  test('a value may be there before it is asked for', async () => {
    expect(await say('future', 'resolve', 'early', '[1]')).toContain('no script has asked for it yet')
    expect(await ended(await start(`return await future('early')`))).toMatchObject({ result: [1] })
    expect(await say('future', 'rm', 'early')).toBe('future "early" is removed\n')
    expect((await signalbox('future', 'show', 'early')).stderr).toContain('There is no future named "early"')
  })
})

test('events, barriers and conditions show who waits', async () => {
  const atCondition = await start(
    `const ready = condition('ready'); await ready.acquire(); await ready.wait(); ready.release(); return 'notified'`,
  )
  const runs = [
    await start(`await event('open').wait(); return 'in'`),
    await start(`await barrier('all', { parties: 2 }).wait(); return 'met'`),
  ]
  await untilJson<EventRow[]>('one waits for the event', ([row]) => row?.waiting === 1, 'event', 'ls')
  await untilJson<BarrierRow[]>('one waits at the barrier', ([row]) => row?.waiting === 1, 'barrier', 'ls')
  expect(await say('event', 'show', 'open')).toMatch(new RegExp(`state +not set\n[^]*waits +${runs[0]} `))
  expect(await say('barrier', 'show', 'all')).toMatch(new RegExp(`waiting +1 of 2\n[^]*waits +${runs[1]} `))
  await ended(await start(`await event('open').set(); await barrier('all').wait()`))
  expect(await Promise.all(runs.map(ended))).toMatchObject([{ result: 'in' }, { result: 'met' }])
  await untilJson<ConditionRow[]>('one waits to be notified', ([row]) => row?.waiting === 1, 'condition', 'ls')
  expect(await say('condition', 'ls')).toMatch(new RegExp(`ready +ready +${atCondition} `))
  await ended(
    await start(`const ready = condition('ready'); await ready.acquire(); await ready.notify(); await ready.release()`),
  )
  expect(await ended(atCondition)).toMatchObject({ result: 'notified' })
  expect([await say('event', 'ls'), await say('barrier', 'ls')]).toEqual([
    expect.stringMatching(/open +set +0/),
    expect.stringMatching(/all +0 +2/),
  ])
})

test.each<[code: number, words: string[], line: RegExp]>([
  [1, ['queue', 'show', 'nothing'], /There is no queue named "nothing"\. .*signalbox queue ls/],
  [1, ['queue', 'put', 'nothing', '1'], /There is no queue named "nothing"\. .*queue put --create/],
  [1, ['queue', 'pause', 'nothing'], /There is no queue named "nothing"/],
  [2, ['queue'], /Say what to do/],
  [2, ['queue', 'put', 'pages'], /missing required argument 'json'/],
  [2, ['queue', 'put', 'pages', 'hello'], /The value is not JSON: .*'"text"'/],
  [2, ['queue', 'put', 'pages', '@/no/such.json'], /There is no file \/no\/such\.json/],
  [2, ['queue', 'put', 'pages', '1', '--priority', 'high'], /--priority: "high" is not a number/],
  [2, ['queue', 'put', 'pages', '1', '--priority', '1'], /"pages" is fifo and knows no priorities/],
  [2, ['queue', 'put', 'pages', '1', '--maxsize', '1'], /are for a new queue: give --create, too/],
  [2, ['queue', 'put', 'new', '1', '--create', '--order', 'random'], /"random" is not one of fifo, lifo, priority/],
  [2, ['queue', 'put', '?', '1', '--create'], /name: a name starts with a letter or digit/],
  [2, ['queue', 'show', 'pages', '--item', 'x'], /"x" is not the id of an item/],
  [1, ['queue', 'show', 'pages', '--item', '999'], /has no item 999/],
  [1, ['queue', 'retry-dead', 'pages', '999'], /has no dead letter 999/],
  [1, ['queue', 'drop', 'pages', '999'], /has no item 999 that nobody has taken/],
  [2, ['queue', 'drop', 'pages'], /Say which items: their ids, --ready or --dead/],
  [2, ['queue', 'ls', '--limit', '501'], /"501" is not a whole number from 1 to 500/],
  [1, ['semaphore', 'show', 'nothing'], /There is no semaphore named "nothing"/],
  [1, ['semaphore', 'rm', 'nothing', '--lock'], /There is no lock named "nothing"/],
  [2, ['semaphore', 'set', 'x', 'many'], /The permits: "many" is not a whole number from 0 to 1000000/],
  [2, ['semaphore', 'set', 'x', '1', '--create', '--per', 'soon'], /--per: "soon" is not a duration/],
  [2, ['semaphore', 'set', 'x', '1', '--create', '--per', '0'], /perMs: Invalid value/],
  [1, ['event', 'show', 'nothing'], /There is no event named "nothing"/],
  [1, ['barrier', 'show', 'nothing'], /There is no barrier named "nothing"/],
  [1, ['future', 'show', 'nothing'], /There is no future named "nothing"\. .*signalbox future ls/],
  [1, ['future', 'cancel', 'nothing'], /There is no future named "nothing"/],
  [1, ['future', 'ls', '--after', 'nothing'], /There is no future named "nothing"/],
  [2, ['future', 'resolve', 'x', '{'], /The value is not JSON/],
  [2, ['future', 'reject', 'x'], /missing required argument 'message'/],
  [2, ['future', 'reject', 'x', 'no', '--error', '1 2'], /error: the name of an error/],
  [2, ['future', 'ls', '--state', 'open'], /"open" is not one of pending, done, failed, cancelled/],
])('wrong words end with %i and one line: %j', async (code, words, line) => {
  const result = await signalbox(...words)
  expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' })
  expect(result.stderr).toMatch(/^signalbox: [^\n]+\n$/)
  expect(result.stderr).toMatch(line)
})

test('an item or a value that is too large is refused in words', async () => {
  const file = join(folder, 'large.json')
  writeFileSync(file, JSON.stringify('x'.repeat(600_000)))
  for (const words of [
    ['queue', 'put', 'pages', `@${file}`],
    ['future', 'resolve', 'large', `@${file}`],
  ])
    expect(await signalbox(...words)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^signalbox: The value is larger than 524288 bytes\. .*\n$/) as string,
    })
})

test('without a host the verbs say so and end with 3', async () => {
  const alone = signalboxOn(join(folder, 'nobody'))
  for (const words of [
    ['queue', 'ls'],
    ['semaphore', 'set', 'a', '1', '--create'],
    ['future', 'resolve', 'a'],
  ])
    expect(await alone(...words)).toMatchObject({ code: 3, stdout: '' })
})
