import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Example, Json, RunDetail } from '../../src-preload/contract.ts'
import type { FutureRow } from '../../src-preload/object-contract.ts'
import { endWithTest, serveHome, signalboxOn } from '../support/command-line.ts'
import { makeFiles, sha256sumOf, startPages } from '../support/real-work.ts'
import { openScriptHost } from '../support/script-host.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

const folder = join(import.meta.dirname, '../../examples')
const host = openScriptHost('')
const signalbox = signalboxOn(host.home)
let examples: Example[]

beforeAll(async () => {
  expect(await signalbox('example', 'add', '--all')).toMatchObject({ code: 0, stderr: '' })
  examples = await host.client.examples.list()
})

test('what a sample does without an input is what its comment says', () => {
  const needsInput = ['fetch-pages', 'hash-folder']
  for (const { name, input } of examples.filter((each) => !needsInput.includes(each.name) && each.input !== null)) {
    const text = readFileSync(join(folder, `${name}.ts`), 'utf8')
    const defaults = /= \{ (.*), \.\.\.input \}/
      .exec(text)?.[1]
      ?.replaceAll("'", '"')
      .replace(/(\w+): /g, '"$1": ')
    expect([name, JSON.parse(`{ ${defaults} }`)]).toEqual([name, input])
  }
})

/** Clocks are read in whole milliseconds, and timers may be a little before them. */
const GRAIN_MS = 10
const atLeast = (ms: number): unknown =>
  expect.toSatisfy((value: number) => value >= ms - GRAIN_MS, `at least ${ms} ms`)

/** Submits the job of a sample; without an input it does what its comment says. */
const start = async (job: string, input: Json = null) => (await host.client.runs.submit({ what: 'job', job, input })).id

async function resultOf(id: number): Promise<Json> {
  const { outcome, result, error } = await host.ended(id)
  expect([outcome, error]).toEqual(['succeeded', null])
  return result
}

const play = async (name: string, input?: Json) => resultOf(await start(name, input))
const findings = ['left_in_flight', 'never_awaited', 'unhandled_rejection']
const findingsOf = ({ events }: RunDetail) => events.filter(({ type }) => findings.includes(type))

