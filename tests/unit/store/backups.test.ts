import Database from 'better-sqlite3'
import { existsSync, readdirSync, statSync, truncateSync, writeFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { homePaths, makeFolder } from '../../../src-main/home.ts'
import {
  backupName,
  KEPT,
  keepBackup,
  listBackups,
  partialPath,
  removePartials,
} from '../../../src-main/store/backups/backup-files.ts'
import { checkCopy } from '../../../src-main/store/backups/check-copy.ts'
import { copyNow, makeBackup } from '../../../src-main/store/backups/make-backup.ts'
import { findBackup, prepareRestore } from '../../../src-main/store/backups/restore.ts'
import { migrate, readMigrations } from '../../../src-main/store/migrate.ts'
import { openStore } from '../../../src-main/store/open.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { usedHome } from '../../support/used-home.ts'

const MIDNIGHT = Date.UTC(2026, 2, 1)
const DAY = 86_400_000

const insertRun = (db: Database.Database, id: number) =>
  db
    .prepare(
      `INSERT INTO runs (id, lane_id, definition_id, name, origin, priority, lifecycle, created_at, queued_at, input)
       VALUES (?, 1, 1, 'n', 'manual', 0, 'queued', 0, 0, '1')`,
    )
    .run(id)

function idsIn(path: string): number[] {
  const db = new Database(path, { readonly: true })
  const ids = db.prepare<[], number>('SELECT id FROM runs ORDER BY id').pluck().all()
  db.close()
  return ids
}

describe('a copy', () => {
  test('under writes holds all that was committed before it, and of the rest a beginning', async () => {
    const home = usedHome(2_000)
    const { db, close } = openStore(home, 'test')
    let last = 2_000
    // Between the steps of the copy, as the engine's turns are.
    const writer = setInterval(() => insertRun(db, ++last))
    const committedBefore = last
    const { file, bytes } = await makeBackup(db, homePaths(home).backups, 'asked', MIDNIGHT)
    clearInterval(writer)
    const path = join(homePaths(home).backups, file)
    const ids = idsIn(path)
    expect(ids.length).toBeGreaterThanOrEqual(committedBefore)
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, place) => place + 1))
    expect(bytes).toBe(statSync(path).size)
    expect(readdirSync(homePaths(home).backups)).toEqual([file])
    close()
  })

  test('is for its owner alone, and one file', () => {
    const home = usedHome(3)
    const { db, close } = openStore(home, 'test')
    const { file } = copyNow(db, homePaths(home).backups, 'asked', MIDNIGHT)
    close()
    const path = join(homePaths(home).backups, file)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(dirname(path))).toEqual([file])
    const copy = new Database(path)
    expect(copy.pragma('journal_mode', { simple: true })).toBe('delete')
    copy.close()
  })

  test.each([
    ['cut in the middle', (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ['not SQLite', (path: string) => writeFileSync(path, 'no database at all, but long enough to look at')],
    ['empty', (path: string) => truncateSync(path, 0)],
  ])('that is %s is not taken for one', (_, spoil) => {
    const home = usedHome(500)
    const { db, close } = openStore(home, 'test')
    const { file } = copyNow(db, homePaths(home).backups, 'asked', MIDNIGHT)
    close()
    const path = join(homePaths(home).backups, file)
    spoil(path)
    expect(() => checkCopy(path)).toThrow(/not|damaged|malformed/)
  })

  test('that cannot be finished leaves nothing behind', async () => {
    const home = usedHome()
    const { db, close } = openStore(home, 'test')
    const folder = homePaths(home).backups
    makeFolder(partialPath(folder, backupName(MIDNIGHT, 'asked')))
    await expect(makeBackup(db, folder, 'asked', MIDNIGHT)).rejects.toThrow()
    expect(listBackups(folder)).toEqual([])
    close()
  })
})

