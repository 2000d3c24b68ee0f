import { describe, expect, it } from 'vitest'
import type { FeedMessage } from '../../../src-preload/contract.ts'
import { applyMessage, changesIn, rowsInOrder } from '../../../src-renderer/lib/state/feed-model.ts'
import type { FeedView } from '../../../src-renderer/lib/state/feed-model.ts'
import { placeFreely, placeHeld } from '../../../src-renderer/lib/state/frozen-rows.ts'

type Message = FeedMessage<string, number>
const snapshot = (version: number, ...keys: string[]): Message => ({
  type: 'snapshot',
  feed: 'f',
  version,
  rows: keys.map((key) => ({ key, row: key.toUpperCase() })),
  meta: keys.length,
})
const patch = (version: number, change: Partial<Extract<Message, { type: 'patch' }>>): Message => ({
  type: 'patch',
  feed: 'f',
  version,
  upserts: [],
  removed: [],
  order: null,
  meta: 0,
  ...change,
})

function viewOf(...messages: Message[]): FeedView<string, number> {
  let view: FeedView<string, number> | null = null
  for (const message of messages) {
    const next: FeedView<string, number> | 'gap' = applyMessage(view, message)
    if (next === 'gap') throw new Error(`a gap at version ${message.version}`)
    view = next
  }
  if (!view) throw new Error('no messages')
  return view
}

describe('a feed', () => {
  it('shows what the snapshot says, in its order', () => {
    expect(rowsInOrder(viewOf(snapshot(7, 'b', 'a')))).toEqual(['B', 'A'])
  })

  it('changes, adds and removes rows with a patch', () => {
    const view = viewOf(
      snapshot(1, 'a', 'b'),
      patch(2, {
        upserts: [
          { key: 'b', row: 'new' },
          { key: 'c', row: 'C' },
        ],
        removed: ['a'],
        order: ['c', 'b'],
        meta: 9,
      }),
    )
    expect({ rows: rowsInOrder(view), version: view.version, meta: view.meta }).toEqual({
      rows: ['C', 'new'],
      version: 2,
      meta: 9,
    })
  })

  it('leaves the view that is shown untouched, so that pausing can keep it', () => {
    const before = viewOf(snapshot(1, 'a'))
    applyMessage(before, patch(2, { upserts: [{ key: 'a', row: 'other' }] }))
    expect(rowsInOrder(before)).toEqual(['A'])
  })

  it.each([
    ['a version that does not follow', patch(3, {})],
    ['another feed', { ...patch(2, {}), feed: 'g' }],
    ['an order that does not fit its rows', patch(2, { upserts: [{ key: 'z', row: 'Z' }] })],
  ])('reports a gap for %s', (_name, message) => {
    expect(applyMessage(viewOf(snapshot(1, 'a')), message)).toBe('gap')
  })

  it('takes a new snapshot in the middle, whatever its version', () => {
    expect(rowsInOrder(viewOf(snapshot(1, 'a'), snapshot(40, 'x')))).toEqual(['X'])
  })

  it('counts the rows that a message touches', () => {
    expect(changesIn(patch(2, { upserts: [{ key: 'a', row: 'A' }], removed: ['b', 'c'] }))).toBe(3)
  })
})

describe('rows under the hand', () => {
  const groupOf = (row: string) => (row < 'M' ? 'early' : 'late')

  it('keep place and group, show new values, stay when they have left, and let newcomers wait', () => {
    const before = placeFreely(viewOf(snapshot(1, 'a', 'b', 'c')), groupOf)
    const now = viewOf(snapshot(2, 'd', 'c', 'a'), patch(3, { upserts: [{ key: 'a', row: 'Z' }] }))
    expect(placeHeld(before, now)).toEqual({
      placed: [
        { key: 'a', row: 'Z', group: 'early', hasLeft: false },
        { key: 'b', row: 'B', group: 'early', hasLeft: true },
        { key: 'c', row: 'C', group: 'early', hasLeft: false },
      ],
      waiting: 1,
    })
  })

  it('go where they belong once the hand is away', () => {
    const { placed } = placeFreely(viewOf(snapshot(1, 'z', 'a')), groupOf)
    expect(placed.map(({ key, group }) => `${group} ${key}`)).toEqual(['late z', 'early a'])
  })
})
