import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findKnots } from '../../../src-main/core/wait-graph.ts'
import type { Need, Resource, WaitNode } from '../../../src-main/core/wait-graph.ts'

const permits = (of: string, amount = 1, turn: number | null = 1): Need => ({ for: 'permits', of, amount, turn })
const end = (node: string): Need => ({ for: 'node', node })
/** Each need is a way of its own: one of them is enough. */
const oneOf = (id: string, ...needs: Need[]): WaitNode => ({ id, ways: needs.map((need) => [need]) })
const all = (id: string, ...needs: Need[]): WaitNode => ({ id, ways: [needs] })
const held = (key: string, ...by: string[]): Resource => ({
  key,
  free: 0,
  shares: by.map((id) => ({ amount: 1, by: [id] })),
})

describe('nobody is stuck', () => {
  test.each<[string, WaitNode[], Resource[]]>([
    ['who waits for nothing', [oneOf('a')], []],
    [
      'a line behind one who goes on',
      [oneOf('a'), oneOf('b', permits('A')), oneOf('c', permits('A', 1, 2))],
      [held('A', 'a')],
    ],
    ['who waits for what is not known', [oneOf('a', permits('B')), oneOf('b', end('gone'))], [held('A', 'a')]],
    ['whose holder is not known', [oneOf('a', permits('A'))], [held('A', 'gone')]],
    [
      'a semaphore with one holder of several who goes on',
      [oneOf('a', permits('B')), oneOf('b', permits('S')), oneOf('c')],
      [held('S', 'a', 'c'), held('B', 'b')],
    ],
    [
      'a race that one can win',
      [oneOf('a', permits('B'), end('c')), oneOf('b', permits('A')), oneOf('c')],
      [held('A', 'a'), held('B', 'b')],
    ],
    ['who needs more than there is: a person has to act', [oneOf('a', permits('S', 3)), oneOf('b')], [held('S', 'b')]],
    [
      'those behind one who needs more than there is',
      [oneOf('a', permits('S', 3)), oneOf('b', permits('S', 1, 2)), oneOf('c')],
      [held('S', 'c')],
    ],
    [
      'a permit that another task of its run can give back',
      [oneOf('a', permits('A')), oneOf('b')],
      [{ key: 'A', free: 0, shares: [{ amount: 1, by: ['a', 'b'] }] }],
    ],
    [
      'parents of which one lets go of its slot',
      [oneOf('p', end('c')), oneOf('q'), all('c', permits('slot', 1, null))],
      [held('slot', 'p', 'q')],
    ],
    [
      'several amounts that together suffice',
      [oneOf('a'), oneOf('b'), oneOf('c', permits('S', 3))],
      [
        {
          key: 'S',
          free: 1,
          shares: [
            { amount: 1, by: ['a'] },
            { amount: 1, by: ['b'] },
          ],
        },
      ],
    ],
  ])('%s', (_name, nodes, resources) => {
    expect(findKnots(nodes, resources)).toEqual([])
  })
})

