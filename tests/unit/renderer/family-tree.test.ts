import { describe, expect, it } from 'vitest'
import type { FamilyRow, RunLive, Wait } from '../../../src-preload/contract.ts'
import { familyTree, groupName, ownWaits, timeOf, treeMove } from '../../../src-renderer/lib/state/family-tree.ts'
import type { TreeChoice } from '../../../src-renderer/lib/state/family-tree.ts'
import { familyRow, runLive } from '../../support/run-rows.ts'

const untouched: TreeChoice = { toDepth: null, toggled: new Set(), hidesFinished: false }
const done = { lifecycle: 'finished', outcome: 'succeeded', finishedAt: 400 } as const
const chapters = { id: 7, name: null }
/** Two of a group, one of which has 8 children of one name; and one beside it. */
const family: FamilyRow[] = [
  familyRow(2, { group: chapters, ...done }),
  familyRow(3, { group: chapters }),
  familyRow(4),
  ...Array.from({ length: 8 }, (_, at) => familyRow(at + 10, { parent: 3, name: 'sheet', ...done })),
]
const rowsOf = (choice: Partial<TreeChoice> = {}, run: Partial<RunLive> = {}, of = family) =>
  familyTree(runLive(run), of, { ...untouched, ...choice })
const drawn = (...args: Parameters<typeof rowsOf>) =>
  rowsOf(...args).map(({ key, depth, isFolded }) =>
    [depth, key, ...(isFolded === null ? [] : [isFolded ? 'folded' : 'open'])].join(' '),
  )

describe('a family as a tree', () => {
  it('has children under their group, many of one name under one row, and these folded at first', () => {
    expect(drawn()).toEqual([
      '0 run open',
      '1 group 7 open',
      '2 run 2',
      '2 run 3 open',
      '3 many 3 sheet folded',
      '1 run 4',
    ])
    expect(rowsOf()[1]).toMatchObject({
      label: 'group: part 2, part 3',
      counts: [
        { count: 1, words: { word: 'Succeeded' } },
        { count: 1, words: { word: 'Running' } },
      ],
    })
  })

  it('unfolds to a depth, whatever was folded before, and all of it; and then row by row again', () => {
    expect(drawn({ toDepth: 0 })).toEqual(['0 run folded'])
    expect(drawn({ toDepth: 2 })).toEqual(['0 run open', '1 group 7 open', '2 run 2', '2 run 3 folded', '1 run 4'])
    expect(drawn({ toDepth: Infinity })).toHaveLength(14)
    expect(drawn({ toDepth: 1, toggled: new Set(['group 7']) })).toEqual(drawn({ toDepth: 2 }))
  })

  it('without what has finished still names a group by all that it contains', () => {
    const rows = rowsOf({ hidesFinished: true })
    expect(rows.map(({ key, label }) => [key, label])).toEqual([
      ['run', 'whole'],
      ['group 7', 'group: part 2, part 3'],
      ['run 3', 'part 3'],
      ['run 4', 'part 4'],
    ])
  })

  it('says how long each was under way: a group from its first start to its last end', () => {
    const members = [
      familyRow(2, { startedAt: 100, ...done }),
      familyRow(3, { startedAt: 300, ...done, finishedAt: 700 }),
    ]
    expect(timeOf({ is: 'group', members }, 1_000)).toEqual({ ms: 600, isTicking: false })
    expect(timeOf({ is: 'group', members: [...members, familyRow(4)] }, 1_000)).toEqual({ ms: 900, isTicking: true })
    expect(timeOf({ is: 'run', run: familyRow(2, { startedAt: null }) }, 1_000)).toBeNull()
  })
})

it('a group is called by its name, or by how many of which runs it contains', () => {
  const runs = (...names: string[]) => names.map((name, at) => familyRow(at, { name }))
  expect(groupName({ id: 1, name: 'thumbnails' }, runs('resize'))).toBe('thumbnails')
  expect(groupName({ id: 1, name: null }, runs('resize', 'upload', 'resize', 'resize'))).toBe(
    'group: resize ×3, upload',
  )
  expect(groupName({ id: 1, name: null }, runs('a', 'b', 'c', 'd', 'd'))).toBe('group: a, b and 2 more')
})

it('what a task of the run waits for is not said of the run as well', () => {
  const wait = (task: number | null): Wait =>
    ({ kind: 'event', resource: `event ${task}`, by: task === null ? null : { task: { number: task } } }) as Wait
  const tasks = [0, 1].map((task) => ({ task, parent: null, name: '', since: 0, place: null, waits: [] }))
  const of = ownWaits(runLive({ tasks, waits: [wait(null), wait(0), wait(1), wait(2)] }))
  expect(of.map(({ resource }) => resource)).toEqual(['event null', 'event 0', 'event 2'])
})

describe('the keys of a tree', () => {
  const move = (at: string, pressed: string) => treeMove(rowsOf(), at, pressed)

  it('go up and down, to both ends, and nowhere beyond them', () => {
    expect(move('run', 'ArrowDown')).toEqual({ to: 'group 7' })
    expect(move('run', 'ArrowUp')).toBeNull()
    expect(move('run 4', 'ArrowUp')).toEqual({ to: 'many 3 sheet' })
    expect(move('run 4', 'ArrowDown')).toBeNull()
    expect(move('run 2', 'End')).toEqual({ to: 'run 4' })
    expect(move('run 2', 'Home')).toEqual({ to: 'run' })
  })

  it('unfold and go in to the right, fold and go out to the left', () => {
    expect(move('many 3 sheet', 'ArrowRight')).toEqual({ toggle: 'many 3 sheet' })
    expect(move('group 7', 'ArrowRight')).toEqual({ to: 'run 2' })
    expect(move('run 2', 'ArrowRight')).toBeNull()
    expect(move('group 7', 'ArrowLeft')).toEqual({ toggle: 'group 7' })
    expect(move('many 3 sheet', 'ArrowLeft')).toEqual({ to: 'run 3' })
    expect(move('run 4', 'ArrowLeft')).toEqual({ to: 'run' })
  })

  it('of other rows and other keys do nothing', () => {
    expect(move('run 99', 'ArrowDown')).toBeNull()
    expect(move('run', 'a')).toBeNull()
  })
})
