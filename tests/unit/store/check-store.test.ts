import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { homePaths } from '../../../src-main/home.ts'
import { checkStore } from '../../../src-main/store/check-store.ts'
import { openStore } from '../../../src-main/store/open.ts'
import { usedHome } from '../../support/used-home.ts'

/** What another process is told that tries to write. */
const writeFromOutside = (path: string): string =>
  execFileSync(process.execPath, [
    '--input-type=commonjs',
    '-e',
    `const Database = require('better-sqlite3')
     try { new Database(process.argv[1], { timeout: 0 }).exec("DELETE FROM meta"); console.log('written') }
     catch (error) { console.log(error.code) }`,
    path,
  ])
    .toString()
    .trim()

test('a store is read while it is written, and keeps its locks', async () => {
  const home = usedHome(200)
  const { database } = homePaths(home)
  const { db, close } = openStore(home, 'test')
  db.exec('BEGIN IMMEDIATE')
  db.exec(`UPDATE runs SET input = '"changed"'`)
  expect(await checkStore(database, new AbortController().signal)).toBeNull()
  expect(writeFromOutside(database)).toBe('SQLITE_BUSY')
  db.exec('COMMIT')
  expect(db.prepare(`SELECT count(*) FROM runs WHERE input = '"changed"'`).pluck().get()).toBe(200)
  close()
})

test('a check that is called off ends', async () => {
  const home = usedHome(1)
  const { close } = openStore(home, 'test')
  const asked = AbortSignal.abort(new Error('the host stops'))
  await expect(checkStore(homePaths(home).database, asked)).rejects.toThrow()
  close()
})