describe('a knot', () => {
  test('of two locks taken in opposite order names who holds what', () => {
    const nodes = [oneOf('a', permits('B')), oneOf('b', permits('A'))]
    expect(findKnots(nodes, [held('A', 'a'), held('B', 'b')])).toEqual([
      {
        nodes: ['a', 'b'],
        cycle: [
          { node: 'a', by: 'holds', of: 'B' },
          { node: 'b', by: 'holds', of: 'A' },
        ],
      },
    ])
  })

  test('is one who waits for the lock that it holds itself', () => {
    expect(findKnots([oneOf('a', permits('A'))], [held('A', 'a')])).toEqual([
      { nodes: ['a'], cycle: [{ node: 'a', by: 'holds', of: 'A' }] },
    ])
  })

  test('of parents that hold all slots and await queued children has all of them, and a short cycle', () => {
    const parents = ['p', 'q'].map((id) => oneOf(id, end(`${id}'s child`)))
    const children = ['p', 'q'].map((id) => all(`${id}'s child`, permits('slot', 1, null)))
    expect(findKnots([...parents, ...children], [held('slot', 'p', 'q')])).toEqual([
      {
        nodes: ['p', 'q', "p's child", "q's child"],
        cycle: [
          { node: 'p', by: 'end' },
          { node: "p's child", by: 'holds', of: 'slot' },
        ],
      },
    ])
  })

  test('of tasks that await each other is seen through a gather and a race', () => {
    const gathering = [all('main', end('x'), end('free')), oneOf('x', end('y')), oneOf('y', end('main')), oneOf('free')]
    const racing = [oneOf('main', end('x'), end('y')), oneOf('x', end('main')), oneOf('y', end('main'))]
    expect(findKnots(gathering, []).map(({ nodes }) => nodes)).toEqual([['main', 'x', 'y']])
    expect(findKnots(racing, [])).toEqual([
      {
        nodes: ['main', 'x', 'y'],
        cycle: [
          { node: 'main', by: 'end' },
          { node: 'x', by: 'end' },
        ],
      },
    ])
  })

  test('needs every holder of a semaphore to be stuck', () => {
    const nodes = [oneOf('a', permits('C')), oneOf('b', permits('C', 1, 2)), oneOf('c', permits('S'))]
    expect(findKnots(nodes, [held('S', 'a', 'b'), held('C', 'c')])).toEqual([
      {
        nodes: ['a', 'b', 'c'],
        cycle: [
          { node: 'a', by: 'holds', of: 'C' },
          { node: 'c', by: 'holds', of: 'S' },
        ],
      },
    ])
  })

  test('forms behind one in the line who asks for more than is free', () => {
    // One permit is free and would do for c, but b is ahead, who needs the one that d keeps while it waits for c.
    const nodes = [oneOf('b', permits('S', 2, 1)), oneOf('c', permits('S', 1, 2)), oneOf('d', permits('C'))]
    const resources = [{ key: 'S', free: 1, shares: [{ amount: 1, by: ['d'] }] }, held('C', 'c')]
    expect(findKnots(nodes, resources)).toEqual([
      {
        nodes: ['b', 'c', 'd'],
        cycle: [
          { node: 'b', by: 'holds', of: 'S' },
          { node: 'd', by: 'holds', of: 'C' },
          { node: 'c', by: 'ahead', of: 'S' },
        ],
      },
    ])
  })

  test('does not take in those who only wait behind it', () => {
    const nodes = [
      oneOf('late', permits('A', 1, 2)),
      oneOf('a', permits('B')),
      oneOf('b', permits('A')),
      oneOf('later', end('late')),
    ]
    expect(findKnots(nodes, [held('A', 'a'), held('B', 'b')]).map(({ nodes }) => nodes)).toEqual([['a', 'b']])
  })

  test('behind another is told when it would stay without it', () => {
    const knot = (a: string, b: string, ...more: Need[]) => [
      all(`${a}${b}`, permits(b), ...more),
      oneOf(`${b}${a}`, permits(a)),
    ]
    const nodes = [...knot('C', 'D', end('AB')), ...knot('A', 'B')]
    const resources = [held('A', 'AB'), held('B', 'BA'), held('C', 'CD'), held('D', 'DC')]
    expect(findKnots(nodes, resources).map(({ nodes }) => nodes)).toEqual([
      ['AB', 'BA'],
      ['CD', 'DC'],
    ])
    expect(findKnots(nodes, resources, 1)).toHaveLength(1)
  })

  test('behind another is not told when the other one is all that keeps it', () => {
    const nodes = [
      oneOf('a', permits('B')),
      oneOf('b', permits('A')),
      oneOf('c', permits('S')),
      oneOf('d', permits('D')),
    ]
    const resources = [held('A', 'a'), held('B', 'b'), held('S', 'd', 'a'), held('D', 'c')]
    expect(findKnots(nodes, resources).map(({ nodes }) => nodes)).toEqual([['a', 'b']])
  })
})

test('a hundred thousand in a row are looked at in a moment', () => {
  const chain = (length: number, last: string) =>
    Array.from({ length }, (_, index) => oneOf(`n${index}`, end(index + 1 < length ? `n${index + 1}` : last)))
  expect(findKnots(chain(100_000, 'gone'), [])).toEqual([])
  expect(findKnots(chain(100_000, 'n0'), []).map(({ nodes }) => nodes.length)).toEqual([100_000])
})

