import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { homePaths } from '../../src-main/home.ts'
import { copyTree, ownTree } from '../support/mutants.ts'
import { serveTree } from '../support/served-tree.ts'
import { until } from '../support/until.ts'

const PRODUCERS = 4
const BACKUPS = 2
const RUNS_BETWEEN = 50

/** What is wrong with backups of a host that accepts runs all the time: damage, and runs accepted before they were asked for. */
async function faultsOfBackups(root: string): Promise<string[]> {
  const { home, client, stop } = await serveTree(root)
  const accepted: number[] = []
  let isOver = false
  const produce = async () => {
    while (!isOver) accepted.push((await client.runs.submit({ what: 'job', job: 'held', input: 'x'.repeat(500) })).id)
  }
  const faults: string[] = []
  try {
    await client.jobs.save({ name: 'held', definition: { kind: 'command', command: { as: 'shell', line: 'true' } } })
    await client.jobs.pause({ name: 'held' })
    const producers = Promise.all(Array.from({ length: PRODUCERS }, produce))
    for (let n = 1; n <= BACKUPS; n += 1) {
      await until('more was accepted', () => accepted.length >= n * RUNS_BETWEEN, 60_000)
      const before = [...accepted]
      const copy = new Database(join(homePaths(home).backups, (await client.backups.make()).file), { readonly: true })
      const found = copy.pragma('quick_check', { simple: true })
      if (found !== 'ok') faults.push(`backup ${n} is damaged: ${String(found)}`)
      const kept = new Set(copy.prepare<[], number>('SELECT id FROM runs').pluck().all())
      copy.close()
      const missing = before.filter((id) => !kept.has(id))
      if (missing.length > 0) faults.push(`backup ${n}: ${missing.length} runs are missing`)
    }
    isOver = true
    await producers
  } finally {
    isOver = true
    await stop()
  }
  return faults
}

test('backups of a host at work are whole and hold all that was accepted before them', async () => {
  expect(await faultsOfBackups(ownTree.root)).toEqual([])
}, 180_000)

test('a backup that is a copy of the file is found out', async () => {
  const tree = copyTree([
    {
      file: 'src-main/store/backups/make-backup.ts',
      find: '    await db.backup(draft.partial, { progress: () => PAGES_AT_ONCE })\n',
      replace: "    process.getBuiltinModule('node:fs').copyFileSync(db.name, draft.partial)\n",
    },
  ])
  onTestFinished(tree.remove)
  const faults = await faultsOfBackups(tree.root).catch((error: unknown) => [String(error)])
  expect(faults.join('\n')).toMatch(/runs are missing|malformed|damaged|not an SQLite/)
}, 180_000)
