import { expect, test } from 'vitest'
import * as v from 'valibot'
import { saveScheduleSchema } from '../../../src-preload/schedule-contract.ts'
import { backfill, saveSchedule, setSchedulePaused } from '../../../src-main/engine/commands/schedules.ts'
import { schedulesView } from '../../../src-main/engine/schedules/feed.ts'
import { KEPT_ROWS } from '../../../src-main/engine/schedules/ledger.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

async function open() {
  const world = await openSimulatedEngine({ slots: { async: 50, process: 1 } })
  await world.addJob('work')
  const save = (name: string, content: object) => {
    const request = v.parse(saveScheduleSchema, { name, job: 'work', timing: hourly, replace: true, ...content })
    return world.command((state, tick) => saveSchedule(state, tick, request))
  }
  return { ...world, start: world.world.wallMs, save }
}
const hourly = { kind: 'cron', expression: '0 * * * *', zone: 'UTC' }

test('a row has the last slots with how their runs went, and counts what came late or never', async () => {
  const world = await open()
  const view = schedulesView(world.engine, '')
  await world.save('hourly', { overlap: 'allow' })
  const row = () => view.rows()[0]?.row
  expect(row()).toMatchObject({ last: [], misfires: 0, next: world.start + HOUR })
  await world.pass(HOUR)
  expect(row()?.last).toMatchObject([{ outcome: 'run', run: 1, lifecycle: 'running', runOutcome: null }])
  await world.returned(1)
  expect(row()?.last).toMatchObject([{ lifecycle: 'finished', runOutcome: 'succeeded' }])
  world.world.moveWall(5 * HOUR + 30 * MINUTE)
  await world.pass(31_000)
  expect(row()?.last.map(({ outcome, count }) => [outcome, count])).toEqual([
    ['run', 1],
    ['missed', 4],
    ['late', 1],
  ])
  expect(row()?.misfires).toBe(2)
  expect(view.meta().missed).toMatchObject([{ schedule: 'hourly', why: 'superseded', count: 4 }])
})

test('rows are read again only when their schedule has changed', async () => {
  const world = await open()
  const view = schedulesView(world.engine, '')
  await world.save('a', {})
  await world.save('b', { timing: { ...hourly, expression: '30 * * * *' } })
  const [a, b] = view.rows().map(({ row }) => row)
  await world.pass(30 * MINUTE)
  await world.returned(1)
  const [again, changed] = view.rows().map(({ row }) => row)
  expect(again).toBe(a)
  expect(changed).not.toBe(b)
  expect(changed?.last).toHaveLength(1)
})

test('what comes next is listed over all schedules, paused ones left out; a text chooses rows', async () => {
  const world = await open()
  await world.save('nightly', { timing: { kind: 'cron', expression: '0 3 * * *', zone: 'UTC' } })
  await world.save('hourly', {})
  await world.save('off', {})
  await world.command((state, tick) => setSchedulePaused(state, tick, 'off', true))
  const view = schedulesView(world.engine, 'NIGHT')
  expect(view.rows().map(({ key }) => key)).toEqual(['nightly'])
  const { total, fitting, upcoming, moreUpcoming } = view.meta()
  expect([total, fitting, moreUpcoming]).toEqual([3, 1, false])
  expect(upcoming.slice(0, 4).map(({ schedule, at }) => [schedule, (at - world.start) / HOUR])).toEqual([
    ['hourly', 1],
    ['hourly', 2],
    ['nightly', 3],
    ['hourly', 3],
  ])
  expect(upcoming).toHaveLength(25)
})

test('the ledger of a schedule stays short, and slots that it has forgotten get no second run', async () => {
  const world = await open()
  await world.save('it', {
    timing: { kind: 'interval', everyMs: MINUTE, anchorAt: world.start, zone: 'UTC' },
    conditions: { acPower: true, waitMs: 0 },
  })
  world.engine.takeSurroundings({ acPower: false, idleMs: null, network: true, metered: null, zone: 'UTC' })
  await world.pass(1_500 * MINUTE)
  const count = () => world.db.prepare('SELECT count(*) FROM slots').pluck().get()
  expect(count()).toBeGreaterThanOrEqual(KEPT_ROWS)
  expect(count()).toBeLessThanOrEqual(KEPT_ROWS + 100)
  const answer = await world.command((state, tick) =>
    backfill(state, tick, { name: 'it', from: world.start, until: world.start + 1e12, limit: 1, preview: true }),
  )
  expect(answer.keptFrom).toBe(answer.slots[0]?.at)
  expect(world.db.prepare('SELECT min(slot_at) FROM slots').pluck().get()).toBe(answer.keptFrom)
})
