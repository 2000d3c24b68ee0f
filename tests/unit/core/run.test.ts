import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { transition } from '../../../src-main/core/run.ts'
import type { RunState, RunTransition } from '../../../src-main/core/run.ts'

const running: RunState = { lifecycle: 'running', attempt: 2, startedAt: 5 }
const succeeded = { next: 'finished', outcome: 'succeeded', result: '1', error: null } as const

const anyEvent: fc.Arbitrary<RunTransition> = fc.oneof(
  fc.constant<RunTransition>({ type: 'due', at: 10 }),
  fc.integer({ min: 1, max: 3 }).map<RunTransition>((attempt) => ({ type: 'admitted', at: 10, attempt })),
  fc.constant<RunTransition>({ type: 'queue_timeout', at: 10 }),
  fc
    .constantFrom('cancel', 'timeout', 'shutdown')
    .map<RunTransition>((cause) => ({ type: 'stop_requested', at: 10, cause, reason: null })),
  fc.integer({ min: 1, max: 3 }).map<RunTransition>((attempt) => ({ type: 'stop_signalled', at: 10, attempt })),
  fc.integer({ min: 1, max: 3 }).map<RunTransition>((attempt) => ({ type: 'kill_requested', at: 10, attempt })),
  fc
    .record({ attempt: fc.integer({ min: 1, max: 3 }), again: fc.boolean() })
    .map<RunTransition>(({ attempt, again }) => ({
      type: 'ended',
      at: 10,
      attempt,
      verdict: again ? { next: 'queued', why: 'crash', isSuspect: again } : succeeded,
    })),
)

describe('a run', () => {
  test('goes from scheduled to finished by due, admitted, ended', () => {
    const states: (RunState | null)[] = [{ lifecycle: 'scheduled', dueAt: 3 }]
    const events: RunTransition[] = [
      { type: 'due', at: 3 },
      { type: 'admitted', at: 4, attempt: 1 },
      { type: 'ended', at: 9, attempt: 1, verdict: succeeded },
    ]
    for (const event of events) {
      const last = states.at(-1)
      if (last) states.push(transition(last, event))
    }
    expect(states).toEqual([
      { lifecycle: 'scheduled', dueAt: 3 },
      { lifecycle: 'queued', queuedAt: 3 },
      { lifecycle: 'running', attempt: 1, startedAt: 4 },
      { lifecycle: 'finished', outcome: 'succeeded', finishedAt: 9 },
    ])
  })

  test('that runs is stopping, not cancelled, when a cancel is asked for', () => {
    expect(transition(running, { type: 'stop_requested', at: 7, cause: 'cancel', reason: 'enough' })).toEqual({
      lifecycle: 'stopping',
      attempt: 2,
      startedAt: 5,
      stop: { cause: 'cancel', reason: 'enough', phase: 'requested', requestedAt: 7, since: 7 },
    })
  })

  test('that waits is cancelled at once', () => {
    expect(
      transition(
        { lifecycle: 'queued', queuedAt: 1 },
        { type: 'stop_requested', at: 7, cause: 'cancel', reason: null },
      ),
    ).toEqual({ lifecycle: 'finished', outcome: 'cancelled', finishedAt: 7 })
  })

  test('climbs the stop ladder once and in order', () => {
    const requested = transition(running, { type: 'stop_requested', at: 1, cause: 'timeout', reason: null })
    const signalled = requested && transition(requested, { type: 'stop_signalled', at: 2, attempt: 2 })
    const killing = signalled && transition(signalled, { type: 'kill_requested', at: 3, attempt: 2 })
    expect(killing).toMatchObject({ lifecycle: 'stopping', stop: { cause: 'timeout', phase: 'killing', since: 3 } })
    const reacted = signalled && transition(signalled, { type: 'stop_reacted', at: 5, attempt: 2 })
    expect(reacted).toMatchObject({ stop: { phase: 'signalled', requestedAt: 1, signalledAt: 2, reactedAt: 5 } })
    expect(reacted && transition(reacted, { type: 'stop_reacted', at: 6, attempt: 2 })).toBeNull()
    expect(killing).toMatchObject({ stop: { signalledAt: 2, killedAt: 3 } })
    expect(killing && transition(killing, { type: 'stop_signalled', at: 4, attempt: 2 })).toBeNull()
    expect(killing && transition(killing, { type: 'kill_requested', at: 4, attempt: 2 })).toBeNull()
  })

  test('keeps the cause of the first stop, but a cancel outranks a shutdown', () => {
    const byTimeout = transition(running, { type: 'stop_requested', at: 1, cause: 'timeout', reason: null })
    expect(
      byTimeout && transition(byTimeout, { type: 'stop_requested', at: 2, cause: 'cancel', reason: null }),
    ).toBeNull()
    const byShutdown = transition(running, { type: 'stop_requested', at: 1, cause: 'shutdown', reason: null })
    expect(
      byShutdown && transition(byShutdown, { type: 'stop_requested', at: 2, cause: 'cancel', reason: 'x' }),
    ).toMatchObject({ stop: { cause: 'cancel', reason: 'x' } })
  })

  test('ignores the report of another attempt', () => {
    expect(transition(running, { type: 'ended', at: 9, attempt: 1, verdict: succeeded })).toBeNull()
  })

  test('never leaves finished and never lives without an attempt, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        let state: RunState = { lifecycle: 'scheduled', dueAt: 0 }
        for (const event of events) {
          const next = transition(state, event)
          if (next === null) continue
          expect(state.lifecycle).not.toBe('finished')
          if (next.lifecycle === 'finished' && (next.outcome === 'succeeded' || next.outcome === 'failed')) {
            expect(['running', 'stopping']).toContain(state.lifecycle)
          }
          state = next
        }
      }),
    )
  })
})
