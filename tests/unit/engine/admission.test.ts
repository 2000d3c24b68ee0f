import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { submitSchema } from '../../../src-preload/contract.ts'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import { cancel } from '../../../src-main/engine/commands/cancel.ts'
import { setJobPaused } from '../../../src-main/engine/commands/jobs.ts'
import { retry, submit as submitOne, submitMany } from '../../../src-main/engine/commands/submit.ts'
import { openFamily } from '../../support/family.ts'

const slots = { async: 20, process: 20 }
const acquire = (name: string, amount = 1): Call => ({ on: 'semaphore', name, spec: null, do: 'acquire', amount })
const look = (name: string): Call => ({ on: 'semaphore', name, spec: null, do: 'look' })
const release = (name: string): Call => ({ on: 'semaphore', name, spec: null, do: 'release', permit: null, amount: 1 })
const set = (name: string, permits: number): Call => ({ on: 'semaphore', name, spec: null, do: 'set', permits })

/** An engine with a run of the job `work`, which is at hand to use semaphores as scripts do. */
async function open(options: Parameters<typeof openFamily>[0] = {}) {
  const family = await openFamily({ slots, ...options })
  const script = options.db === undefined ? await family.submit({ job: 'work' }) : (family.startedRuns()[0] ?? 0)
  return {
    ...family,
    script,
    make: (name: string, permits: number, perMs: number | null = null) =>
      family.ask(script, { on: 'semaphore', name, spec: { permits, bounded: false, perMs }, do: 'look' }),
    set: (name: string, permits: number) => family.ask(script, set(name, permits)),
    value: async (name: string) => ((await family.ask(script, look(name))) as { value: number }).value,
    submitAll: async (job: string, inputs: unknown[]): Promise<number[]> => {
      const texts = inputs.map((input) => JSON.stringify(input))
      const { firstId } = await family.command((state, tick) => submitMany(state, tick, { job, inputs: texts }))
      return inputs.map((_, index) => firstId + index)
    },
    /** What holds up the lane of a queued run. */
    heldUpAt: (run: number) =>
      family.engine.read((state) => state.lanes.get(family.run(run).lane_id).heldUpAt?.resource ?? null),
    lanes: () => family.db.prepare('SELECT gate, queued FROM lanes WHERE gate <> ? ORDER BY id').all(''),
  }
}

const needs = (...semaphores: (string | [name: string, amount: number])[]) => ({
  semaphores: semaphores.map((needed) =>
    typeof needed === 'string' ? { name: needed } : { name: needed[0], amount: needed[1] },
  ),
})

