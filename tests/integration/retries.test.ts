import { describe, expect, test } from 'vitest'
import type { Definition, Json, RunDetail } from '../../src-preload/contract.ts'
import { openScriptHost } from '../support/script-host.ts'

const host = openScriptHost('spawn')

const fixed = (maxAttempts: number, delayMs = 20) => ({
  maxAttempts,
  backoff: { kind: 'fixed' as const, delayMs },
})

type Rules = { retry?: object; idleTimeoutMs?: number; totalTimeoutMs?: number; semaphores?: { name: string }[] }

async function outcomeOf(definition: object, input: Json = null): Promise<RunDetail> {
  const { id } = await host.client.runs.submit({ what: 'definition', definition: definition as Definition, input })
  return host.ended(id)
}

const states = (run: RunDetail) => run.attempts.map(({ state }) => state)

describe.each(['async', 'process'] as const)('a script of the executor %s', (executor) => {
  const play = (text: string, rules: Rules) =>
    outcomeOf({ kind: 'script', executor, code: { from: 'text', name: 'a.ts', text }, graceMs: 100, ...rules })

  test('that fails is tried again, and knows which attempt it is', async () => {
    const run = await play(
      `import { run } from 'signalbox'
      export default async () => {
        if (!run.isLastAttempt) throw new RangeError('attempt ' + run.attempt + ' of ' + run.maxAttempts)
        return { attempt: run.attempt, of: run.maxAttempts }
      }`,
      { retry: fixed(3) },
    )
    expect([run.outcome, run.result, states(run)]).toEqual([
      'succeeded',
      { attempt: 3, of: 3 },
      ['failed', 'failed', 'succeeded'],
    ])
    expect(run.attempts.map(({ error }) => error?.message ?? null)).toEqual(['attempt 1 of 3', 'attempt 2 of 3', null])
    const [first, second] = run.attempts
    expect((second?.startedAt ?? 0) - (first?.endedAt ?? 0)).toBeGreaterThanOrEqual(20)
  })

  test.each([
    ['throws a NonRetryableError', `throw new NonRetryableError('no such user')`],
    ['throws one of its own kind', `throw new (class NoUser extends NonRetryableError {})('no such user')`],
    [
      'throws one with others',
      `throw new AggregateError([new Error('a'), new NonRetryableError('no such user')], 'no such user')`,
    ],
  ])('that %s is not', async (_what, body) => {
    const run = await play(`import { NonRetryableError } from 'signalbox'\nexport default async () => { ${body} }`, {
      retry: fixed(5),
    })
    expect([run.outcome, run.error?.message, states(run)]).toEqual(['failed', 'no such user', ['failed']])
  })

  test('that throws a RetryAfterError is tried when it says', async () => {
    const run = await play(
      `import { RetryAfterError, run } from 'signalbox'
      export default async () => { if (run.attempt === 1) throw new RetryAfterError('150ms', 'busy') }`,
      { retry: fixed(2, 60_000) },
    )
    expect([run.outcome, run.attempts.map(({ note }) => note)]).toEqual([
      'succeeded',
      ['tried again after 150 ms', null],
    ])
  })

  test('that gives no sign of life is stopped, and one that does is not', async () => {
    const silent = await play(`export default () => new Promise((done) => setTimeout(done, 60_000))`, {
      idleTimeoutMs: 300,
    })
    expect([silent.outcome, silent.error?.message]).toEqual([
      'timed_out',
      'the attempt gave no sign of life for 300 ms',
    ])
    const talking = await play(
      `import { progress, sleep } from 'signalbox'
      export default async () => { for (let n = 0; n < 12; n += 1) { progress(n, 12); await sleep(220) } return 'done' }`,
      { idleTimeoutMs: 2_000 },
    )
    expect(talking.outcome).toBe('succeeded')
  })

  test('that fails until its time in all is over has failed or timed out, and is not tried after it', async () => {
    const run = await play(`export default async () => { throw new Error('no') }`, {
      retry: fixed(1_000, 100),
      totalTimeoutMs: 2_500,
    })
    expect(['failed', 'timed_out']).toContain(run.outcome)
    expect(run.attempts.length).toBeGreaterThan(1)
    expect((run.attempts.at(-1)?.startedAt ?? 0) - run.createdAt).toBeLessThan(2_500)
  })
})

test('a script that spawns another one says how often that is tried again', async () => {
  const child = `import { run } from 'signalbox'
    export default () => { if (!run.isLastAttempt) throw new Error('not yet'); return run.attempt }`
  const code = { from: 'text' as const, name: 'child.ts', text: child }
  await host.client.jobs.save({ name: 'flaky', definition: { kind: 'script', executor: 'async', code } })
  const id = await host.start(`return [await spawn('flaky'), await spawn('flaky', null, { retries: 1 })]`)
  expect((await host.ended(id)).result).toEqual([1, 2])
})

test('a command is tried again for the exit codes that its job names', async () => {
  const command = (code: number) =>
    outcomeOf({
      kind: 'command',
      command: { as: 'shell', line: `exit ${code}` },
      retry: { ...fixed(3), on: { exitCodes: [75] } },
    })
  const [busy, wrong] = [await command(75), await command(64)]
  expect([busy, wrong].map((run) => run.attempts.map(({ exitCode }) => exitCode))).toEqual([[75, 75, 75], [64]])
})
