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

/** A keeper whose copies are small files; `fail` makes the next ones fail. */
function keeperOn(clock: VirtualClock, folder = tempFolder()) {
  const made: number[] = []
  let failure: string | null = null
  const make = (_db: Database.Database, _folder: string, kind: BackupKind, at: number): Promise<BackupRow> => {
    made.push(clock.monoMs / HOUR)
    if (failure !== null) return Promise.reject(new Error(failure))
    const file = backupName(at, kind)
    writeFileSync(join(folder, file), 'copy')
    return Promise.resolve({ file, kind, at, bytes: 4 })
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

test('who asks while one is being made gets that one', async () => {
  const { keeper, made } = keeperOn(new VirtualClock())
  const [first, second] = await Promise.all([keeper.make('asked'), keeper.make('daily')])
  expect(second).toEqual(first)
  expect(made).toHaveLength(1)
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
