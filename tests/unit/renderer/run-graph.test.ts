import { describe, expect, it } from 'vitest'
import type { FamilyRow, RunLive, Wait } from '../../../src-preload/contract.ts'
import {
  box,
  layoutGraph,
  linePath,
  neighbour,
  zoomStep,
  zoomToFit,
} from '../../../src-renderer/lib/state/graph-layout.ts'
import { nodesAtMost, rememberThings, runGraph, thingsAtMost } from '../../../src-renderer/lib/state/run-graph.ts'
import type { GraphChoice } from '../../../src-renderer/lib/state/run-graph.ts'
import { familyRow, runLive } from '../../support/run-rows.ts'

const untouched: GraphChoice = { unfolded: new Set(), seen: new Map() }
const done = { lifecycle: 'finished', outcome: 'succeeded', finishedAt: 400 } as const
const common = { by: null, since: 100, ahead: null, holders: [], holderCount: 0, expectedAt: null }
const heldBy = (run: number) => ({
  holders: [{ run, name: `part ${run}`, attempt: 1, task: null, amount: 1, since: 0, place: null }],
  holderCount: 1,
})
const lock = (resource: string, more: Partial<Wait> = {}): Wait =>
  ({ ...common, kind: 'lock', resource, condition: null, ...more }) as Wait

const graphOf = (family: FamilyRow[], run: Partial<RunLive> = {}, choice: Partial<GraphChoice> = {}) =>
  runGraph(runLive(run), family, 500, { ...untouched, ...choice })
const edgesOf = (...args: Parameters<typeof graphOf>) =>
  graphOf(...args).edges.map(({ from, to, is }) => `${from} ${is} ${to}`)
const keysOf = (...args: Parameters<typeof graphOf>) => graphOf(...args).nodes.map(({ key }) => key)

describe('the nodes of a graph', () => {
  it('are the run and what descends from it, each with its state, its time and where it leads', () => {
    const { nodes, edges } = graphOf([familyRow(2, done), familyRow(3, { parent: 2 })])
    expect(nodes).toMatchObject([
      { key: 'run 1', parent: null, name: 'whole', href: '#/runs/1', ms: 450, isTicking: true },
      { key: 'run 2', parent: 'run 1', words: { word: 'Succeeded' }, href: '#/runs/2', ms: 250, isTicking: false },
      { key: 'run 3', parent: 'run 2', words: { word: 'Running' }, ms: 350 },
    ])
    expect(edges.map(({ from, to, is }) => [from, is, to])).toEqual([
      ['run 1', 'child', 'run 2'],
      ['run 2', 'child', 'run 3'],
    ])
  })

  it('hang on their group, which is called by its name or by what it contains', () => {
    const chapters = { id: 7, name: 'chapters' }
    const rows = [familyRow(2, { group: chapters }), familyRow(3), familyRow(4, { group: { id: 8, name: null } })]
    const { nodes } = graphOf(rows)
    expect(nodes.filter(({ is }) => is === 'group').map(({ key, name }) => [key, name])).toEqual([
      ['group 7', 'chapters'],
      ['group 8', 'group: part 4'],
    ])
    expect(edgesOf(rows)).toEqual([
      'run 1 child group 7',
      'group 7 child run 2',
      'run 1 child run 3',
      'run 1 child group 8',
      'group 8 child run 4',
    ])
  })

  it('of one name are one node from 8 on, which stands for all that is inside until it is unfolded', () => {
    const parts = Array.from({ length: 8 }, (_, at) => familyRow(at + 2, { name: 'part', ...(at < 3 ? done : {}) }))
    const rows = [...parts, familyRow(20, { parent: 4, waits: [lock('index')] })]
    expect(keysOf(parts.slice(1))).toHaveLength(8)
    const { nodes } = graphOf(rows)
    expect(nodes[1]).toMatchObject({
      key: 'many run 1 part',
      name: 'part ×8',
      isFolded: true,
      counts: [{ count: 3 }, { count: 5 }],
    })
    expect(edgesOf(rows)).toEqual(['run 1 child many run 1 part', 'many run 1 part waits Lock index'])
    const unfolded = { unfolded: new Set(['many run 1 part']) }
    expect(keysOf(rows, {}, unfolded)).toHaveLength(12)
    expect(edgesOf(rows, {}, unfolded)).toContain('run 20 waits Lock index')
  })

  it('are tasks too, under each other; the function of the run itself is the run', () => {
    const task = (number: number, parent: number | null, waits: Wait[] = []) => ({
      task: number,
      parent,
      name: '',
      since: 60,
      place: null,
      waits,
    })
    const { nodes, edges } = graphOf([], { tasks: [task(0, null), task(1, 0), task(2, 1, [lock('index')])] })
    expect(nodes.map(({ key, parent }) => [key, parent])).toEqual([
      ['run 1', null],
      ['task 1', 'run 1'],
      ['task 2', 'task 1'],
      ['Lock index', null],
    ])
    expect(nodes[2]).toMatchObject({ words: { word: 'Task, waits' }, href: '#/runs/1?tab=timeline', ms: 440 })
    expect(edges.at(-1)).toMatchObject({ from: 'task 2', to: 'Lock index', is: 'waits' })
  })

  it('are 500 at most, and how many are missing is said', () => {
    const rows = Array.from({ length: 620 }, (_, at) => familyRow(at + 2))
    expect(graphOf(rows)).toMatchObject({ left: 621 - nodesAtMost })
    expect(keysOf(rows)).toHaveLength(nodesAtMost)
  })
})