/** What each sample is to show, by its name. */
const shows: Record<string, () => Promise<void>> = {
  async 'blocking-or-not'() {
    const { blocking, oneByOne, atOnce } = (await play('blocking-or-not')) as Record<string, Measured>
    expect([blocking, oneByOne, atOnce]).toEqual([
      { tookMs: atLeast(900), ticks: 0 },
      { tookMs: atLeast(900), ticks: expect.any(Number) },
      { tookMs: atLeast(300), ticks: expect.any(Number) },
    ])
    expect(oneByOne!.ticks).toBeGreaterThan(atOnce!.ticks)
    expect(atOnce!.ticks).toBeGreaterThan(0)
    expect(atOnce!.tookMs).toBeLessThan(oneByOne!.tookMs)
  },

  async 'call-later'() {
    expect(await play('call-later')).toEqual({
      calls: [
        { name: 'at once', atMs: atLeast(0) },
        { name: 'soon: first', atMs: atLeast(0) },
        { name: 'soon: second', atMs: atLeast(0) },
        { name: 'soon: third', atMs: atLeast(0) },
        { name: 'soon: asked for by the second', atMs: atLeast(0) },
        { name: 'later: one unit', atMs: atLeast(200) },
        { name: 'later: two units', atMs: atLeast(400) },
      ],
    })
  },

  async 'callbacks-to-await'() {
    const steps = ['first', 'second', 'third']
    expect(await play('callbacks-to-await')).toEqual({ withCallbacks: steps, withGenerator: steps, withAwait: steps })
  },

  async 'cancel-a-task'() {
    expect(await play('cancel-a-task', { jobMs: 3_600_000 })).toEqual({
      isAccepted: true,
      atOnce: { isDone: false, isCancelled: false, cancels: 1 },
      seen: 'CancelledError: It is not needed any more.',
      later: { isDone: true, isCancelled: true, isSecondAccepted: false },
      tookMs: atLeast(300),
    })
  },

  async 'cancel-in-line'() {
    expect(await play('cancel-in-line')).toEqual({
      results: [0, 1, 2, 3, 'It has waited long enough.', 5, 6, 7, 8, 9],
      startOrder: [0, 1, 2, 3, 5, 6, 7, 8, 9],
      free: 3,
      tookMs: atLeast(1_200),
    })
  },

  async 'cpu-on-threads'() {
    const id = await start('cpu-on-threads', { cpuMs: 600 })
    const result = (await resultOf(id)) as { mostAtOnce: number; ticks: number }
    const { total } = (await host.client.engine.status()).slots.thread
    expect(result).toEqual({
      jobs: [0, 1, 2, 3],
      mostAtOnce: expect.any(Number),
      processes: 1,
      isOneOfThemOurs: false,
      ticks: expect.any(Number),
      tookMs: atLeast(Math.ceil(4 / total) * 600),
    })
    expect(result.mostAtOnce).toBeGreaterThan(1)
    expect(result.mostAtOnce).toBeLessThanOrEqual(total)
    expect(result.ticks).toBeGreaterThan(0)
    const { children } = await host.get(id)
    const spawned = await Promise.all(children.first.map((child) => host.get(child.id)))
    expect(spawned.map(({ executor, outcome }) => [executor, outcome])).toEqual(Array(4).fill(['thread', 'succeeded']))
  },

  async deadlock() {
    const id = await start('deadlock')
    await until('a deadlock is found', async () => (await host.client.waits.deadlocks()).length > 0)
    const [found] = await host.client.waits.deadlocks()
    expect(found?.members.map(({ holds, waits }) => [holds[0]?.resource, waits[0]?.resource])).toEqual([
      [`fork of run ${id}`, `knife of run ${id}`],
      [`knife of run ${id}`, `fork of run ${id}`],
    ])
    const [first, second] = (await host.get(id)).children.first
    const place = expect.stringMatching(/take-two-locks\.ts:\d+:\d+$/) as unknown
    expect(found?.members.map(({ run, waits }) => [run, waits[0]?.by?.place])).toEqual([
      [first?.id, place],
      [second?.id, place],
    ])

    await host.client.runs.cancel({ id: second?.id ?? 0, reason: 'one has to give way' })
    expect(await resultOf(id)).toEqual({ ends: ['succeeded', 'cancelled'] })
    await until('it is gone', async () => (await host.client.waits.deadlocks()).length === 0)
  },

  async 'durable-future'() {
    const value = 'the value of the timer'
    expect(await play('durable-future')).toEqual({ value, isThere: false, tookMs: atLeast(1_000) })
  },

  async 'fetch-pages'() {
    const pages = await startPages()
    onTestFinished(() => pages.close())
    expect(await play('fetch-pages', { base: pages.base, pages: 20 })).toEqual({
      pages: 20,
      bytes: 10 * ((20 * 21) / 2),
      statuses: { 200: 20 },
    })
  },

  async 'forgotten-await'() {
    const id = await start('forgotten-await')
    expect(await resultOf(id)).toBe('all is well, or so it seems')
    const place = expect.stringMatching(/forgotten-await\.ts:\d+:\d+$/) as unknown
    expect(findingsOf(await host.get(id)).map(({ type, data }) => [type, data])).toEqual([
      ['left_in_flight', { message: expect.stringContaining('"write the letter"') as unknown, place }],
      ['never_awaited', { message: expect.stringContaining('the parcel is lost') as unknown, place }],
    ])
    expect((await signalbox('show', String(id))).stdout).toMatch(
      /^NOTICED +AT\n.*"write the letter".*forgotten-await\.ts:\d+:\d+\n.*the parcel is lost.*forgotten-await\.ts:\d+/m,
    )
  },

  async 'future-and-timer'() {
    expect(await play('future-and-timer')).toEqual({
      tooEarly: 'InvalidStateError',
      results: ['one got the value of the timer', 'two got the value of the timer'],
      steps: [
        'first callback: the value of the timer',
        'second callback: the value of the timer',
        'after adding the late callback',
        'late callback',
      ],
      tooLate: 'InvalidStateError',
      value: 'the value of the timer',
      tookMs: atLeast(500),
    })
  },

  async 'gather-order'() {
    expect(await play('gather-order')).toEqual({
      results: ['A', 'B', 'C'],
      finishOrder: ['B', 'C', 'A'],
      atError: { error: 'RangeError: bad luck', finished: ['C'], isSlowDone: false, atMs: atLeast(300) },
      slowLater: 'A',
      withErrors: ['A', 'bad luck', 'C'],
    })
  },

  async 'hash-folder'() {
    const folder = join(tempFolder(), 'files')
    const bytes = makeFiles(folder, 50)
    expect(await play('hash-folder', { folder })).toEqual({ files: 50, bytes, digest: sha256sumOf(folder) })
  },

  async 'mixed-work'() {
    const id = await start('mixed-work')
    const numbers = [0, 1, 2, 3]
    const result = (await resultOf(id)) as { ticks: number }
    expect(result).toEqual({
      results: [...numbers.map((job) => `cpu ${job}`), ...numbers.map((job) => `waited ${job}`)],
      processes: 4,
      isOneOfThemOurs: false,
      ticks: expect.any(Number),
      tookMs: atLeast(1_000),
    })
    expect(result.ticks).toBeGreaterThan(0)
    const { children } = await host.get(id)
    expect(children.first.map(({ name, outcome }) => [name, outcome])).toEqual(
      numbers.map((job) => [`cpu ${job}`, 'succeeded']),
    )
  },

  async 'producer-consumer'() {
    const { steps, ...rest } = (await play('producer-consumer')) as { steps: string[] }
    expect(rest).toEqual({ largestSize: 3, left: { size: 0, unfinished: 0 }, isConsumerCancelled: true })
    const numbersOf = (word: string) =>
      steps.flatMap((step) => (step.startsWith(`${word} `) ? [Number(step.slice(word.length))] : []))
    const inOrder = [0, 1, 2, 3, 4]
    expect([numbersOf('put'), numbersOf('get'), numbersOf('done')]).toEqual([inOrder, inOrder, inOrder])
    // The producer has to wait for a place, but not for the work.
    const at = (step: string) => steps.indexOf(step)
    expect(at('done 0')).toBeLessThan(at('put 4'))
    expect(at('the producer ends')).toBeLessThan(at('done 4'))
    expect(steps.slice(-3)).toEqual(['done 4', 'join returns', 'the consumer was cancelled'])
  },

  async 'shared-memory'() {
    const { ticks, ...rest } = (await play('shared-memory')) as { ticks: number }
    expect(rest).toEqual({ counted: 33_860, marked: 33_860, largest: 399_989, threads: 4 })
    expect(ticks).toBeGreaterThan(0)
  },

  async 'sync-and-async'() {
    const parcels = ['parcel 0', 'parcel 1', 'parcel 2']
    expect(await play('sync-and-async')).toEqual({ awaited: parcels, blocked: parcels })
  },

  async 'task-group'() {
    expect(await play('task-group')).toEqual({
      steps: [
        'all are started',
        'the third fails',
        'the first is told to stop',
        'the second is told to stop',
        'the first has cleaned up',
        'the second has cleaned up',
        'the group is over',
      ],
      errors: ['the disk is full'],
    })
  },

  async 'task-or-run'() {
    const id = await start('task-or-run')
    const { runs, ...counted } = (await resultOf(id)) as { runs: number[] }
    expect(counted).toEqual({ asTasks: [3, 2, 1], asRuns: [3, 2, 1] })
    expect((await host.get(id)).children.first.map((child) => child.id)).toEqual(runs)
  },

  async 'three-at-a-time'() {
    const inOrder = Array.from({ length: 10 }, (_, job) => job)
    expect(await play('three-at-a-time')).toEqual({
      results: inOrder,
      starts: inOrder.map((job) => ({ job, atMs: atLeast(300 * Math.floor(job / 3)) })),
      mostAtOnce: 3,
      free: 3,
      tookMs: atLeast(1_200),
    })
  },

  async 'time-is-up'() {
    expect(await play('time-is-up')).toEqual({
      steps: [
        { step: 'the job cleans up', atMs: atLeast(500) },
        { step: 'the job has cleaned up', atMs: atLeast(700) },
        { step: 'the caller sees a TimeoutError, because of a CancelledError', atMs: atLeast(700) },
      ],
      isDone: true,
      isCancelled: true,
      cancels: 1,
    })
  },
}

