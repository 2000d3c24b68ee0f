import * as v from 'valibot'
import { expect, test } from 'vitest'
import type { RunDetail, TaskRow } from '../../../src-preload/contract.ts'
import { definitionSchema } from '../../../src-preload/definition.ts'
import type { Cell } from '../../../src-main/cli/output.ts'
import { treeRows } from '../../../src-main/cli/run-tree.ts'
import { runRow } from '../../support/run-rows.ts'
import { waitOf } from '../../support/waits.ts'

const definition = v.parse(definitionSchema, { kind: 'command', command: { as: 'argv', argv: ['true'] } })
const NOW = 10_000
const by = { attempt: 1, task: { number: 0, name: null }, place: '/x/a.ts:4:7', givesUpAt: null }
const holder = { run: 9, name: 'other', attempt: 1, task: null, amount: 1, since: 8_000, place: '/x/b.ts:1:1' }
const lockWait = waitOf({
  kind: 'lock',
  by,
  resource: 'A',
  condition: null,
  ahead: 0,
  holders: [holder],
  holderCount: 3,
})

function run(id: number, more: Partial<RunDetail> = {}): RunDetail {
  return {
    ...runRow(id, { name: `run-${id}`, kind: 'command', executor: 'process', startedAt: 0 }),
    definition,
    idempotencyKey: '',
    input: null,
    result: null,
    error: null,
    logLines: 0,
    attempts: [],
    tasks: [],
    children: { unfinished: 0, finished: 0, first: [] },
    group: null,
    events: [],
    ...more,
  }
}

const task = (number: number, parent: number | null, more: Partial<TaskRow> = {}): TaskRow => ({
  task: number,
  parent,
  name: `t${number}`,
  since: 9_000,
  place: null,
  waits: [],
  ...more,
})

/** Name and reason of each line, as they stand in their columns. */
const lines = (...runs: RunDetail[]) =>
  treeRows(runs, () => 0, NOW).map(([, , name = '', , why = '']) => `${textOf(name)} | ${textOf(why)}`.trimEnd())

const textOf = (cell: Cell) => (typeof cell === 'string' ? cell : cell.text)

test('runs stand under the run that spawned them, however deep, and what waits says where and for whom', () => {
  const attempts: RunDetail['attempts'] = [
    {
      number: 1,
      startedAt: 0,
      endedAt: null,
      state: 'running',
      pid: 77,
      exitCode: null,
      exitSignal: null,
      cpuMs: null,
      note: null,
      error: null,
    },
  ]
  const parent = run(1, { attempts, waits: [lockWait, { ...lockWait, holders: [], resource: 'B' }], deadlock: 4 })
  expect(lines(parent, run(5), run(3, { parent: 2 }), run(2, { parent: 1 }), run(4, { parent: 1 }))).toEqual([
    'run-1 | in deadlock 4; waits for the lock "A", held by run 9 (other) and 2 more, next in line',
    '│ |   at /x/a.ts:4:7',
    '│ |   held by run 9 (other), attempt 1, for 2.0 s, taken at /x/b.ts:1:1',
    '│ |   and by 2 more',
    '│ | waits for the lock "B", next in line',
    '│ |   at /x/a.ts:4:7',
    '├ attempt 1, process 77 |',
    '├ run-2 |',
    '│ └ run-3 |',
    '└ run-4 |',
    'run-5 |',
  ])
})

test('tasks stand under their parents with their own waits, which the run does not say again', () => {
  const wait = { ...lockWait, by: { ...by, task: { number: 2, name: 't2' } }, holders: [] }
  const main = waitOf({
    kind: 'task',
    by: { ...by, place: null },
    tasks: [{ number: 1, name: 't1' }],
    runs: [],
    needsAll: true,
  })
  const tasks = [task(0, null, { waits: [main] }), task(1, 0), task(2, 1, { waits: [wait] }), task(3, 99)]
  expect(lines(run(1, { tasks, waits: [wait, main] }))).toEqual([
    'run-1 |',
    '├ task 0, t0 | waits for task 1 (t1)',
    '│ └ task 1, t1 |',
    '│   └ task 2, t2 | waits for the lock "A", next in line',
    '│      |   at /x/a.ts:4:7',
    '└ task 3, t3 |',
  ])
})

test('runs of a group stand under its name, or its number where it has none', () => {
  const resize = { parent: 1, group: { id: 7, name: 'thumbnails' } }
  const nameless = { parent: 1, group: { id: 8, name: null } }
  expect(lines(run(1), run(2, resize), run(3, nameless), run(4, { parent: 1 }), run(5, resize))).toEqual([
    'run-1 |',
    '├ group thumbnails |',
    '│ ├ run-2 |',
    '│ └ run-5 |',
    '├ group 8 |',
    '│ └ run-3 |',
    '└ run-4 |',
  ])
})

test('a run whose parent is not in the list stands at the top', () => {
  expect(lines(run(8, { parent: 2 }))).toEqual(['run-8 |'])
})