describe('the folder of backups', () => {
  test('keeps the newest of each kind, and nothing that is not its own is touched', () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'notes.txt'), '')
    const keep = (at: number, kind: 'daily' | 'asked') => {
      const name = backupName(at, kind)
      writeFileSync(partialPath(folder, name), 'copy')
      keepBackup(folder, name)
    }
    keep(MIDNIGHT - DAY, 'asked')
    for (let day = 0; day < KEPT + 3; day += 1) keep(MIDNIGHT + day * DAY, 'daily')
    expect(listBackups(folder).map(({ at, kind }) => [(at - MIDNIGHT) / DAY, kind])).toEqual([
      ...Array.from({ length: KEPT }, (_, place) => [KEPT + 2 - place, 'daily']),
      [-1, 'asked'],
    ])
    expect(existsSync(join(folder, 'notes.txt'))).toBe(true)
  })

  test('forgets what an earlier life has not finished', () => {
    const folder = tempFolder()
    const name = backupName(MIDNIGHT, 'daily')
    for (const suffix of ['', '-wal', '-journal']) writeFileSync(partialPath(folder, name) + suffix, 'half')
    removePartials(folder)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('an upgrade', () => {
  const olderHome = () => {
    const home = usedHome()
    const migrations = readMigrations()
    const { database, backups, lastGood } = homePaths(home)
    const older = new Database(':memory:')
    migrate(older, migrations, migrations.at(-2)?.version)
    older.pragma(`application_id = ${0x53674278}`)
    older.exec(`INSERT INTO meta (key, value) VALUES ('store_id', 'older')`)
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(database + suffix)) truncateSync(database + suffix)
    writeFileSync(database, older.serialize())
    older.close()
    // It knows the store that was here before.
    rmSync(lastGood)
    return { home, backups, schema: migrations.at(-2)?.version }
  }

  test('is preceded by a copy of the old schema', () => {
    const { home, backups, schema } = olderHome()
    openStore(home, 'test').close()
    const rows = listBackups(backups)
    expect(rows.map(({ kind }) => kind)).toEqual(['upgrade'])
    expect(checkCopy(join(backups, rows[0]?.file ?? ''))).toMatchObject({ schema, storeId: 'older' })
    openStore(home, 'test').close()
    expect(listBackups(backups)).toHaveLength(1)
  })

  test('does not begin where no copy can be made', () => {
    const { home, backups, schema } = olderHome()
    writeFileSync(backups, 'in the way')
    expect(() => openStore(home, 'test')).toThrow(/backups/)
    const db = new Database(homePaths(home).database)
    expect(db.pragma('user_version', { simple: true })).toBe(schema)
    db.close()
  })
})

describe('restoring', () => {
  const homeWithBackup = () => {
    const home = usedHome(5)
    const { db, close } = openStore(home, 'test')
    const row = copyNow(db, homePaths(home).backups, 'asked', MIDNIGHT)
    insertRun(db, 6)
    close()
    return { home, path: join(homePaths(home).backups, row.file) }
  }

  test('puts the copy in place and the store aside', () => {
    const { home, path } = homeWithBackup()
    const restoring = prepareRestore(home, findBackup(home, 'latest'), 'test')
    expect(restoring.facts).toMatchObject({ lastRunId: 5, unfinished: 5 })
    const aside = restoring.commit(MIDNIGHT) ?? ''
    expect(idsIn(join(aside, 'signalbox.db'))).toEqual([1, 2, 3, 4, 5, 6])
    const { db, close } = openStore(home, 'test')
    expect(db.prepare<[], number>('SELECT max(id) FROM runs').pluck().get()).toBe(5)
    close()
    expect(existsSync(path)).toBe(true)
  })

  test('is called off without a trace', () => {
    const { home } = homeWithBackup()
    prepareRestore(home, findBackup(home, 'latest'), 'test').abandon()
    expect(existsSync(`${homePaths(home).database}.restoring`)).toBe(false)
    const { db, close } = openStore(home, 'test')
    expect(db.prepare<[], number>('SELECT max(id) FROM runs').pluck().get()).toBe(6)
    close()
  })

  test('works where the store is gone or damaged', () => {
    const { home } = homeWithBackup()
    writeFileSync(homePaths(home).database, 'damaged')
    expect(() => openStore(home, 'test')).toThrow(/not a Signalbox database/)
    const aside = prepareRestore(home, findBackup(home, 'latest'), 'test').commit(MIDNIGHT)
    expect(aside).not.toBeNull()
    openStore(home, 'test').close()
  })

  test('refuses what is no store, is newer, or is not there, and a folder that a host owns', () => {
    const { home, path } = homeWithBackup()
    const junk = join(home, 'junk.db')
    writeFileSync(junk, 'junk, and enough of it to be read as a header')
    expect(() => prepareRestore(home, junk, 'test')).toThrow(/it is not an SQLite file/)
    const newer = new Database(path)
    newer.pragma('user_version = 999')
    newer.close()
    expect(() => prepareRestore(home, path, 'test')).toThrow(/a newer Signalbox \(schema 999/)
    expect(() => findBackup(home, 'yesterday')).toThrow(/There is no backup "yesterday"/)
    expect(() => findBackup(tempFolder(), 'latest')).toThrow(/There is no backup in/)
    const { close } = openStore(home, 'the host')
    expect(() => prepareRestore(home, path, 'test')).toThrow(/the host/)
    close()
    expect(() => prepareRestore(home, junk, 'test')).toThrow(/SQLite/)
  })
})
