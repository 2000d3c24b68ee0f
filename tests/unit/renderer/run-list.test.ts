import { expect, test } from 'vitest'
import type { Lifecycle, RunRow } from '../../../src-preload/contract.ts'
import { runList } from '../../../src-renderer/lib/state/run-list.ts'

const none = { scheduled: 0, queued: 0, running: 0, stopping: 0, finished: 0 }
const placed = (id: number, group: Lifecycle) => ({
  key: String(id),
  row: { id, lifecycle: group } as RunRow,
  group,
  hasLeft: false,
})
const lines = (list: ReturnType<typeof runList>) =>
  list.items.map((item) => `${item.index} ${item.is === 'run' ? item.run.id : `${item.is} ${item.key} ${item.count}`}`)

test('each group stands under its title in the order of urgency, whatever order the rows come in', () => {
  const counts = { ...none, running: 2, queued: 1 }
  const list = runList([placed(3, 'queued'), placed(1, 'running'), placed(2, 'running')], { counts, shown: counts })
  expect(lines(list)).toEqual(['2 title running 2', '3 1', '4 2', '5 title queued 1', '6 3'])
  expect(list.rowCount).toBe(6)
})

test('rows that the engine keeps to itself are one row, and count as many', () => {
  const list = runList([placed(1, 'queued'), placed(9, 'scheduled')], {
    counts: { ...none, queued: 10_000, scheduled: 1 },
    shown: { ...none, queued: 1, scheduled: 1 },
  })
  expect(lines(list)).toEqual([
    '2 title queued 10000',
    '3 1',
    '4 rest queued rest 9999',
    '10003 title scheduled 1',
    '10004 9',
  ])
  expect(list.rowCount).toBe(10_004)
})

test('a row that has left holds its place, and nothing is missing because of it', () => {
  const left = { ...placed(1, 'running'), hasLeft: true }
  const list = runList([left], { counts: none, shown: none })
  expect(lines(list)).toEqual(['2 title running 0', '3 1'])
})
