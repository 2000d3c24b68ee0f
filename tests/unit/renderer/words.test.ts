import { describe, expect, it } from 'vitest'
import {
  durationText,
  formatBytes,
  formatRelative,
  formatSpan,
  parseDuration,
} from '../../../src-renderer/lib/state/duration.ts'
import { runSpans, runWords, stackFrames } from '../../../src-renderer/lib/state/run-words.ts'
import { holderWords, waitWords } from '../../../src-renderer/lib/state/wait-words.ts'
import { waitOf } from '../../support/waits.ts'

describe('a span of time', () => {
  it('is read from what people type', () => {
    expect(['1.5s', '10m', '1h 30m', '250', '2d', '', 'soon', '-1s', '5 minutes'].map(parseDuration)).toEqual([
      1_500,
      600_000,
      5_400_000,
      250,
      172_800_000,
      null,
      null,
      null,
      null,
    ])
  })

  it('is written so that it is read back as the same', () => {
    const spans = [0, 1, 999, 1_500, 90_000, 3_600_000, 90_061_001]
    expect(spans.map((ms) => parseDuration(durationText(ms)))).toEqual(spans)
  })

  it('is never negative and has two steps at most', () => {
    expect([-5, 0, 950, 1_234, 59_960, 61_000, 3_661_000, 90_000_000].map((ms) => formatSpan(ms))).toEqual([
      '0 ms',
      '0 ms',
      '950 ms',
      '1.2 s',
      '59 s',
      '1 m 01 s',
      '1 h 01 m',
      '1 d 01 h',
    ])
  })

  it('has no fractions while it counts up', () => {
    expect([0, 999, 1_999].map((ms) => formatSpan(ms, true))).toEqual(['0 s', '0 s', '1 s'])
  })

  it('is told from now, backward and forward', () => {
    expect([999, 5_000, -61_000].map((ago) => formatRelative(100_000 - ago, 100_000))).toEqual([
      'now',
      '5 s ago',
      'in 1 m',
    ])
  })
})

describe('the words for a run', () => {
  const run = { createdAt: 1_000, queuedAt: 1_000, dueAt: null, startedAt: 3_000, finishedAt: null }

  it('tell queue time and run time apart', () => {
    expect(runSpans(run, 10_000)).toEqual({ queuedMs: 2_000, ranMs: 7_000, isTicking: true })
    expect(runSpans({ ...run, finishedAt: 4_000 }, 10_000)).toEqual({ queuedMs: 2_000, ranMs: 1_000, isTicking: false })
    expect(runSpans({ ...run, startedAt: null }, 500)).toEqual({ queuedMs: 0, ranMs: null, isTicking: true })
    expect(runSpans({ ...run, queuedAt: null, dueAt: 9_000, startedAt: null }, 2_000).queuedMs).toBeNull()
  })

  it('say the outcome of what has finished and the state of what has not', () => {
    expect(runWords({ lifecycle: 'finished', outcome: 'timed_out' })).toEqual({ look: 'timed-out', word: 'Timed out' })
    expect(
      runWords({ lifecycle: 'queued', outcome: null, waits: [waitOf({ kind: 'paused_job', job: 'j' })] }).look,
    ).toBe('paused')
  })

  it('say of one in a deadlock that it is, until it is being stopped', () => {
    const words = (lifecycle: 'running' | 'queued' | 'stopping') =>
      runWords({ lifecycle, outcome: null, deadlock: 1 }).word
    expect([words('running'), words('queued'), words('stopping')]).toEqual(['Deadlock', 'Deadlock', 'Stopping'])
  })

  it('say why it waits', () => {
    const slot = waitOf({ kind: 'slot', executor: 'process', inUse: 4, slots: 4, ahead: 0 })
    expect([
      waitWords(slot, 5_000),
      waitWords({ ...slot, ahead: 1_200 }, 5_000),
      waitWords(waitOf({ kind: 'time', until: 9_000, retry: null }), 5_000),
      waitWords(waitOf({ kind: 'time', until: 9_000, retry: { number: 2, of: 5 } }), 5_000),
    ]).toEqual([
      'no free process slot (4 of 4 in use) · next in line · 5 s',
      `no free process slot (4 of 4 in use) · ${(1_200).toLocaleString()} ahead · 5 s`,
      'due in 4 s',
      'retry 2 of 5 in 4 s',
    ])
  })

  it('say what a running one waits for, who has it and since when', () => {
    const holder = { run: 7, name: 'writer', attempt: 1, task: null, amount: 1, since: 1_000, place: '/x/job.ts:4:7' }
    const by = { attempt: 1, task: { number: 0, name: null }, place: null, givesUpAt: 65_000 }
    const held = { by, ahead: 0, holders: [holder], holderCount: 2 }
    expect([
      waitWords(waitOf({ ...held, kind: 'lock', resource: 'A', condition: null }), 5_000),
      waitWords(
        waitOf({
          kind: 'semaphore',
          resource: 'api',
          amount: 1,
          free: -1,
          permits: 5,
          perMs: 60_000,
          expectedAt: 8_000,
        }),
        5_000,
      ),
      waitWords(waitOf({ kind: 'run', resource: 'resize', run: 12, lifecycle: 'queued' }), 5_000),
      holderWords(holder, 5_000),
    ]).toEqual([
      'lock A · held by run 7 (writer) and 1 more · next in line · gives up in 1 m 00 s · 5 s',
      'rate limit api: needs 1, 0 of 5 free · expected in 3 s · 5 s',
      'run 12 (resize) is queued · 5 s',
      'attempt 1 · for 4 s · taken at /x/job.ts:4:7',
    ])
  })
})

describe('bytes', () => {
  it('are given in the largest unit that fits', () => {
    expect([512, 2_048, 404 * 1024, 5 * 1024 ** 3].map(formatBytes)).toEqual(['512 B', '2.0 KB', '404 KB', '5.0 GB'])
  })
})

describe('a stack', () => {
  it('is shown without the message that stands above it, however many lines that has', () => {
    expect(stackFrames('Error: one\ntwo\n    at run (a.ts:1:2)\n    at b.ts:3:4')).toBe(
      'at run (a.ts:1:2)\nat b.ts:3:4',
    )
  })

  it('is shown as it is when it has no frames', () => {
    expect(stackFrames('Error: thrown elsewhere')).toBe('Error: thrown elsewhere')
  })
})