/** Tasks that hold locks and wait for at most one. */
const lockWorlds = fc.integer({ min: 1, max: 8 }).chain((tasks) =>
  fc.record({
    holders: fc.array(fc.integer({ min: 0, max: tasks - 1 }), { minLength: 1, maxLength: 8 }),
    wants: fc.array(fc.option(fc.nat(7)), { minLength: tasks, maxLength: tasks }),
  }),
)

test('for locks alone there is a knot exactly when somebody waits in a circle', () => {
  fc.assert(
    fc.property(lockWorlds, ({ holders, wants }) => {
      const heldBy = (want: number | null | undefined) =>
        want === null || want === undefined ? undefined : holders[want]
      const isInCircle = (task: number) => {
        let at = heldBy(wants[task])
        for (let steps = 0; steps < wants.length && at !== undefined && at !== task; steps += 1) at = heldBy(wants[at])
        return at === task
      }
      const circle = wants.flatMap((_, task) => (isInCircle(task) ? [`t${task}`] : []))

      const nodes = wants.map((want, task) =>
        want === null ? oneOf(`t${task}`) : oneOf(`t${task}`, permits(`L${want}`, 1, task)),
      )
      const knots = findKnots(
        nodes,
        holders.map((holder, lock) => held(`L${lock}`, `t${holder}`)),
      )
      expect(knots.flatMap((knot) => knot.nodes).sort()).toEqual(circle)
      for (const { nodes, cycle } of knots) expect(cycle.map(({ node }) => node).sort()).toEqual(nodes)
    }),
    { numRuns: 2_000 },
  )
})

type World = {
  free: number[]
  shares: { of: number; amount: number; by: number }[]
  wants: { of: number; amount: number }[]
}
const semaphoreWorlds: fc.Arbitrary<World> = fc.record({
  free: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
  shares: fc.array(fc.record({ of: fc.nat(2), amount: fc.integer({ min: 1, max: 2 }), by: fc.nat(5) }), {
    maxLength: 8,
  }),
  wants: fc.array(fc.record({ of: fc.nat(3), amount: fc.integer({ min: 1, max: 4 }) }), { minLength: 6, maxLength: 6 }),
})

test('for semaphores with lines there is a knot exactly when serving all who can be served leaves somebody', () => {
  fc.assert(
    fc.property(semaphoreWorlds, ({ free, shares, wants }) => {
      const nodes = wants.map(({ of, amount }, task) =>
        oneOf(`t${task}`, ...(of === 3 ? [] : [permits(`S${of}`, amount, task)])),
      )
      const resources = free.map((count, of) => ({
        key: `S${of}`,
        free: count,
        shares: shares.filter((share) => share.of === of).map(({ amount, by }) => ({ amount, by: [`t${by}`] })),
      }))
      expect(findKnots(nodes, resources).length > 0).toBe(isSomebodyLeft({ free, shares, wants }))
    }),
    { numRuns: 2_000 },
  )
})

/** Serves whoever is first in a line and can be served, over and over; who was served gives back what it holds. */
function isSomebodyLeft({ free, shares, wants }: World): boolean {
  const gone = new Set<number>()
  const total = (of: number) => shares.reduce((sum, each) => sum + (each.of === of ? each.amount : 0), free[of] ?? 0)
  const available = (of: number) =>
    shares.reduce((sum, each) => sum + (each.of === of && gone.has(each.by) ? each.amount : 0), free[of] ?? 0)
  for (let hasChanged = true; hasChanged;) {
    hasChanged = false
    for (const [task, { of, amount }] of wants.entries()) {
      if (gone.has(task)) continue
      const isFirst = !wants.some((other, before) => before < task && other.of === of && !gone.has(before))
      if (of !== 3 && amount <= total(of) && !(isFirst && amount <= available(of))) continue
      gone.add(task)
      hasChanged = true
    }
  }
  return gone.size < wants.length
}
