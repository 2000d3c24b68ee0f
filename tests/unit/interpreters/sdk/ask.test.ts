import { expect, test } from 'vitest'
import type { Answer, Call } from '../../../../src-main/interpreters/calls.ts'
import { ask } from '../../../../src-main/interpreters/sdk/ask.ts'
import type { Ask } from '../../../../src-main/interpreters/sdk/open-call.ts'
import { CancelledError } from '../../../../src-main/interpreters/sdk/cancelled-error.ts'
import { signal as runSignal, sleep } from '../../../../src-main/interpreters/sdk/index.ts'
import { linkCurrentRun } from '../../../../src-main/interpreters/sdk/run-link.ts'
import type { FromScript, RunLink } from '../../../../src-main/interpreters/sdk/run-link.ts'

const acquire: Call = { on: 'lock', name: 'l', do: 'acquire' }
const release: Call = { on: 'lock', name: 'l', do: 'release', permit: 7 }

/** A run whose engine is the test: `sent` is what the run has said, `answer` answers a call. */
function openRun() {
  const sent: FromScript[] = []
  const controller = new AbortController()
  const context = { signal: controller.signal, run: { name: 'asking' } } as RunLink['context']
  const link: RunLink = { context, runtime: null, send: (message) => void sent.push(message), receive: null }
  linkCurrentRun(() => link)
  const answer = (call: number, outcome: { value: unknown } | { error: string }) => {
    const name = { run: 1, attempt: 1, call }
    const full: Answer =
      'value' in outcome
        ? { ...name, ok: true, value: outcome.value }
        : { ...name, ok: false, error: { name: outcome.error, message: 'no' } }
    link.runtime?.answer(full)
  }
  /** What became of a wait: `pending`, its value, or the error. */
  const follow = (promise: Promise<unknown>) => {
    const seen: { state: unknown } = { state: 'pending' }
    promise.then(
      (value) => (seen.state = value),
      (error: unknown) => (seen.state = error),
    )
    return async () => {
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
      return seen.state
    }
  }
  return {
    sent,
    signal: controller.signal,
    said: () => sent.map((message) => (message.type === 'call' ? message.what.do : message.type)),
    answer,
    ask: (what: Ask) => follow(ask(what)),
    follow,
    cancel: (message: string) => {
      controller.abort(new CancelledError(message))
      link.runtime?.cancel(message)
    },
  }
}

const cancelled = (message: string) => expect.objectContaining({ name: 'CancelledError', message }) as unknown

test('a cancelled wait is over when the engine has said so, and further cancels until then are part of it', async () => {
  const run = openRun()
  const first = run.ask({ call: acquire })
  run.cancel('enough')
  expect([await first(), run.said()]).toEqual(['pending', ['acquire', 'withdraw']])
  run.cancel('really')
  run.answer(1, { error: 'Withdrawn' })
  expect(await first()).toEqual(cancelled('enough'))
  const second = run.ask({ call: acquire })
  run.answer(2, { value: { permit: 1 } })
  expect(await second()).toEqual({ permit: 1 })
  run.cancel('for the next wait')
  expect(await run.ask({ call: acquire })()).toEqual(cancelled('for the next wait'))
})

test('the cancel of a wait that was given up for another reason is for the next one', async () => {
  const run = openRun()
  const first = run.ask({ call: acquire, signal: AbortSignal.abort('mine') })
  run.cancel('enough')
  run.answer(1, { error: 'Withdrawn' })
  expect(await first()).toBe('mine')
  expect(await run.ask({ call: acquire })()).toEqual(cancelled('enough'))
})

test('what was granted while a wait was given up goes back', async () => {
  const run = openRun()
  const wait = run.ask({ call: acquire, giveBack: () => release })
  run.cancel('enough')
  run.answer(1, { value: { permit: 7 } })
  expect([await wait(), run.said()]).toEqual([cancelled('enough'), ['acquire', 'withdraw', 'release']])
})

test('what has happened and cannot be undone is told as it is, and the cancel is for the next wait', async () => {
  const run = openRun()
  const put: Call = { on: 'queue', name: 'q', spec: null, do: 'put', item: '1', priority: 0 }
  const wait = run.ask({ call: put, giveBack: () => null })
  run.cancel('enough')
  run.answer(1, { value: { item: 3 } })
  expect(await wait()).toEqual({ item: 3 })
  expect(await run.ask({ call: acquire })()).toEqual(cancelled('enough'))
})

test('no cancel comes between a call that takes effect at once and its answer, and none is lost on it', async () => {
  const run = openRun()
  const releasing = run.ask({ call: release })
  run.cancel('enough')
  run.answer(1, { value: null })
  expect([await releasing(), run.said()]).toEqual([null, ['release']])
  expect(await run.ask({ call: acquire })()).toEqual(cancelled('enough'))
})

test('a cancel that has ended a sleep does not end the wait after it', async () => {
  const run = openRun()
  const sleeping = run.follow(sleep('1h'))
  run.cancel('enough')
  expect(await sleeping()).toEqual(cancelled('enough'))
  const wait = run.ask({ call: acquire })
  run.answer(1, { value: { permit: 1 } })
  expect(await wait()).toEqual({ permit: 1 })
})

test('a failure that came before the wait was taken back is told as it is', async () => {
  const run = openRun()
  const wait = run.ask({ call: acquire, signal: AbortSignal.abort('mine') })
  run.answer(1, { error: 'QueueShutDown' })
  expect(await wait()).toMatchObject({ name: 'QueueShutDown' })
})

test('a wait says how the script may end it by itself, which the end of the run is not', () => {
  const run = openRun()
  run.ask({ call: acquire, timeoutMs: 500 })
  run.ask({ call: acquire, signal: new AbortController().signal })
  run.ask({ call: acquire, timeoutMs: Infinity, signal: runSignal })
  run.ask({ call: acquire, signal: run.signal })
  expect(run.sent).toEqual([
    { type: 'call', call: 1, task: 0, place: expect.any(String) as unknown, what: acquire, timeoutMs: 500 },
    { type: 'call', call: 2, task: 0, place: expect.any(String) as unknown, what: acquire, isAbortable: true },
    { type: 'call', call: 3, task: 0, place: expect.any(String) as unknown, what: acquire },
    { type: 'call', call: 4, task: 0, place: expect.any(String) as unknown, what: acquire },
  ])
})
