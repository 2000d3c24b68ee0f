import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { saveScheduleSchema } from '../../../src-preload/schedule-contract.ts'
import { backfill, saveSchedule } from '../../../src-main/engine/commands/schedules.ts'
import { takeDisk } from '../../../src-main/engine/disk.ts'
import { slotPage } from '../../../src-main/engine/schedules/views.ts'
import { logLines } from '../../../src-main/engine/views.ts'
import { DiskWatch, FULL_BELOW, RESERVE, ROOM_FROM, volumeOf } from '../../../src-main/engine/watch-disk.ts'
import { openFamily } from '../../support/family.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const MB = 1024 * 1024
const MINUTE = 60_000

async function openWithDisk() {
  const world = await openFamily()
  const turn = (isFull: boolean) =>
    world.command((state, tick) => takeDisk(state, tick, { isFull, freeBytes: isFull ? 20 * MB : 900 * MB }))
  return { ...world, turn }
}

describe('while the disk is full', () => {
  test('nothing begins, nothing is accepted, what runs ends, and all goes on when there is room', async () => {
    const world = await openWithDisk()
    const [first, second, third] = [
      await world.submit({ job: 'work' }),
      await world.submit({ job: 'work' }),
      await world.submit({ job: 'work' }),
    ]
    expect(world.states(first, second, third)).toEqual(['running', 'running', 'queued'])
    await world.turn(true)
    await world.end(first)
    expect(world.states(first, second, third)).toEqual(['succeeded', 'running', 'queued'])
    expect(world.detail(third).waits).toMatchObject([{ kind: 'disk_full', freeBytes: 20 * MB }])
    await expect(world.submit({ job: 'work' })).rejects.toMatchObject({ code: 'DISK_FULL' })
    await world.turn(false)
    expect(world.states(second, third)).toEqual(['running', 'running'])
    await expect(world.submit({ job: 'work' })).resolves.toBe(third + 1)
  })

  test('a log is left out from where it says so, and goes on after', async () => {
    const world = await openWithDisk()
    const run = await world.submit({ job: 'work' })
    const say = (text: string) =>
      world.report({ type: 'log', run, attempt: 1, lines: [[world.world.wallMs, 'info', text]] })
    await say('before')
    await world.turn(true)
    await say('lost')
    await say('lost, too')
    await world.turn(false)
    await say('after')
    const { lines } = world.engine.read((state) => logLines(state, run, 1, 10))
    expect(lines.map(({ text }) => text)).toEqual(['before', 'lines are left out here: the disk is full', 'after'])
  })

  test('slots of schedules are decided when there is room: they are late, not lost', async () => {
    const world = await openWithDisk()
    const request = v.parse(saveScheduleSchema, {
      name: 'often',
      job: 'work',
      timing: { kind: 'interval', everyMs: 60 * MINUTE, anchorAt: world.world.wallMs, zone: 'UTC' },
    })
    await world.command((state, tick) => saveSchedule(state, tick, request))
    await world.turn(true)
    await world.pass(70 * MINUTE)
    const decided = () =>
      world.engine
        .read((state) => slotPage(state, state.schedules.named('often'), 8.64e15, 10))
        .rows.map(({ outcome }) => outcome)
    expect(decided()).toEqual([])
    const past = { name: 'often', from: 0, until: world.world.wallMs, limit: 10 }
    const fill = (preview: boolean) => world.command((state, tick) => backfill(state, tick, { ...past, preview }))
    await expect(fill(false)).rejects.toMatchObject({ code: 'DISK_FULL' })
    await expect(fill(true)).resolves.toMatchObject({ more: false })
    await world.turn(false)
    await world.pass(1)
    expect(decided()).toEqual(['late'])
  })
})

/** A volume that has as much room as the test says. */
function watchedVolume(freeBytes: number) {
  const clock = new VirtualClock()
  const volume = { free: freeBytes, reserved: 0 }
  const seen: boolean[] = []
  const watch = new DiskWatch(
    clock.life(),
    {
      freeBytes: () => volume.free - volume.reserved,
      reserve: () => {
        volume.reserved = RESERVE
        return Promise.resolve(true)
      },
      release: () => void (volume.reserved = 0),
    },
    ({ isFull }) => seen.push(isFull),
  )
  watch.start()
  return { clock, volume, seen, watch }
}

describe('the watch', () => {
  test('holds room back while there is some, and gives it up when the disk is full', async () => {
    const { clock, volume, seen } = watchedVolume(500 * MB)
    await clock.runUntil(5_000)
    expect([volume.reserved, seen]).toEqual([RESERVE, []])
    volume.free = FULL_BELOW + RESERVE - 1
    await clock.runUntil(10_000)
    expect([volume.reserved, seen]).toEqual([0, [true]])
  })

  test('says so once, and does not turn back before there is clearly room', async () => {
    const { clock, volume, seen } = watchedVolume(FULL_BELOW - 1)
    expect(seen).toEqual([true])
    volume.free = ROOM_FROM - 1
    await clock.runUntil(5_000)
    expect(seen).toEqual([true])
    volume.free = ROOM_FROM
    await clock.runUntil(15_000)
    expect(seen).toEqual([true, false])
    expect(volume.reserved).toBe(RESERVE)
  })
})

describe('the reserve', () => {
  test('takes up what it holds back, and is not waited for', async () => {
    const path = join(tempFolder(), 'reserve')
    const volume = volumeOf(path)
    const made = volume.reserve()
    // It is written by others than this thread.
    expect(statSync(path, { throwIfNoEntry: false })?.size ?? 0).toBeLessThan(RESERVE)
    expect(await made).toBe(true)
    const { size, blocks } = statSync(path)
    expect([size, blocks * 512 >= RESERVE]).toEqual([RESERVE, true])
    expect(await volumeOf(path).reserve()).toBe(true)
    volume.release()
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined()
  })

  test('that is given up while it is made is not there', async () => {
    const path = join(tempFolder(), 'reserve')
    const volume = volumeOf(path)
    const made = volume.reserve()
    volume.release()
    expect(await made).toBe(false)
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined()
  })
})
