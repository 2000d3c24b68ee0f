import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LimitPassed } from '../../../src-main/core/resource-limit.ts'
import { systemTempSource, TempWatch } from '../../../src-main/interpreters/temp-watch.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const MB = 1024 * 1024

/** Folders whose sizes, and a clock that, are moved by hand; a look takes `lookMs`. */
function disk(lookMs = 0) {
  const sizes = new Map<string, number>()
  const log: { of: string; passed: LimitPassed; at: number }[] = []
  const looks: number[] = []
  let now = 0
  let next: { at: number; callback: () => void } | null = null
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
  const source = (folders: string[]) => {
    looks.push(now)
    now += lookMs
    return Promise.resolve(folders.map((folder) => sizes.get(folder) ?? 0))
  }
  const watch = new TempWatch(source, timers)
  return {
    log,
    looks,
    fill: (folder: string, bytes: number) => sizes.set(folder, bytes),
    watch: (folder: string, allowedBytes: number) =>
      watch.watch({ folder, allowedBytes, onPassed: (passed) => log.push({ of: folder, passed, at: now }) }),
    async advance(ms: number) {
      const until = now + ms
      while (next !== null && next.at <= until) {
        const { at, callback } = next
        next = null
        now = Math.max(now, at)
        callback()
        await new Promise(setImmediate)
      }
      now = Math.max(now, until)
    },
    isIdle: () => next === null,
  }
}

test('more than is allowed is told once, with both numbers, and of the folder that has it', async () => {
  const { watch, fill, advance, log } = disk()
  watch('a', 100 * MB)
  watch('b', 100 * MB)
  fill('a', 100 * MB)
  fill('b', 101 * MB)
  await advance(10_000)
  expect(log).toEqual([{ of: 'b', passed: { resource: 'temp', used: 101 * MB, allowed: 100 * MB }, at: 100 }])
})

test('it looks more often the less is left, and seldom where there is much', async () => {
  const { watch, fill, advance, looks } = disk()
  watch('a', 2_048 * MB)
  await advance(1_024)
  expect(looks).toEqual([1_024])
  fill('a', 2_000 * MB)
  await advance(1_600)
  expect(looks.slice(1)).toEqual([2_048, 2_148, 2_248, 2_348, 2_448, 2_548])
})

test('a look that takes long is followed by as long a rest', async () => {
  const { watch, advance, looks } = disk(1_000)
  watch('a', 10 * MB)
  await advance(5_000)
  expect(looks).toEqual([100, 2_100, 4_100])
})

test('nobody watched, nothing planned; also when the last one left during a look', async () => {
  const { watch, fill, advance, log, isIdle } = disk()
  const unwatch = watch('a', 10 * MB)
  unwatch()
  expect(isIdle()).toBe(true)
  const leave = watch('b', 10 * MB)
  fill('b', 20 * MB)
  const looking = advance(100)
  leave()
  await looking
  expect({ log, isIdle: isIdle() }).toEqual({ log: [], isIdle: true })
})

test('the system tells what lies in each folder, holes and what is not there aside', async () => {
  const root = tempFolder()
  const [empty = '', full = '', gone = ''] = ['empty', 'full\tof -n names', 'gone'].map((name) => join(root, name))
  mkdirSync(empty)
  mkdirSync(join(full, 'below'), { recursive: true })
  writeFileSync(join(full, 'below', 'file'), Buffer.alloc(3 * MB, 1))
  writeFileSync(join(full, 'hole'), '')
  truncateSync(join(full, 'hole'), 500 * MB)
  const [none, some, missing] = await systemTempSource('linux')!([empty, full, gone])
  expect([none, missing]).toEqual([0, 0])
  expect(some).toBeGreaterThanOrEqual(3 * MB)
  expect(some).toBeLessThan(4 * MB)
  expect(systemTempSource('win32')).toBe(null)
})
