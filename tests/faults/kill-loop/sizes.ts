import type { FailpointOptions } from './failpoints.ts'
import type { LoopOptions } from './loop.ts'

type Size = {
  loop: Omit<LoopOptions, 'root' | 'seed'>
  /** The same, with each report told more than once. */
  late: Omit<LoopOptions, 'root' | 'seed'>
  failpoints: Omit<FailpointOptions, 'root'>[]
  /** How often a mistake is looked for before it counts as not found. */
  rounds: number
  /** A week has about 120,000. */
  soak: { runs: number; keepRuns: number }
}

const every = (distance: number, upTo: number) =>
  Array.from({ length: Math.floor(upTo / distance) }, (_none, n) => (n + 1) * distance)

const hourMs = 3_600_000

export const sizes = {
  smoke: {
    loop: { kills: 5, runs: 40, backlog: 20 },
    late: { kills: 1, runs: 20, backlog: 20, early: 0 },
    failpoints: [{ in: 'engine', both: false, steps: [20, 33] }],
    rounds: 3,
    soak: { runs: 1_200, keepRuns: 300 },
  },
  merge: {
    loop: { kills: 600, runs: 10_000, backlog: 60, withinMs: hourMs },
    late: { kills: 20, runs: 200 },
    failpoints: [
      { in: 'engine', both: false, steps: every(7, 140) },
      { in: 'supervisor', both: false, steps: every(3, 30) },
      { in: 'engine', both: true, steps: [26, 47, 68] },
    ],
    rounds: 4,
    soak: { runs: 12_000, keepRuns: 2_000 },
  },
  nightly: {
    loop: { kills: 6_000, runs: 100_000, backlog: 60, early: 0.4, movesClock: true, withinMs: hourMs },
    late: { kills: 200, runs: 2_000 },
    failpoints: [
      { in: 'engine', both: false },
      { in: 'engine', both: true },
      { in: 'supervisor', both: false },
      { in: 'supervisor', both: true },
    ],
    rounds: 6,
    soak: { runs: 120_000, keepRuns: 20_000 },
  },
} satisfies Record<string, Size>

export const isSize = (word: string): word is keyof typeof sizes => Object.hasOwn(sizes, word)
