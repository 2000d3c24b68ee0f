import { expect, test } from 'vitest'
import { Chores } from '../../../../src-main/engine/history/chores.ts'
import type { EngineState } from '../../../../src-main/engine/state.ts'
import { openSimulatedEngine } from '../../../support/simulated-engine.ts'

const STEP_MS = 10

/** Chores whose steps take `STEP_MS` and do nothing, of an engine that makes turn after turn. */
async function openBusyChores() {
  const simulated = await openSimulatedEngine()
  const state = await simulated.command<EngineState>((own) => own)
  let now = 0
  let planned: { at: number; run: () => void } | null = null
  const steps: number[] = []
  const chores = new Chores({
    state,
    clock: {
      wallMs: () => now,
      monoMs: () => now,
      after: (delayMs, run) => {
        planned = { at: now + delayMs, run }
        return () => (planned = null)
      },
      soon: () => undefined,
    },
    transact: () => {
      steps.push(now)
      now += STEP_MS
    },
  })
  const passUntil = (untilMs: number) => {
    chores.turned()
    while (planned !== null && planned.at <= untilMs) {
      const { at, run } = planned
      now = Math.max(now, at)
      chores.turned()
      chores.turned()
      planned = null
      run()
    }
    now = Math.max(now, untilMs)
  }
  const shareBetween = (fromMs: number, untilMs: number) =>
    (steps.filter((at) => at >= fromMs && at < untilMs).length * STEP_MS) / (untilMs - fromMs)
  return { state, passUntil, shareBetween }
}

test('a busy engine gives more of its time to what is beyond the limits, the longer it has been', async () => {
  const { state, passUntil, shareBetween } = await openBusyChores()
  state.history.retention = { maxAgeMs: null, maxRuns: 1, maxBytes: null }
  state.history.indexDue = null
  state.history.removal = { at: -1, run: 0, since: 0 }
  passUntil(400_000)
  expect(shareBetween(0, 10_000)).toBeCloseTo(0.03, 2)
  expect(shareBetween(95_000, 105_000)).toBeCloseTo(0.25, 1)
  expect(shareBetween(300_000, 400_000)).toBeCloseTo(0.33, 1)
  // The look has come to its end.
  state.history.removal = null
  passUntil(500_000)
  expect(shareBetween(410_000, 500_000)).toBeCloseTo(0.03, 2)
})