describe('a semaphore that a job needs', () => {
  test('is made with one permit, which a run holds from its start to its end', async () => {
    const { addJob, submit, states, end, value, heldUpAt } = await open()
    await addJob('api', needs('s'))
    const runs = [await submit({ job: 'api' }), await submit({ job: 'api' })] as const
    expect([states(...runs), await value('s'), heldUpAt(runs[1])]).toEqual([['running', 'queued'], 0, 'semaphore s'])
    await end(runs[0])
    expect([states(...runs), await value('s')]).toEqual([['succeeded', 'running'], 0])
    await end(runs[1], 'threw')
    expect(await value('s')).toBe(1)
  })

  test('is taken together with the others it needs, or not at all', async () => {
    const { addJob, submit, states, ask, script, value } = await open()
    await addJob('both', needs('b', 'a'))
    await ask(script, acquire('b'))
    const run = await submit({ job: 'both' })
    expect([states(run), await value('a'), await value('b')]).toEqual([['queued'], 1, 0])
    await ask(script, release('b'))
    expect([states(run), await value('a'), await value('b')]).toEqual([['running'], 0, 0])
  })

  test('lets a run that needs more than there is wait until there is more, and nobody past it', async () => {
    const { addJob, submit, states, set, heldUpAt } = await open()
    await addJob('large', needs(['s', 3]))
    await addJob('small', { ...needs('s'), executor: 'process' })
    const large = await submit({ job: 'large' })
    const small = await submit({ job: 'small' })
    expect([states(large, small), heldUpAt(small)]).toEqual([['queued', 'queued'], 'semaphore s'])
    await set('s', 3)
    expect(states(large, small)).toEqual(['running', 'queued'])
    await set('s', 4)
    expect(states(large, small)).toEqual(['running', 'running'])
  })

  test('goes to runs and to tasks of scripts by turns, in the order in which they came', async () => {
    const { addJob, submit, states, ask, send, answerTo, script, end } = await open()
    await addJob('api', needs('s'))
    await ask(script, acquire('s'))
    const first = await submit({ job: 'api' })
    const second = await submit({ job: 'api' })
    const task = await send(script, acquire('s'))
    await ask(script, release('s'))
    expect([states(first, second), answerTo(task)]).toEqual([['running', 'queued'], undefined])
    await end(first)
    expect([states(first, second), answerTo(task)?.ok]).toEqual([['succeeded', 'queued'], true])
    await ask(script, release('s'))
    expect(states(second)).toEqual(['running'])
  })

  test('is not kept from a task by a run that waits for a slot', async () => {
    const { addJob, submit, states, ask, send, answerTo, script } = await open({ slots: { async: 2, process: 0 } })
    await addJob('api', needs('s'))
    await addJob('other', { ...needs('s'), executor: 'process' })
    await ask(script, acquire('s'))
    const runs = [await submit({ job: 'api' }), await submit({ job: 'other' })]
    const last = await submit({ job: 'work' })
    const task = await send(script, acquire('s'))
    expect(answerTo(task)).toBeUndefined()
    await ask(script, release('s'))
    expect([states(...runs, last), answerTo(task)?.ok]).toEqual([['queued', 'queued', 'running'], true])
  })

  test('with a period lets a run start as soon as a permit is back', async () => {
    const { addJob, submit, states, make, end, pass } = await open()
    await make('rate', 2, 1_000)
    await addJob('api', needs('rate'))
    const runs = [await submit({ job: 'api' }), await submit({ job: 'api' }), await submit({ job: 'api' })]
    await end(runs[0]!)
    await pass(999)
    expect(states(...runs)).toEqual(['succeeded', 'running', 'queued'])
    await pass(1)
    expect(states(...runs)).toEqual(['succeeded', 'running', 'running'])
  })

  test('goes to the run that has waited longest, after the head starts of priority', async () => {
    const { addJob, submit, states, ask, script, end } = await open()
    await addJob('a', needs('s'))
    await addJob('b', { ...needs('s'), executor: 'process' })
    await ask(script, acquire('s'))
    const runs = [
      await submit({ job: 'a' }),
      await submit({ job: 'b' }),
      await submit({ job: 'a', priority: 1 }),
      await submit({ job: 'b', priority: 2 }),
    ] as const
    await ask(script, release('s'))
    const order: number[] = []
    for (let running = runs.find((run) => states(run)[0] === 'running'); running !== undefined;) {
      order.push(runs.indexOf(running))
      await end(running)
      running = runs.find((run) => states(run)[0] === 'running')
    }
    expect(order).toEqual([3, 2, 0, 1])
  })

  test('passes by the runs of a paused job, which come to it again when it is resumed', async () => {
    const { addJob, submit, states, ask, script, command, end } = await open()
    await addJob('first', needs('s'))
    await addJob('second', needs('s'))
    await ask(script, acquire('s'))
    const first = await submit({ job: 'first' })
    const second = await submit({ job: 'second' })
    await command((state, tick) => setJobPaused(state, tick, 'first', true))
    await ask(script, release('s'))
    expect(states(first, second)).toEqual(['queued', 'running'])
    await command((state, tick) => setJobPaused(state, tick, 'first', false))
    expect(states(first, second)).toEqual(['queued', 'running'])
    await end(second)
    expect(states(first)).toEqual(['running'])
  })

  test('holds up nobody any more for a run that was cancelled', async () => {
    const { addJob, submit, states, command, set } = await open()
    await addJob('large', needs(['s', 3]))
    await addJob('small', needs('s'))
    const large = await submit({ job: 'large' })
    await set('s', 1)
    const small = await submit({ job: 'small' })
    expect(states(large, small)).toEqual(['queued', 'queued'])
    await command((state, tick) => cancel(state, tick, large, null))
    expect(states(large, small)).toEqual(['cancelled', 'running'])
  })

  test('is given to tasks again when the host stops, since no run starts any more', async () => {
    const { addJob, submit, ask, send, answerTo, script, engine, pass } = await open()
    await addJob('api', needs('s'))
    await ask(script, acquire('s'))
    await submit({ job: 'api' })
    const task = await send(script, acquire('s'))
    void engine.stop(60_000)
    await pass()
    await ask(script, release('s'))
    expect(answerTo(task)?.ok).toBe(true)
  })
})

