import { describe, expect, it } from 'vitest'
import type { ScheduleRow } from '../../../src-preload/schedule-contract.ts'
import { cronOf, draftOfSchedule, newSchedule, readSchedule } from '../../../src-renderer/lib/state/schedule-draft.ts'
import { conditionsWords, tickWords } from '../../../src-renderer/lib/state/schedule-words.ts'

const NOW = Date.UTC(2026, 0, 1)
const blank = { ...newSchedule('backup', 'UTC'), name: 'nightly' }

describe('the form of a schedule', () => {
  it('builds cron expressions of a time of day and of days', () => {
    expect(cronOf({ ...blank, time: '02:30' })).toBe('30 2 * * *')
    expect(cronOf({ ...blank, kind: 'weekly', time: '09:05' })).toBe('5 9 * * MON,TUE,WED,THU,FRI')
    expect(cronOf({ ...blank, kind: 'monthly', day: 'last' })).toBe('0 9 L * *')
    expect(cronOf({ ...blank, kind: 'interval' })).toBeNull()
  })

  it('makes the request that saves it', () => {
    const { request, faults } = readSchedule(
      {
        ...blank,
        kind: 'interval',
        every: '15m',
        acPower: true,
        wait: '2h',
        catchUp: 'all',
        window: '3h',
        input: '[1]',
      },
      NOW,
      null,
    )
    expect(faults).toEqual({})
    expect(request).toEqual({
      name: 'nightly',
      job: 'backup',
      timing: {
        kind: 'interval',
        everyMs: 900_000,
        anchorAt: NOW,
        zone: 'UTC',
        jitterMs: 0,
        startAt: null,
        endAt: null,
      },
      overlap: 'skip',
      catchUp: { policy: 'all', windowMs: 10_800_000 },
      conditions: { acPower: true, idleMs: null, network: 'any', waitMs: 7_200_000 },
      input: [1],
      priority: null,
      replace: false,
    })
  })

  it('says at each field what is wrong with it', () => {
    const wrong = { ...blank, name: ' ', job: '', time: 'noon', idle: '5s', window: 'x', input: '{', priority: 'high' }
    const { request, faults } = readSchedule(wrong, NOW, null)
    expect(request).toBeNull()
    expect(Object.keys(faults).sort()).toEqual(['idle', 'input', 'job', 'name', 'priority', 'time', 'window'])
  })

  it('keeps what it has no field for when a schedule is edited', () => {
    const row: ScheduleRow = {
      name: 'old',
      job: 'backup',
      timing: { kind: 'interval', everyMs: 60_000, anchorAt: 5, zone: 'UTC', startAt: 1, endAt: 9e12, jitterMs: 0 },
      zone: 'UTC',
      words: '',
      fault: null,
      catchUp: { policy: 'all', windowMs: 60_000, cap: 7, spacingMs: 9_000 },
      overlap: 'queue',
      conditions: null,
      input: { a: 1 },
      priority: 3,
      pausedAt: null,
      createdAt: 0,
      updatedAt: 0,
      decidedUntil: 0,
      next: null,
      unfinished: [],
      waiting: 0,
    }
    const { request } = readSchedule(draftOfSchedule(row), NOW, row)
    const { name, job, timing, catchUp, overlap, conditions, input, priority } = row
    expect(request).toEqual({ name, job, timing, catchUp, overlap, conditions, input, priority, replace: true })
  })
})

it('a tick is spoken of by how its run went, or why there was none', () => {
  const slot = { at: 0, through: 0, count: 1, isBackfill: false, why: null, decidedAt: 0 }
  const words = [
    { ...slot, outcome: 'run' as const, run: 1, lifecycle: 'finished' as const, runOutcome: 'failed' as const },
    { ...slot, outcome: 'late' as const, run: 2, lifecycle: 'running' as const, runOutcome: null },
    { ...slot, outcome: 'missed' as const, run: null, lifecycle: null, runOutcome: null },
    { ...slot, outcome: 'run' as const, run: 3, lifecycle: null, runOutcome: null },
  ].map((tick) => tickWords(tick).word)
  expect(words).toEqual(['Failed', 'Running', 'Missed', 'Run not kept'])
  expect(conditionsWords({ acPower: true, idleMs: 600_000, network: 'up', waitMs: 0 })).toBe(
    'needs AC power and the machine idle for 10m and the network, else skipped',
  )
})
