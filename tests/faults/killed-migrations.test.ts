import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { homePaths } from '../../src-main/home.ts'
import { migrate, newestSchema, readMigrations } from '../../src-main/store/migrate.ts'
import { openStore } from '../../src-main/store/open.ts'
import { endWithTest } from '../support/command-line.ts'
import { seededRandom } from '../support/random.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Twenty show that it is looked at; the promise asks for 200 (SIGNALBOX_MIGRATION_KILLS=200). */
const KILLS = Number(process.env['SIGNALBOX_MIGRATION_KILLS'] ?? 20)
const hasStrace = spawnSync('strace', ['-V']).status === 0
const program = join(import.meta.dirname, '../support/migrating-process.ts')
const migrations = readMigrations()
const newest = newestSchema(migrations)

/** A store as the first version left it, with enough in it that its steps take a while. */
function writeFirstStore(path: string): void {
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma(`application_id = ${0x53674278}`)
  migrate(db, migrations, 1)
  db.exec(`
    INSERT INTO meta (key, value) VALUES ('store_id', 'old');
    INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}');
    INSERT INTO lanes (id, executor) VALUES (1, 'async');
    INSERT INTO jobs (id, name, definition_id, priority, created_at, updated_at) VALUES (1, 'odd "name" é', 1, -3, 1, 2);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
      INSERT INTO runs (id, lane_id, definition_id, job_id, job_name, name, origin, priority, lifecycle, outcome, attempt,
        created_at, queued_at, started_at, finished_at, input, result)
      SELECT i, 1, 1, 1, 'odd', 'n', iif(i % 3 = 0, 'retry', 'manual'), i % 7, iif(i % 5 = 0, 'queued', 'finished'),
        iif(i % 5 = 0, NULL, 'failed'), iif(i % 5 = 0, 0, 2), i, i, iif(i % 5 = 0, NULL, i), iif(i % 5 = 0, NULL, i),
        '{"text":"' || hex(i * 12345) || '"}', NULL FROM n;
    INSERT INTO attempts (run_id, number, started_at, ended_at, note) SELECT id, 1, id, id, 'the host died' FROM runs;
    INSERT INTO log_chunks (run_id, attempt, first_line, lines, body) SELECT id, 1, 1, 1, id || char(9) || 'out' FROM runs;
  `)
  db.close()
}

/** The schema and every row of every table, but for what every start writes. */
function contentOf(db: Database.Database): string {
  const schema = db
    .prepare<[], { name: string; sql: string }>('SELECT name, sql FROM sqlite_schema ORDER BY name')
    .all()
  const tables = db
    .prepare<[], string>(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') ORDER BY name`,
    )
    .pluck()
    .all()
  const rows = tables.map((name) => db.prepare(`SELECT * FROM "${name}"`).raw().all())
  return JSON.stringify([schema, rows], (_key, value: unknown) =>
    Buffer.isBuffer(value) ? value.toString('hex') : value,
  )
}

/** Of a copy of the files: whoever looks at a store in its place changes it. */
function lookAt(path: string): { version: number; content: string; verdict: unknown } {
  const copy = join(tempFolder(), 'copy.db')
  for (const suffix of ['', '-wal', '-journal'])
    if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix)
  const db = new Database(copy)
  try {
    db.exec(`DELETE FROM meta WHERE key = 'life'`)
    const [version, verdict] = ['user_version', 'integrity_check'].map((name) => db.pragma(name, { simple: true }))
    return { version: version as number, content: contentOf(db), verdict }
  } finally {
    db.close()
  }
}

/** What each version of the schema makes of the first store, when nobody disturbs it. */
function undisturbed(path: string): Map<number, string> {
  const db = new Database(path)
  const contents = new Map([[1, contentOf(db)]])
  for (const { version } of migrations.slice(1)) {
    migrate(db, migrations, version)
    contents.set(version, contentOf(db))
  }
  db.close()
  return contents
}