describe('the waits in a graph', () => {
  it('lead to what is waited for, once for all who wait, and from there to who of them has it', () => {
    const rows = [
      familyRow(2),
      familyRow(3, { waits: [lock('index', heldBy(2))] }),
      familyRow(4, { waits: [lock('index')] }),
    ]
    expect(edgesOf(rows).slice(3)).toEqual(['run 3 waits Lock index', 'Lock index has run 2', 'run 4 waits Lock index'])
    expect(graphOf(rows).nodes.at(-1)).toMatchObject({
      name: 'index',
      words: { word: 'Lock' },
      href: '#/semaphores?kind=lock&name=index&run=3',
    })
    expect(graphOf(rows).nodes[2]?.waits).toEqual(['lock index · held by run 2 (part 2) · 0 s'])
  })

  it('for a run lead to its node, and make one line of two where it is a child', () => {
    const watch = (run: number): Wait => ({
      ...common,
      kind: 'run',
      resource: `part ${run}`,
      run,
      lifecycle: 'running',
    })
    const all: Wait = { ...common, kind: 'task', resource: null, tasks: [], runs: [2, 3], needsAll: true }
    expect(edgesOf([familyRow(2), familyRow(3, { waits: [watch(2)] })], { waits: [all] })).toEqual([
      'run 1 both run 2',
      'run 1 both run 3',
      'run 3 waits run 2',
    ])
    const outside = graphOf([], { waits: [watch(99)] })
    expect(rememberThings(new Map(), outside).size).toBe(0)
    expect(outside.nodes[1]).toMatchObject({ key: 'outside 99', href: '#/runs/99', words: { word: 'Run 99' } })
  })

  it('for time, slots and what is outside have no node', () => {
    const sleeps: Wait = { ...common, kind: 'sleep', resource: null, until: 900 }
    const slot: Wait = { ...common, kind: 'slot', resource: 'async', executor: 'async', inUse: 1, slots: 1 }
    expect(keysOf([familyRow(2, { waits: [sleeps, slot] })])).toEqual(['run 1', 'run 2'])
  })

  it('that are over leave their node where it was, until the run has ended', () => {
    const before = graphOf([familyRow(2, { waits: [lock('a'), lock('b')] })])
    const seen = rememberThings(new Map(), before)
    expect(rememberThings(seen, before)).toBe(seen)
    const after = graphOf([familyRow(2, { waits: [lock('c'), lock('b')] })], {}, { seen })
    expect(after.nodes.slice(2).map(({ key }) => key)).toEqual(['Lock a', 'Lock b', 'Lock c'])
    expect(after.edges.map(({ to }) => to)).not.toContain('Lock a')
    expect(keysOf([familyRow(2, done)], done, { seen })).toEqual(['run 1', 'run 2'])
  })

  it('are drawn for 24 things at most; those that nobody waits for make room', () => {
    const rows = (from: number) =>
      Array.from({ length: 15 }, (_, at) => familyRow(at + 2, { waits: [lock(`lock ${from + at}`)] }))
    const seen = rememberThings(new Map(), graphOf(rows(0)))
    const { nodes, edges } = graphOf(rows(15), {}, { seen })
    const things = nodes.filter(({ is }) => is === 'thing')
    expect(things).toHaveLength(thingsAtMost)
    expect(things[0]?.key).toBe('Lock lock 6')
    expect(edges.filter(({ is }) => is === 'waits')).toHaveLength(15)
  })
})