describe('a limit for each key', () => {
  const perHost = { concurrency: { key: 'input.host', limit: 1 } }

  test('lets start as many runs at a time as it says of each value', async () => {
    const { addJob, submitAll, states, end, lanes } = await open()
    await addJob('fetch', perHost)
    const runs = await submitAll('fetch', [{ host: 'a' }, { host: 'a' }, { host: 'b' }, { host: 'a' }])
    expect(states(...runs)).toEqual(['running', 'queued', 'running', 'queued'])
    expect(lanes()).toEqual([
      { gate: JSON.stringify([['key', 'job 2 input.host="a"', 1]]), queued: 2 },
      { gate: JSON.stringify([['key', 'job 2 input.host="b"', 1]]), queued: 0 },
    ])
    await end(runs[0]!, 'threw')
    expect(states(...runs)).toEqual(['failed', 'running', 'running', 'queued'])
  })

  test('takes what is not there for null, and the same members in another order for the same', async () => {
    const { addJob, submitAll, states } = await open()
    await addJob('fetch', { concurrency: { key: 'input.user.id', limit: 1 } })
    const nulls = await submitAll('fetch', [null, 4, {}, { user: 'x' }, { user: { id: null } }, { user: ['id'] }])
    expect(states(...nulls)).toEqual(['running', ...Array<string>(5).fill('queued')])
    const a = { id: { x: 1, y: [{ p: 1, q: 2 }] } }
    const b = { id: { y: [{ q: 2, p: 1 }], x: 1 } }
    const objects = await submitAll('fetch', [{ user: a }, { user: b }, { user: { id: { x: 1 } } }])
    expect(states(...objects)).toEqual(['running', 'queued', 'running'])
  })

  test('keeps what is long short, and apart', async () => {
    const { addJob, submitAll, states, lanes } = await open()
    await addJob('fetch', { concurrency: { key: 'input', limit: 1 } })
    const runs = await submitAll('fetch', ['x'.repeat(5_000), 'x'.repeat(5_000), 'x'.repeat(5_001)])
    expect(states(...runs)).toEqual(['running', 'queued', 'running'])
    expect(JSON.stringify(lanes()).length).toBeLessThan(400)
  })

  test('counts for each job alone, and for the ad hoc runs of one definition', async () => {
    const { addJob, submit, states, command } = await open()
    const whole = { concurrency: { key: '', limit: 1 } }
    await addJob('one', whole)
    await addJob('two', whole)
    const runs = [await submit({ job: 'one' }), await submit({ job: 'two' }), await submit({ job: 'one' })]
    expect(states(...runs)).toEqual(['running', 'running', 'queued'])
    const adHoc = (line: string) =>
      command((state, tick) =>
        submitOne(
          state,
          tick,
          v.parse(submitSchema, {
            what: 'definition',
            definition: { kind: 'command', command: { as: 'shell', line }, ...whole },
          }),
        ),
      )
    const others = [await adHoc('true'), await adHoc('true'), await adHoc('false')]
    expect(states(...others.map(({ id }) => id))).toEqual(['running', 'queued', 'running'])
  })

  test('and its semaphores are taken together', async () => {
    const { addJob, submitAll, states, make, end } = await open()
    await make('s', 2)
    await addJob('fetch', { ...perHost, ...needs('s') })
    const runs = await submitAll('fetch', [{ host: 'a' }, { host: 'a' }, { host: 'b' }, { host: 'c' }])
    expect(states(...runs)).toEqual(['running', 'queued', 'running', 'queued'])
    await end(runs[2]!)
    expect(states(...runs)).toEqual(['running', 'queued', 'succeeded', 'running'])
    await end(runs[0]!)
    expect(states(...runs)).toEqual(['succeeded', 'running', 'succeeded', 'running'])
  })
})

