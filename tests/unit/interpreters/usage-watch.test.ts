import { expect, test } from 'vitest'
import type { ProcessSample } from '../../../src-main/interpreters/process-samples.ts'
import { UsageWatch } from '../../../src-main/interpreters/usage-watch.ts'
import type { LimitPassed } from '../../../src-main/core/resource-limit.ts'

const MB = 1024 * 1024

type Process = {
  parent?: number
  group?: number
  tag?: string | null
  mark?: bigint
  cpuMs?: number
  mb?: number
  fairMb?: number
}

/** A machine whose processes and clock are moved by hand. */
function machine() {
  const processes = new Map<number, Process>()
  const log: { passed: LimitPassed; of: string; at: number }[] = []
  let now = 0
  let looks = 0
  let next: { at: number; callback: () => void } | null = null
  const source = {
    samples(): ProcessSample[] {
      looks++
      return [...processes].map(([pid, { parent = 1, group = pid, cpuMs = 0, mb = 0 }]) => ({
        pid,
        startedAt: '1',
        parent,
        group,
        cpuMs,
        residentBytes: mb * MB,
      }))
    },
    tagOf: (pid: number) => processes.get(pid)?.tag ?? null,
    markOf: (pid: number) => processes.get(pid)?.mark ?? null,
    fairBytes: (pid: number) => {
      const fairMb = processes.get(pid)?.fairMb
      return fairMb === undefined ? null : fairMb * MB
    },
  }
  const timers = {
    monoMs: () => now,
    after(delayMs: number, callback: () => void) {
      const own = { at: now + delayMs, callback }
      next = own
      return () => {
        if (next === own) next = null
      }
    },
  }
  const usage = new UsageWatch(source, timers, 2)
  return {
    log,
    set: (pid: number, process: Process | null) =>
      process === null ? processes.delete(pid) : processes.set(pid, { ...processes.get(pid), ...process }),
    watch: (tag: string, pid: number, limits: { memoryMb?: number; cpuMs?: number }) =>
      usage.watch({
        tag,
        pid,
        mark: BigInt(pid),
        memoryBytes: limits.memoryMb === undefined ? null : limits.memoryMb * MB,
        cpuMs: limits.cpuMs ?? null,
        onPassed: (passed) => log.push({ passed, of: tag, at: now }),
      }),
    advance(ms: number) {
      const until = now + ms
      while (next !== null && next.at <= until) {
        const { at, callback } = next
        next = null
        now = at
        callback()
      }
      now = until
    },
    looksNow: () => looks,
    isIdle: () => next === null,
  }
}

test('memory of the whole tree counts, also of what has left the group', () => {
  const { set, watch, advance, log } = machine()
  watch('a/1.1', 10, { memoryMb: 500 })
  set(10, { tag: 'a/1.1', mb: 200 })
  set(11, { tag: 'a/1.1', group: 11, parent: 1, mb: 200 })
  set(12, { tag: 'a/1.1+2.1', group: 12, mb: 99 })
  set(13, { tag: 'a/2.1', mb: 10_000 })
  set(14, { tag: null, mb: 10_000 })
  advance(2_000)
  expect(log).toEqual([])
  set(15, { tag: null, group: 10, mb: 2 })
  advance(600)
  expect(log.map(({ of, passed }) => ({ of, ...passed }))).toEqual([
    { of: 'a/1.1', resource: 'memory', used: 501 * MB, allowed: 500 * MB },
  ])
})

test('what has left the group with an empty environment, or another tag, is known by its mark', () => {
  const { set, watch, advance, log } = machine()
  watch('a/1.1', 10, { memoryMb: 500 })
  watch('a/2.1', 20, { cpuMs: 1_000 })
  set(10, { tag: 'a/1.1', mb: 100 })
  set(11, { tag: null, mark: 10n, mb: 300 })
  set(12, { tag: 'nobody/1.1', mark: 10n, mb: 99 })
  set(13, { tag: null, mark: 30n, mb: 10_000 })
  set(21, { tag: null, mark: 20n, cpuMs: 900 })
  advance(4_000)
  expect(log).toEqual([])
  set(12, { mb: 101 })
  set(21, { cpuMs: 1_100 })
  advance(4_000)
  expect(log.map(({ of, passed: { resource, used } }) => ({ of, resource, used }))).toEqual([
    { of: 'a/1.1', resource: 'memory', used: 501 * MB },
    { of: 'a/2.1', resource: 'cpu', used: 1_100 },
  ])
})

test('shared memory is not held against a tree more than once', () => {
  const { set, watch, advance, log } = machine()
  watch('a/1.1', 10, { memoryMb: 500 })
  set(10, { tag: 'a/1.1', mb: 400, fairMb: 220 })
  set(11, { tag: 'a/1.1', mb: 400, fairMb: 220 })
  advance(2_000)
  expect(log).toEqual([])
  set(11, { fairMb: 300 })
  advance(600)
  expect(log[0]?.passed.used).toBe(520 * MB)
})

test('the next look comes before what is left could be full', () => {
  const { set, watch, advance, log } = machine()
  watch('a/1.1', 10, { memoryMb: 512 })
  let mb = 0
  // 4 GB a second, the fastest there is.
  for (let ms = 0; ms < 400 && log.length === 0; ms++) {
    set(10, { tag: 'a/1.1', mb: (mb += 4) })
    advance(1)
  }
  expect(log[0]?.passed.used).toBeGreaterThan(512 * MB)
  expect(log[0]?.passed.used).toBeLessThan((512 + 150) * MB)
})

test('processor time of ended processes counts once, by whoever waited for them or by us', () => {
  const { set, watch, advance, log } = machine()
  watch('a/1.1', 10, { cpuMs: 5_000 })
  set(10, { tag: 'a/1.1', cpuMs: 1_000 })
  set(11, { tag: 'a/1.1', parent: 10, cpuMs: 1_500 })
  set(12, { tag: 'a/1.1', parent: 1, cpuMs: 1_500 })
  advance(1_000)
  // 11 was waited for by its parent, 12 by nobody of ours.
  set(11, null)
  set(12, null)
  set(10, { cpuMs: 2_600 })
  advance(1_000)
  expect(log).toEqual([])
  set(10, { cpuMs: 3_600 })
  advance(1_000)
  expect(log.map(({ passed }) => passed)).toEqual([{ resource: 'cpu', used: 5_100, allowed: 5_000 }])
})

test('nobody looks when nothing is watched, and a passed limit is told once', () => {
  const { set, watch, advance, log, isIdle, looksNow } = machine()
  const unwatch = watch('a/1.1', 10, { memoryMb: 100 })
  set(10, { tag: 'a/1.1', mb: 200 })
  advance(5_000)
  expect(log).toHaveLength(1)
  expect(isIdle()).toBe(true)
  unwatch()
  const before = looksNow()
  advance(5_000)
  expect(looksNow()).toBe(before)
})

test('a program whose environment could not be read at first is known at the second look', () => {
  const { set, watch, advance, log } = machine()
  watch('a/1.1', 10, { memoryMb: 100 })
  set(10, { tag: 'a/1.1', mb: 10 })
  set(11, { tag: null, group: 11, mb: 200 })
  advance(30)
  set(11, { tag: 'a/1.1' })
  advance(600)
  expect(log).toHaveLength(1)
})
