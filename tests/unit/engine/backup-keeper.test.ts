import Database from 'better-sqlite3'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BackupKind, BackupRow } from '../../../src-preload/backups.ts'
import { BackupKeeper } from '../../../src-main/engine/backup-keeper.ts'
import { backupName } from '../../../src-main/store/backups/backup-files.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const HOUR = 3_600_000

/** A keeper whose copies are small files, finished when `untilFinished` says so; `fail` makes the next ones fail. */
function keeperOn(clock: VirtualClock, folder = tempFolder(), untilFinished?: () => Promise<void>) {
  const made: number[] = []
  let failure: string | null = null
  const make = async (_db: Database.Database, _folder: string, kind: BackupKind, at: number): Promise<BackupRow> => {
    made.push(clock.monoMs / HOUR)
    if (failure !== null) throw new Error(failure)
    await untilFinished?.()
    const file = backupName(at, kind)
    writeFileSync(join(folder, file), 'copy')
    return { file, kind, at, bytes: 4 }
  }
  const keeper = new BackupKeeper({ db: new Database(':memory:'), folder, clock: clock.life(), make })
  return { keeper, made, fail: (why: string | null) => (failure = why) }
}

test('a copy is made soon after the start and then once a day', async () => {
  const clock = new VirtualClock()
  const { keeper, made } = keeperOn(clock)
  keeper.start()
  await clock.runUntil(80 * HOUR)
  expect(made.map(Math.floor)).toEqual([0, 24, 48, 72])
  keeper.stop()
  await clock.runUntil(200 * HOUR)
  expect(made).toHaveLength(4)
})

test('a start within the day makes none, whatever made the last one', async () => {
  const clock = new VirtualClock()
  const folder = tempFolder()
  writeFileSync(join(folder, backupName(clock.wallMs - 20 * HOUR, 'asked')), 'copy')
  const { keeper, made } = keeperOn(clock, folder)
  keeper.start()
  await clock.runUntil(3 * HOUR)
  expect(made).toEqual([])
  await clock.runUntil(6 * HOUR)
  expect(made).toHaveLength(1)
})

test('a failure is kept, shown and tried again within the hour', async () => {
  const clock = new VirtualClock()
  const { keeper, made, fail } = keeperOn(clock)
  fail('the disk is full')
  keeper.start()
  await clock.runUntil(2.5 * HOUR)
  expect(made).toHaveLength(3)
  expect(keeper.list()).toMatchObject({ rows: [], isMaking: false, failure: { why: 'the disk is full' } })
  await expect(keeper.make('asked')).rejects.toMatchObject({ code: 'BACKUP_FAILED' })
  fail(null)
  await clock.runUntil(4 * HOUR)
  expect(keeper.list()).toMatchObject({ failure: null, rows: [{ kind: 'daily' }] })
})

test('who asks while one is being made gets the next one, which is begun after that', async () => {
  const clock = new VirtualClock()
  const finish: (() => void)[] = []
  const { keeper, made } = keeperOn(clock, tempFolder(), () => new Promise((resolve) => finish.push(resolve)))
  const first = keeper.make('daily')
  const [second, third] = [keeper.make('asked'), keeper.make('asked')]
  expect([made.length, keeper.list().isMaking]).toEqual([1, true])
  finish.shift()?.()
  expect((await first).kind).toBe('daily')
  expect([made.length, keeper.list().isMaking]).toEqual([2, true])
  const fourth = keeper.make('asked')
  finish.shift()?.()
  expect((await second).kind).toBe('asked')
  expect(await third).toBe(await second)
  expect(made).toHaveLength(3)
  finish.shift()?.()
  await fourth
  expect([made.length, keeper.list().isMaking]).toEqual([3, false])
})

test('a copy that fails does not take the next one with it', async () => {
  const { keeper, made, fail } = keeperOn(new VirtualClock())
  fail('the disk is full')
  const [first, second] = [keeper.make('daily'), keeper.make('asked')]
  fail(null)
  await expect(first).rejects.toMatchObject({ code: 'BACKUP_FAILED' })
  expect((await second).kind).toBe('asked')
  expect(made).toHaveLength(2)
})

test('a copy that is of the future does not count', async () => {
  const clock = new VirtualClock()
  const folder = tempFolder()
  writeFileSync(join(folder, backupName(clock.wallMs + 900 * HOUR, 'daily')), 'copy')
  const { keeper, made } = keeperOn(clock, folder)
  keeper.start()
  await clock.runUntil(HOUR / 2)
  expect(made).toHaveLength(1)
})