describe('the layout of a graph', () => {
  const family = [familyRow(2), familyRow(3, { parent: 2 }), familyRow(4, { parent: 2 }), familyRow(5)]
  const placesOf = (rows: FamilyRow[]) => {
    const { nodes, edges } = graphOf(rows)
    return layoutGraph(nodes, edges)
  }

  it('has a column for each generation, and who has children in the middle of them', () => {
    const { places, width, height } = placesOf(family)
    const at = (key: string) => places.get(key) ?? { x: NaN, y: NaN }
    expect(at('run 2').x).toBe(at('run 5').x)
    expect(at('run 3').x).toBeGreaterThan(at('run 2').x + box.width)
    expect(at('run 2').y).toBe((at('run 3').y + at('run 4').y) / 2)
    expect(at('run 1').y).toBe((at('run 2').y + at('run 5').y) / 2)
    for (const { x, y } of places.values()) {
      expect(x + box.width).toBeLessThan(width)
      expect(y + box.height).toBeLessThan(height)
    }
  })

  it('lets no two nodes touch, and moves no run for a wait or another state', () => {
    const waiting = family.map((row) => ({ ...row, waits: [lock('a'), lock(`b${row.id}`)] }))
    const [calm, busy] = [placesOf(family), placesOf(waiting)]
    for (const [key, place] of calm.places) expect(busy.places.get(key)).toEqual(place)
    const all = [...busy.places.values()]
    for (const [at, a] of all.entries())
      for (const b of all.slice(at + 1))
        expect(Math.abs(a.x - b.x) >= box.width || Math.abs(a.y - b.y) >= box.height).toBe(true)
  })

  it('draws lines between the sides that face each other', () => {
    expect(linePath({ x: 0, y: 0 }, { x: 300, y: 100 })).toMatch(/^M188,26 .* 300,126$/)
    expect(linePath({ x: 300, y: 0 }, { x: 0, y: 0 })).toMatch(/^M300,26 .* 188,26$/)
    expect(linePath({ x: 0, y: 0 }, { x: 0, y: 100 })).toMatch(/^M188,26 .* 188,126$/)
  })

  it('knows which node lies which way', () => {
    const { places } = placesOf(family)
    expect(neighbour(places, 'run 1', 'ArrowRight')).toBe('run 2')
    expect(neighbour(places, 'run 3', 'ArrowDown')).toBe('run 4')
    expect(neighbour(places, 'run 5', 'ArrowUp')).toBe('run 2')
    expect(neighbour(places, 'run 4', 'ArrowLeft')).toBe('run 2')
    expect(neighbour(places, 'run 1', 'ArrowLeft')).toBeNull()
  })

  it('is zoomed in steps that end, and fits as far as it stays readable', () => {
    expect([zoomStep(1, 1), zoomStep(1, -1), zoomStep(2, 1), zoomStep(0.5, -1), zoomStep(0.72, 1)]).toEqual([
      1.25, 0.8, 2, 0.5, 0.8,
    ])
    const layout = { places: new Map(), width: 1_000, height: 400 }
    expect(zoomToFit(layout, { width: 800, height: 800 })).toBe(0.8)
    expect(zoomToFit(layout, { width: 4_000, height: 4_000 })).toBe(1)
    expect(zoomToFit(layout, { width: 10, height: 10 })).toBe(0.5)
  })
})
