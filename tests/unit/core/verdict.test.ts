import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import type { Stop } from '../../../src-preload/contract.ts'
import { definitionSchema } from '../../../src-preload/definition.ts'
import { judge, orRetry } from '../../../src-main/core/verdict.ts'
import type { Ending } from '../../../src-main/core/verdict.ts'

const script = v.parse(definitionSchema, { kind: 'script', code: { from: 'text', name: 'a.ts', text: '' } })
const command = v.parse(definitionSchema, {
  kind: 'command',
  command: { as: 'shell', line: 'true' },
  successCodes: [0, 3],
})
const error = { name: 'Error', message: 'no', stack: null, hint: null }
const endings: Record<string, Ending> = {
  returned: { how: 'returned', result: '7' },
  threw: { how: 'threw', error, cancelled: false },
  'exited 0': { how: 'exited', code: 0, signal: null },
  'exited 3': { how: 'exited', code: 3, signal: null },
  killed: { how: 'exited', code: null, signal: 'SIGKILL' },
  unstartable: { how: 'unstartable', error },
  interrupted: { how: 'interrupted', why: 'crash' },
  'not begun': { how: 'interrupted', why: 'crash', isUnbegun: true },
}
const stop = (cause: Stop['cause']): Stop => ({ cause, reason: null, phase: 'signalled', requestedAt: 1, since: 1 })

const outcomes = (definition: typeof script, stopped: Stop | null) =>
  Object.fromEntries(
    Object.entries(endings).map(([name, ending]) => {
      const verdict = judge(ending, stopped, definition)
      return [name, verdict.next === 'queued' ? 'queued' : verdict.outcome]
    }),
  )

describe('the outcome of an attempt', () => {
  test('of a script that nobody stops', () => {
    expect(outcomes(script, null)).toEqual({
      returned: 'succeeded',
      threw: 'failed',
      'exited 0': 'failed',
      'exited 3': 'failed',
      killed: 'failed',
      unstartable: 'failed',
      interrupted: 'queued',
      'not begun': 'queued',
    })
  })

  test('of a command follows its success codes', () => {
    expect(outcomes(command, null)).toMatchObject({
      'exited 0': 'succeeded',
      'exited 3': 'succeeded',
      killed: 'failed',
    })
  })

  test('of a cancelled script is cancelled, unless it returned all the same', () => {
    expect(outcomes(script, stop('cancel'))).toEqual({
      returned: 'succeeded',
      threw: 'cancelled',
      'exited 0': 'cancelled',
      'exited 3': 'cancelled',
      killed: 'cancelled',
      unstartable: 'cancelled',
      interrupted: 'cancelled',
      'not begun': 'cancelled',
    })
  })

  test('after a timeout is timed_out, however it ended', () => {
    expect(new Set(Object.values(outcomes(script, stop('timeout'))))).toEqual(new Set(['timed_out']))
    expect(judge({ how: 'returned', result: '7' }, stop('timeout'), script)).toMatchObject({ result: '7' })
  })

  test('of a host that stops is to run again, unless it returned in time', () => {
    expect(outcomes(command, stop('shutdown'))).toMatchObject({ 'exited 0': 'queued', killed: 'queued' })
    expect(outcomes(script, stop('shutdown'))).toMatchObject({ returned: 'succeeded', threw: 'queued' })
  })

  describe('that is not to begin again by itself', () => {
    const once = { ...script, onInterrupted: 'abandon' as const }
    const oneCommand = { ...command, onInterrupted: 'abandon' as const }

    test('is abandoned when it was cut off, and certainly had begun or may have', () => {
      expect(outcomes(once, null)).toEqual({
        ...outcomes(script, null),
        interrupted: 'abandoned',
        'not begun': 'queued',
      })
      expect(outcomes(oneCommand, null)).toEqual({ ...outcomes(command, null), interrupted: 'abandoned' })
    })

    test('is abandoned by a host that stops, unless it returned or never began', () => {
      expect(outcomes(once, stop('shutdown'))).toEqual({
        returned: 'succeeded',
        threw: 'abandoned',
        'exited 0': 'abandoned',
        'exited 3': 'abandoned',
        killed: 'abandoned',
        unstartable: 'queued',
        interrupted: 'abandoned',
        'not begun': 'queued',
      })
    })

    test.each(['cancel', 'timeout'] as const)('ends as every other one after a %s', (cause) => {
      expect(outcomes(once, stop(cause))).toEqual(outcomes(script, stop(cause)))
    })

    test('is not tried again, whatever its retries say', () => {
      const retry = {
        maxAttempts: 9,
        backoff: { kind: 'fixed', delayMs: 0 },
        maxDelayMs: 0,
        jitter: 0,
        on: null,
        never: [],
      }
      const ending = endings['interrupted'] as Ending
      const verdict = judge(ending, null, once) as Extract<ReturnType<typeof judge>, { next: 'finished' }>
      const tried = { attempt: 1, now: 0, deadlineAt: null, random: 0 }
      expect(orRetry(verdict, ending, null, { ...once, retry: retry as typeof once.retry }, tried)).toBe(verdict)
    })
  })

  test('says so when the script ended its own process', () => {
    expect(judge({ how: 'exited', code: 0, signal: null }, null, script)).toMatchObject({
      outcome: 'failed',
      error: {
        name: 'ExitError',
        message: 'exited with code 0',
        hint: 'The script ended its process before it returned.',
      },
    })
  })
})
