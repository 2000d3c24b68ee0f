import { describe, expect, test } from 'vitest'
import type { Results } from '../../../bench/report.ts'
import { renderReport } from '../../../bench/report.ts'

const kept = (figures: Record<string, unknown>, othersPercent = 0): Results[string] => ({
  at: '2026-11-29 12:00',
  minutes: 1,
  othersPercent,
  machine: 'one machine',
  figures,
})
const around = (median: number) => ({ median, min: median / 2, max: median * 2 })

/** The lines of the page that speak of a bench, or of a queue. */
const rows = (results: Results, sign: RegExp) =>
  renderReport(results)
    .split('\n')
    .filter((line) => line.startsWith('| ') && sign.test(line))

describe('the page of performance', () => {
  test('judges by the median, and knows where less is better', () => {
    const memory = kept({ startedMb: around(100), after20kMb: around(159), pending1mMb: around(251) })
    expect(rows({ memory }, / memory \|$/)).toEqual([
      '| memory of the host’s process after 20 k runs | 159 (79.5–318) MB | ≤ 160 MB | yes | ≤ 110 MB | 100 (50–200) MB after its start | memory |',
      '| the same with 1 M pending | 251 (126–502) MB | ≤ 250 MB | **no** | ≤ 180 MB |  | memory |',
    ])
    const submit = (ratio: number) =>
      kept({
        bulkToInsert1000: around(ratio),
        bulkPerSecond: around(1),
        inFlight64ToInsert1: around(1),
        inFlight64PerSecond: around(1),
      })
    expect(rows({ submit: submit(0.8) }, / submit \|$/)[0]).toContain('| ≥ 0.8 | yes |')
    expect(rows({ submit: submit(0.79) }, / submit \|$/)[0]).toContain('| ≥ 0.8 | **no** |')
  })

  test('says what was not measured, and what a peer lacked', () => {
    expect(rows({}, / restart \|$/)).toEqual([
      '| restart after a kill, 100 k pending and 1 GB of history | not measured | ≤ 2,000 ms | – | ≤ 500 ms | | restart |',
    ])
    const subjects = { BullMQ: { settings: 'Redis', missing: 'redis-server is not installed' } }
    const peers = kept({ samples: 200, subjects, insert1: around(500), cycle100: around(30_000) })
    expect(rows({ peers }, /BullMQ/)).toEqual([
      '| BullMQ | not measured: redis-server is not installed | | | | | | | |',
    ])
  })

  test('shows what is advised of each workload beside how fast it was', () => {
    const measured = [
      { executor: 'async', perSecond: 120, heldMs: 14, advised: 'async', reason: '2 % CPU: async' },
      { executor: 'thread', perSecond: 15, heldMs: null, advised: 'async', reason: '2 % CPU: async' },
      { executor: 'process', perSecond: 7, heldMs: null, advised: null, reason: null },
    ]
    const advisor = kept({
      workloads: 1,
      right: 1,
      byWorkload: { fetch: { fastest: 'async', isRight: true, measured } },
    })
    expect(rows({ advisor }, /fetch/)).toEqual(['| fetch | 120 (14 ms) | 15 | 7 | async | 2 % CPU: async | yes |'])
  })

  test('does not make up a figure that a kept result lacks', () => {
    expect(() => renderReport({ memory: kept({ after20kMb: around(100), startedMb: around(90) }) })).toThrow(
      'The stored result of memory has no pending1mMb; measure it again.',
    )
  })

  test('says that others were at work, and how much', () => {
    expect(renderReport({ queue: kept({ items: 5 }, 40) })).toContain('other programs had up to 40 % of its processors')
    expect(renderReport({ queue: kept({ items: 5 }, 4) })).not.toContain('was shared')
  })
})
