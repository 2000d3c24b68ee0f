import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Problem } from '../../../src-preload/problem.ts'
import { homePaths } from '../../../src-main/home.ts'
import { findDamage } from '../../../src-main/store/damage.ts'
import { readLastGood, suspectStore, writeLastGood } from '../../../src-main/store/last-good.ts'
import { openStore } from '../../../src-main/store/open.ts'
import { beginLife } from '../../../src-main/store/ties.ts'
import { seededRandom } from '../../support/random.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { usedHome } from '../../support/used-home.ts'

const PAGE = 4096
const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** A store with every kind of page: tables of both kinds, indexes, texts over several pages, free pages, a search index. */
function furnishedHome(): string {
  const home = usedHome(60)
  const db = new Database(homePaths(home).database)
  const random = seededRandom(11)
  const long = (length: number) => Array.from({ length }, () => random.int(33, 127)).map((c) => String.fromCharCode(c))
  const text = (length: number) => JSON.stringify(long(length).join(''))
  db.transaction(() => {
    const log = db.prepare(
      'INSERT INTO log_chunks (run_id, attempt, first_line, lines, levels, body) VALUES (?, 1, 1, 1, 16, ?)',
    )
    for (let id = 1; id <= 10; id += 1) log.run(id, text(random.int(100, 20_000)))
    const event = db.prepare(`INSERT INTO events (run_id, id, at, type, data) VALUES (?, ?, 1, 'started', ?)`)
    for (let id = 1; id <= 60; id += 1) event.run(id, 1, text(id % 9 === 0 ? 9_000 : 60))
    const result = db.prepare(`UPDATE runs SET input = ?, job_id = id % 7, outcome = 'failed', lifecycle = 'finished',
      finished_at = id, result = ? WHERE id = ?`)
    for (let id = 1; id <= 50; id += 1) result.run(text(200), text(id % 10 === 0 ? 12_000 : 30), id)
    const words = db.prepare('INSERT INTO search (rowid, words) VALUES (?, ?)')
    for (let id = 1; id <= 50; id += 1) words.run(id, `run number${id} failed`)
    db.exec('DELETE FROM log_chunks WHERE id IN (3, 4)')
  })()
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  return home
}

