import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The median, with the extremes beside it: machines are noisy. */
export type Spread = { median: number; min: number; max: number }

export function spread(values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number) => round(sorted[index] ?? NaN)
  return { median: at(Math.floor((sorted.length - 1) / 2)), min: at(0), max: at(sorted.length - 1) }
}

export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN)
}

export const round = (value: number): number => Number(value.toPrecision(4))

/** Runs `measure` in a new folder each round and gives back every round's figures. */
export async function inRounds<T>(rounds: number, measure: (folder: string) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let n = 0; n < rounds; n += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-'))
    try {
      results.push(await measure(folder))
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
  return results
}

/** How many per second. */
export async function rate(count: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (count / (performance.now() - start)) * 1_000
}

/** Prints the one line of a bench. */
export const print = (bench: string, figures: object): void => console.log(JSON.stringify({ bench, ...figures }))