describe('every way into the queue', () => {
  test('leads through the same gate: delayed, again, spawned, and back after an interruption', async () => {
    const { addJob, submit, states, command, spawn, script, end, pass, run } = await open()
    await addJob('api', { ...needs('s'), concurrency: { key: 'input.host', limit: 5 } })
    const first = await submit({ job: 'api' })
    const delayed = await submit({ job: 'api', delayMs: 1_000, input: { host: 'late' } })
    const again = (await command((state, tick) => retry(state, tick, first, '{"host":"again"}'))).id
    const child = await spawn(script, { what: { what: 'job', job: 'api' } })
    await pass(1_000)
    expect(states(first, delayed, again, child)).toEqual(['running', 'queued', 'queued', 'queued'])
    await end(first, 'interrupted')
    expect([states(first, delayed, again, child), run(first).attempt]).toEqual([
      ['running', 'queued', 'queued', 'queued'],
      2,
    ])
    const order: number[] = []
    for (const next of [first, again, child, delayed]) {
      order.push(...[first, delayed, again, child].filter((each) => states(each)[0] === 'running'))
      await end(next)
    }
    expect(order).toEqual([first, again, child, delayed])
  })

  test('asks of a child what its parent holds already', async () => {
    const { addJob, submit, spawn, states } = await open()
    await addJob('api', needs('s'))
    const parent = await submit({ job: 'api' })
    const child = await spawn(parent, { what: { what: 'job', job: 'api' } })
    expect(states(parent, child)).toEqual(['running', 'queued'])
  })
})

describe('the next life', () => {
  test('has every permit back, and admits by the same gates', async () => {
    const first = await open()
    await first.addJob('api', { ...needs('s'), concurrency: { key: 'input', limit: 1 } })
    const runs = await first.submitAll('api', ['a', 'a', 'b'])
    expect(first.states(...runs)).toEqual(['running', 'queued', 'queued'])
    first.clock.die()
    const next = await open({ db: first.db })
    expect([next.states(...runs), next.run(runs[0]!).attempt, await next.value('s')]).toEqual([
      ['running', 'queued', 'queued'],
      2,
      0,
    ])
    await next.set('s', 2)
    expect(next.states(...runs)).toEqual(['running', 'queued', 'running'])
  })

  test('reads definitions that were stored before there were gates', async () => {
    const first = await open()
    first.db.exec(`UPDATE definitions SET body = json_remove(body, '$.semaphores', '$.concurrency')`)
    first.clock.die()
    const next = await open({ db: first.db })
    const run = await next.submit({ job: 'work' })
    expect([next.states(run), next.detail(run).definition.semaphores]).toEqual([['running'], []])
  })
})

describe('lanes', () => {
  test('of keys are forgotten when they are empty, but for the newest thousand; the next life begins without', async () => {
    const first = await open()
    await first.addJob('fetch', { concurrency: { key: 'input', limit: 1 } })
    let last = 0
    for (let batch = 0; batch < 60; batch += 1) {
      const runs = await first.submitAll(
        'fetch',
        Array.from({ length: 19 }, (_, index) => `${batch}.${index}`),
      )
      for (const run of runs) await first.returned(run)
      last = runs.at(-1) ?? 0
    }
    expect(first.states(last)).toEqual(['succeeded'])
    expect(first.lanes()).toHaveLength(1_000)
    first.clock.die()
    const next = await open({ db: first.db })
    expect(next.lanes()).toEqual([])
  })

  test('that are gone are made again for a run that comes back, with a number of their own', async () => {
    const { addJob, submit, submitAll, returned, end, states, run } = await open({ slots: { async: 3, process: 1 } })
    await addJob('fetch', { concurrency: { key: 'input', limit: 1 } })
    const long = await submit({ job: 'fetch', input: 'long' })
    const { lane_id: laneOfLong } = run(long)
    for (const each of await submitAll(
      'fetch',
      Array.from({ length: 1_100 }, (_, index) => index),
    ))
      await returned(each)
    const after = await submit({ job: 'fetch', input: 'long' })
    expect(states(long, after)).toEqual(['running', 'queued'])
    await end(long, 'interrupted')
    expect([states(long, after), run(long).lane_id === run(after).lane_id]).toEqual([['running', 'queued'], true])
    expect(run(long).lane_id).toBeGreaterThan(laneOfLong + 1_000)
  })
})
