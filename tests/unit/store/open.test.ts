import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Problem } from '../../../src-preload/problem.ts'
import { homePaths } from '../../../src-main/home.ts'
import { openStore } from '../../../src-main/store/open.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { usedHome } from '../../support/used-home.ts'

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
  return 'no refusal'
}

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

describe('opening the store', () => {
  test('sets every setting anew on a file that is opened again', () => {
    const home = usedHome()
    const { db, close } = openStore(home, 'test')
    const read = (name: string) => db.pragma(name, { simple: true })
    expect({
      journal: read('journal_mode'),
      synchronous: read('synchronous'),
      foreignKeys: read('foreign_keys'),
      busyTimeout: read('busy_timeout'),
      mmapSize: read('mmap_size') ?? 0,
      trustedSchema: read('trusted_schema'),
      cellSizeCheck: read('cell_size_check'),
      autocheckpoint: read('wal_autocheckpoint'),
      sizeLimit: read('journal_size_limit'),
      applicationId: read('application_id'),
    }).toEqual({
      journal: 'wal',
      synchronous: 2,
      foreignKeys: 1,
      busyTimeout: 5_000,
      mmapSize: 0,
      trustedSchema: 0,
      cellSizeCheck: 1,
      autocheckpoint: 1000,
      sizeLimit: 67_108_864,
      applicationId: 0x53674278,
    })
    close()
  })

  test('keeps the folder and the file to their owner', () => {
    const home = join(tempFolder(), 'new')
    const { close } = openStore(home, 'test')
    close()
    expect(statSync(home).mode & 0o777).toBe(0o700)
    expect(statSync(homePaths(home).database).mode & 0o777).toBe(0o600)
  })

  test('refuses a second owner and names the first', () => {
    const home = usedHome()
    const first = openStore(home, 'serve, process 12')
    expect(() => openStore(home, 'another')).toThrow(/serve, process 12/)
    first.close()
    openStore(home, 'another').close()
  })

  test('refuses a second owner while the first has not said its name yet', () => {
    const home = tempFolder()
    const first = new Database(homePaths(home).lock)
    first.exec('BEGIN IMMEDIATE')
    expect(() => openStore(home, 'test')).toThrow(/owns .* \(a host that is just starting\)/)
    first.close()
  })

  test('refuses a file that is not a database, and leaves it as it was', () => {
    const home = usedHome()
    const { database } = homePaths(home)
    writeFileSync(database, 'this is a letter to my aunt\n'.repeat(100))
    const before = hashOf(database)
    expect(codeOf(() => openStore(home, 'test'))).toBe('STORE_NOT_OURS')
    expect(hashOf(database)).toBe(before)
  })

  test('refuses the database of another program', () => {
    const home = usedHome()
    const { database } = homePaths(home)
    rmSync(database)
    const other = new Database(database)
    other.exec('CREATE TABLE theirs (x)')
    other.close()
    expect(codeOf(() => openStore(home, 'test'))).toBe('STORE_NOT_OURS')
  })

  test('refuses a newer schema, and leaves the file as it was', () => {
    const home = usedHome()
    const { database } = homePaths(home)
    const db = new Database(database)
    db.pragma('user_version = 4711')
    db.close()
    const before = hashOf(database)
    expect(codeOf(() => openStore(home, 'test'))).toBe('STORE_NEWER')
    expect(hashOf(database)).toBe(before)
  })

  test.each(['emptied', 'removed'] as const)('notices that the database was %s', (how) => {
    const home = usedHome(3)
    const { database } = homePaths(home)
    if (how === 'emptied') truncateSync(database, 0)
    else rmSync(database)
    expect(() => openStore(home, 'test')).toThrow(/held 3 runs/)
    expect(existsSync(database)).toBe(how === 'emptied')
  })

  test('notices a database that was cut off', () => {
    const home = usedHome(500)
    const { database } = homePaths(home)
    truncateSync(database, 3 * 4096)
    expect(codeOf(() => openStore(home, 'test'))).toBe('STORE_DAMAGED')
  })

  test('gives the folder back when it refuses', () => {
    const home = usedHome(1)
    const { database, lastGood } = homePaths(home)
    rmSync(database)
    expect(codeOf(() => openStore(home, 'test'))).toBe('STORE_LOST')
    rmSync(lastGood)
    openStore(home, 'test').close()
  })

  test('explains a folder that cannot be used', () => {
    const file = join(tempFolder(), 'file')
    writeFileSync(file, '')
    chmodSync(file, 0o600)
    expect(codeOf(() => openStore(join(file, 'home'), 'test'))).toBe('HOME_UNUSABLE')
  })
})
