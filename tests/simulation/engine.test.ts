import { describe, expect, test } from 'vitest'
import { rounds } from '../support/rounds.ts'
import { simulate } from './simulation.ts'

/** One seed can be run alone: SIGNALBOX_SEED=1234 npx vitest run tests/simulation */
const asked = process.env['SIGNALBOX_SEED']
const seeds = asked === undefined ? Array.from({ length: rounds(24) }, (_, index) => 1_000 + index) : [Number(asked)]

describe('the engine in simulation', () => {
  let retried = 0
  let abandoned = 0
  test.each(seeds)('keeps its rules through crashes and jumps of the clock (seed %i)', async (seed) => {
    const findings = await simulate(seed, { actions: 120, crashes: true })
    expect({ seed, violations: findings.violations }).toEqual({ seed, violations: [] })
    expect(findings.accepted).toBeGreaterThan(20)
    expect(findings.crashes).toBeGreaterThan(0)
    retried += findings.retried
    abandoned += findings.finished['abandoned'] ?? 0
  })

  test('and runs are tried again in them', () => expect(retried).toBeGreaterThan(0))

  test('and runs are abandoned', () => expect(abandoned).toBeGreaterThan(0))

  test.each(['orphans survive the sweep', 'ended is said before death'] as const)('notices when %s', async (fault) => {
    const found = await Promise.all([1, 2, 3].map((seed) => simulate(seed, { actions: 120, crashes: true, fault })))
    expect(found.flatMap(({ violations }) => violations)).not.toEqual([])
  })

  test('gives the same history for the same seed', async () => {
    const first = await simulate(7, { actions: 80, crashes: true })
    const second = await simulate(7, { actions: 80, crashes: true })
    expect(second).toEqual(first)
  })
})