/** Every row of every table as it is read, and what the indexes and the search say. */
function rowsOf(db: Database.Database): string {
  const tables = db
    .prepare<[], string>(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name <> 'meta' ORDER BY name`,
    )
    .pluck()
    .all()
  const said = tables.map((name) => db.prepare(`SELECT * FROM "${name}" ORDER BY 1, 2`).all())
  const ask = (sql: string) => said.push(db.prepare(sql).all())
  ask(`SELECT id FROM runs INDEXED BY runs_unhappy WHERE outcome <> 'succeeded' ORDER BY id`)
  ask(`SELECT id FROM runs INDEXED BY runs_of_job WHERE job_id = 3 ORDER BY id`)
  ask(`SELECT id, lane_id FROM runs INDEXED BY runs_ready WHERE lifecycle = 'queued' ORDER BY lane_id, rank, id`)
  ask(`SELECT id FROM runs INDEXED BY runs_finished WHERE lifecycle = 'finished' ORDER BY finished_at, id`)
  ask(`SELECT rowid FROM search WHERE search MATCH 'number7'`)
  return JSON.stringify(said)
}

/** What a start makes of it: the code of its refusal, or what can be read then. */
function startOn(home: string): { refused: Problem } | { rows: string } {
  try {
    const { db, close } = openStore(home, 'test')
    try {
      return { rows: rowsOf(db) }
    } finally {
      close()
    }
  } catch (error) {
    if (error instanceof Problem) return { refused: error }
    throw error
  }
}

const started = (home: string) => {
  const { refused } = { refused: null, ...startOn(home) }
  return refused === null ? 'started' : `${refused.code}: ${refused.message}`
}

describe('a damaged page', () => {
  test.each(['zeroed', 'random'] as const)('that is %s is noticed, or the rows are right', (how) => {
    const home = furnishedHome()
    const { database, lastGood } = homePaths(home)
    const [whole, known] = [readFileSync(database), readFileSync(lastGood)]
    const right = startOn(home)
    if (!('rows' in right)) throw right.refused
    const random = seededRandom(how === 'zeroed' ? 1 : 2)
    const [noticed, harmless, wrong]: number[][] = [[], [], []]
    for (let page = 1; page <= whole.length / PAGE; page += 1) {
      const bytes = Buffer.from(whole)
      if (how === 'zeroed') bytes.fill(0, (page - 1) * PAGE, page * PAGE)
      else for (let at = (page - 1) * PAGE; at < page * PAGE; at += 1) bytes[at] = random.int(0, 256)
      writeFileSync(database, bytes)
      writeFileSync(lastGood, known)
      const before = hashOf(database)
      const now = startOn(home)
      if ('rows' in now) (now.rows === right.rows ? harmless : wrong)?.push(page)
      else {
        noticed?.push(page)
        expect([page, hashOf(database), now.refused.hint]).toEqual([
          page,
          before,
          expect.stringContaining('signalbox restore'),
        ])
      }
    }
    expect(wrong).toEqual([])
    // Free pages may hold anything.
    expect(harmless?.length).toBeGreaterThan(0)
    expect(noticed?.length).toBeGreaterThan((harmless?.length ?? 0) * 5)
  })

  test('of a large store is noticed at a start after an error that hints at it', () => {
    const home = furnishedHome()
    const { database, lastGood } = homePaths(home)
    const large = new Database(database)
    large.exec('CREATE TABLE ballast (x); INSERT INTO ballast VALUES (zeroblob(70000000))')
    const page = large
      .prepare<[], number>(
        `SELECT pageno FROM dbstat WHERE name = 'log_chunks' AND pagetype = 'overflow' ORDER BY path DESC LIMIT 1`,
      )
      .pluck()
      .get()
    large.close()
    const bytes = readFileSync(database)
    bytes.fill(0, ((page ?? 0) - 1) * PAGE, (page ?? 0) * PAGE)
    writeFileSync(database, bytes)
    const store = openStore(home, 'test')
    expect(store.isReadThrough).toBe(false)
    expect(findDamage(store.db)).not.toBeNull()
    store.close()
    suspectStore(lastGood)
    expect(started(home)).toMatch(/^STORE_DAMAGED/)
  })
})

/** What a killed host leaves: its files as they are at this moment, without anything being closed. */
function filesOf(home: string): Map<string, Buffer> {
  const { database, lastGood } = homePaths(home)
  const paths = [database, `${database}-wal`, lastGood].filter((path) => existsSync(path))
  return new Map(paths.map((path) => [path.slice(home.length), readFileSync(path)]))
}

/** A data folder of a host that was killed with `runs` runs, the last `inLog` of which are in the log only. */
function killedHome(): { home: string; earlier: Map<string, Buffer>; now: Map<string, Buffer> } {
  const home = usedHome(20)
  const earlier = filesOf(home)
  const { db } = openStore(home, 'test')
  db.exec(`UPDATE runs SET input = '"changed"' WHERE id % 2 = 0`)
  // Never closed: the copies are what a kill would have left.
  const now = filesOf(home)
  db.close()
  return { home, earlier, now }
}

function folderOf(...layers: Map<string, Buffer>[]): string {
  const home = tempFolder()
  for (const [name, bytes] of layers.flatMap((layer) => [...layer])) writeFileSync(join(home, name), bytes)
  return home
}

const only = (files: Map<string, Buffer>, ...names: string[]) => new Map([...files].filter(([n]) => names.includes(n)))

describe('files that do not belong to each other', () => {
  test('a killed store is none of them', () => {
    const { now } = killedHome()
    expect(now.get('/signalbox.db-wal')?.length).toBeGreaterThan(0)
    const home = folderOf(now)
    expect(started(home)).toBe('started')
    expect(started(home)).toBe('started')
  })

  test('the database of another folder beside this log, and the other way round', () => {
    const { now } = killedHome()
    const { now: other } = killedHome()
    const before = folderOf(now, only(other, '/signalbox.db'))
    const hash = hashOf(homePaths(before).database)
    expect(started(before)).toMatch(/^STORE_SWAPPED.*an older copy, or another store/)
    expect(hashOf(homePaths(before).database)).toBe(hash)
    expect(started(folderOf(now, only(other, '/signalbox.db-wal')))).toMatch(/^STORE_SWAPPED.*write-ahead log/)
    expect(started(folderOf(now, only(other, '/signalbox.db', '/signalbox.db-wal')))).toMatch(/^STORE_SWAPPED/)
  })

  test('an older copy under a newer log, or without one', () => {
    const { now, earlier } = killedHome()
    expect(started(folderOf(now, only(earlier, '/signalbox.db')))).toMatch(/^STORE_SWAPPED.*an older copy/)
    const withoutLog = new Map([...now].filter(([name]) => name !== '/signalbox.db-wal'))
    expect(started(folderOf(withoutLog, only(earlier, '/signalbox.db')))).toMatch(/^STORE_SWAPPED.*an older copy/)
  })

  test('the log of an earlier life beside a database that was closed well', () => {
    const { now } = killedHome()
    const home = folderOf(now)
    expect(started(home)).toBe('started')
    copyFileSync(join(folderOf(now), 'signalbox.db-wal'), `${homePaths(home).database}-wal`)
    expect(started(home)).toMatch(/^STORE_SWAPPED.*write-ahead log/)
  })

  test('the store of another folder, although nothing else is known of this one', () => {
    const [home, other] = [usedHome(2), usedHome(3)]
    const { database, lastGood } = homePaths(home)
    copyFileSync(homePaths(other).database, database)
    const known = JSON.parse(readFileSync(lastGood, 'utf8')) as Record<string, unknown>
    delete known['ties']
    writeFileSync(lastGood, JSON.stringify(known))
    expect(started(home)).toMatch(/^STORE_SWAPPED.*another data folder/)
  })

  test('a life that is killed at any step of its beginning is none of them', () => {
    const { now } = killedHome()
    const home = folderOf(now)
    expect(started(home)).toBe('started')
    const { database, lastGood } = homePaths(home)
    const known = readLastGood(lastGood)
    if (known?.ties === undefined) throw new Error('nothing is known of the store')
    const moments = [filesOf(home)]
    const db = new Database(database)
    db.pragma('journal_mode = WAL')
    beginLife(db, `${database}-wal`, known.ties, (ties) => {
      moments.push(filesOf(home))
      writeLastGood(lastGood, { ...known, ties })
      moments.push(filesOf(home))
    })
    db.exec(`UPDATE runs SET input = '"again"'`)
    moments.push(filesOf(home))
    db.close()
    moments.push(filesOf(home))
    expect(moments.map((files) => started(folderOf(files)))).toEqual(moments.map(() => 'started'))
    expect(moments).toHaveLength(7)
  })
})
