import { expect, test } from 'vitest'
import Database from 'better-sqlite3'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { homePaths } from '../../src-main/home.ts'
import { endWithTest, serveHome } from '../support/command-line.ts'
import { seededRandom } from '../support/random.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

const SCHEDULES = 20
const KILLS = 4
const SEED = 21

type Slot = { schedule_id: number; slot_at: number; through: number; slot_count: number; run_id: number | null }

/** I8: whatever is between a slot and its row, a kill may come there. */
test(`through ${KILLS} kills of a host with ${SCHEDULES} schedules every slot is decided once, with one run (seed ${SEED})`, async () => {
  const random = seededRandom(SEED)
  const home = tempFolder()
  const start = Math.ceil(Date.now() / 1_000) * 1_000
  for (let life = 0; life <= KILLS; life += 1) {
    const host = await serveHome(home, ['--slots', 'async=50'])
    endWithTest(host.child)
    const { client, close } = await connectToHost(home)
    if (life === 0) {
      const code = { from: 'text' as const, name: 'a.ts', text: 'export default () => null\n' }
      await client.jobs.save({ name: 'tick', definition: { kind: 'script', code, executor: 'async' } })
      for (let n = 0; n < SCHEDULES; n += 1) {
        const timing = { kind: 'interval' as const, everyMs: 1_000, anchorAt: start, zone: 'UTC' }
        await client.schedules.save({ name: `every second ${n}`, job: 'tick', timing, overlap: 'allow' })
      }
    }
    const seen = async () => (await client.engine.status()).lastRunId
    const before = await seen()
    await until('slots were decided in this life', async () => (await seen()) >= before + SCHEDULES, 30_000)
    if (life === KILLS) {
      for (const { name } of await client.schedules.list()) await client.schedules.pause({ name })
      await until(
        'all runs have finished',
        async () => (await client.runs.list({ lifecycle: ['scheduled', 'queued', 'running'] })).rows.length === 0,
        30_000,
      )
      close()
      expect((await host.stop()).code).toBe(0)
    } else {
      await new Promise((resolve) => setTimeout(resolve, random.int(0, 1_500)))
      close()
      host.child.kill('SIGKILL')
      await host.whenEnded
    }
  }

  // Nobody else has the file open by now.
  const db = new Database(homePaths(home).database, { readonly: true })
  const slots = db.prepare<[], Slot>('SELECT * FROM slots ORDER BY schedule_id, slot_at').all()
  const schedules = db
    .prepare<[], { id: number; created_at: number; cursor_at: number }>('SELECT * FROM schedules')
    .all()
  const runs = db.prepare<[], { id: number }>('SELECT id FROM runs WHERE schedule_id IS NOT NULL ORDER BY id').all()
  db.close()
  expect(schedules).toHaveLength(SCHEDULES)
  for (const { id, created_at, cursor_at } of schedules) {
    const own = slots.filter(({ schedule_id }) => schedule_id === id)
    const covered = own.flatMap(({ slot_at, slot_count }) =>
      Array.from({ length: slot_count }, (_none, index) => slot_at + index * 1_000),
    )
    const first = Math.max(start, Math.floor(created_at / 1_000) * 1_000 + 1_000)
    const expected = Array.from(
      { length: Math.floor((cursor_at - first) / 1_000) + 1 },
      (_none, n) => first + n * 1_000,
    )
    expect(covered, `schedule ${id}`).toEqual(expected)
  }
  const made = slots.flatMap(({ run_id }) => run_id ?? []).sort((a, b) => a - b)
  expect(made).toEqual(runs.map(({ id }) => id))
  expect(new Set(made).size).toBe(made.length)
}, 180_000)