type Measured = { tookMs: number; ticks: number }

test('each sample of the folder is played here', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'))
  expect(Object.keys(shows).sort()).toEqual(files.map((file) => file.slice(0, -'.ts'.length)).sort())
})

describe('each sample shows what it says', () => {
  test.each(Object.entries(shows))('%s', async (_name, show) => show())
})

test('none of them leaves anything in flight, or an error that nobody has seen, but the one which shows that', async () => {
  const { rows, more } = await host.client.runs.list({ limit: 100 })
  expect([more, rows.length >= examples.length]).toEqual([false, true])
  const others = rows.filter(({ job }) => job !== 'forgotten-await')
  const found = await Promise.all(others.map(async ({ id }) => findingsOf(await host.get(id))))
  expect(found.flat()).toEqual([])
})

test('the durable future is settled once, in time or as soon as there is a host again', async () => {
  const home = tempFolder()
  const onHome = signalboxOn(home)
  const first = await serveHome(home)
  endWithTest(first.child)
  expect(await onHome('example', 'add', 'durable-future')).toMatchObject({ code: 0 })
  const id = (await onHome('submit', 'durable-future', '--input', '{"afterMs":2000}')).stdout.trim()
  const look = async () => (JSON.parse((await onHome('future', 'ls', '--json')).stdout) as FutureRow[])[0]
  let future: FutureRow | undefined
  await until('its timer is set', async () => ((future = await look())?.dueAt ?? null) !== null)
  first.child.kill('SIGKILL')
  await first.whenEnded
  await until('the timer is overdue', () => Date.now() > (future?.dueAt ?? Infinity))

  const second = await serveHome(home)
  onTestFinished(async () => {
    await second.stop()
  })
  const show = async () => JSON.parse((await onHome('show', id, '--json')).stdout) as RunDetail
  await until('the run has ended', async () => (await show()).lifecycle === 'finished')
  expect((await show()).result).toEqual({
    value: 'the value of the timer',
    isThere: true,
    tookMs: expect.any(Number) as unknown,
  })
  expect(await look()).toMatchObject({ state: 'done', settledBy: 'timer' })
})