/** The calls that a kill is aimed at, one after the other: all that change the store. */
const writes = 'pwrite64,fsync,fdatasync,ftruncate,unlink'
const storeOf = (home: string) => ['', '-wal'].flatMap((suffix) => ['-P', homePaths(home).database + suffix])

/** The names of these calls in the order in which an undisturbed upgrade makes them. */
function listWrites(home: string): string[] {
  const trace = join(tempFolder(), 'trace')
  const words = ['-f', '--seccomp-bpf', ...storeOf(home), '-e', `trace=${writes}`, '-o', trace]
  expect(spawnSync('strace', [...words, process.execPath, program, home]).status).toBe(0)
  return readFileSync(trace, 'utf8')
    .split('\n')
    .flatMap((line) => /^\d+ +(\w+)\(/.exec(line)?.[1] ?? [])
}

type Moment = { call: string; nth: number } | { afterMs: number }

/** Strace counts each kind of call on its own. */
function momentOf(calls: string[], index: number): Moment {
  const call = calls[index] ?? ''
  return { call, nth: calls.slice(0, index + 1).filter((name) => name === call).length }
}

/** Ends a process that migrates the store at a random moment of that, or at its n-th write. */
async function killMigration(home: string, at: Moment): Promise<void> {
  const start = [process.execPath, program, home]
  if ('call' in at) {
    const inject = `inject=${at.call}:signal=SIGKILL:when=${at.nth}`
    const words = ['-f', '--seccomp-bpf', ...storeOf(home), '-e', `trace=${writes}`, '-e', inject, '-o', '/dev/null']
    const child = spawn('strace', [...words, ...start])
    endWithTest(child)
    await once(child, 'exit')
    return
  }
  const child = spawn(process.execPath, start.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
  endWithTest(child)
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  await delay(at.afterMs)
  child.kill('SIGKILL')
  await ended
}

test(
  `an upgrade that is killed at any moment leaves an old or a new schema, with every row (${KILLS} kills)`,
  async () => {
    const first = join(tempFolder(), 'first.db')
    writeFirstStore(first)
    const known = join(tempFolder(), 'known.db')
    copyFileSync(first, known)
    const contents = undisturbed(known)
    const freshHome = () => {
      const home = join(tempFolder(), 'home')
      mkdirSync(home, { mode: 0o700 })
      copyFileSync(first, homePaths(home).database)
      return home
    }

    const before = performance.now()
    openStore(freshHome(), 'test').close()
    const wholeMs = performance.now() - before
    const calls = hasStrace ? listWrites(freshHome()) : []
    const random = seededRandom(24)
    const found = new Map<number, number>()
    for (let n = 0; n < KILLS; n += 1) {
      const home = freshHome()
      const { database } = homePaths(home)
      const isAtCall = calls.length > 0 && n % 2 === 0
      const at = isAtCall
        ? momentOf(calls, random.int(0, calls.length - 1))
        : { afterMs: random.int(0, Math.ceil(wholeMs * 1.5)) }
      await killMigration(home, at)
      const { version, content, verdict } = lookAt(database)
      expect([verdict, content === contents.get(version)], `${JSON.stringify(at)}: version ${version}`).toEqual([
        'ok',
        true,
      ])
      found.set(version, (found.get(version) ?? 0) + 1)
      // The next start brings it to its end.
      openStore(home, 'test').close()
      const after = lookAt(database)
      expect([after.version, after.verdict, after.content === contents.get(newest)]).toEqual([newest, 'ok', true])
      rmSync(home, { recursive: true })
    }
    const versions = [...found].sort(([a], [b]) => a - b)
    console.log(`killed ${KILLS} times; versions found: ${versions.map(([v, count]) => `${v}: ${count}`).join(', ')}`)
    // A loop whose kills all come too early or too late shows nothing.
    expect(found.size).toBeGreaterThan(1)
  },
  60_000 + KILLS * 30_000,
)
