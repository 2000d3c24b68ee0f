import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { FamilyRow, FeedMessage, RunLive, Wait } from '../../src-preload/contract.ts'
import FamilyTree from '../../src-renderer/lib/components/family-tree.svelte'
import { familyRow, runLive } from '../support/run-rows.ts'
import { fakeApp, renderInApp } from './support/fake-app.ts'
import { ack, FakeFeed } from './support/fake-feed.ts'

const done = { lifecycle: 'finished', outcome: 'succeeded', finishedAt: 600 } as const
const lock: Wait = {
  kind: 'lock',
  resource: 'index',
  condition: null,
  by: null,
  since: 400,
  ahead: 0,
  holders: [{ run: 2, name: 'cover', attempt: 1, task: null, amount: 1, since: 0, place: null }],
  holderCount: 1,
  expectedAt: null,
}
const tree = page.getByRole('tree', { name: 'Family' })
const rows = tree.getByRole('treeitem')

/** The tree of a run with `family`, at 1,000 ms after the run was made, and with the focus. */
async function openTree(family: FamilyRow[], run: Partial<RunLive> = {}) {
  const keyed = (some: FamilyRow[]) => some.map((row) => ({ key: String(row.id), row }))
  const snapshot: FeedMessage<FamilyRow, { more: boolean }> = {
    type: 'snapshot',
    feed: 'family',
    version: 1,
    rows: keyed(family),
    meta: { more: false },
  }
  const feed = new FakeFeed<FeedMessage<FamilyRow, { more: boolean }>>(() => [snapshot])
  const app = fakeApp({ feeds: { family: feed.open, ack } })
  app.live.now = 1_000
  await renderInApp(FamilyTree, { run: runLive(run) }, app)
  const send = (left: FamilyRow[], removed: number[]) =>
    feed.send({
      type: 'patch',
      feed: 'family',
      version: 2,
      upserts: [],
      removed: removed.map(String),
      order: left.map(({ id }) => String(id)),
      meta: { more: false },
    })
  return { send }
}

const texts = () =>
  rows.elements().map((row) => [...row.children].map((cell) => cell.textContent.replace(/\s+/g, ' ').trim()))
/** What the keys are at. */
const chosen = () => {
  const id = tree.element().getAttribute('aria-activedescendant')
  return document.getElementById(id ?? '')?.dataset['row']
}
const depths = () => rows.elements().map((row) => Number(row.getAttribute('aria-level')))

test('each row says its state, how long it took, what it runs on and what it waits for, with the way there', async () => {
  const family = [
    familyRow(2, { name: 'cover', ...done, executor: 'process' }),
    familyRow(3, { name: 'chapters', group: { id: 7, name: null }, waits: [lock] }),
  ]
  await openTree(family)
  await expect.element(rows).toHaveLength(4)
  expect(texts()).toEqual([
    ['whole', 'Running', '0 s', 'async', ''],
    ['cover', 'Succeeded', '450 ms', 'process', ''],
    ['group: chapters', '1 running', '0 s', '', ''],
    ['chapters', 'Running', '0 s', 'async', 'lock index · held by run 2 (cover) · next in line · 0 s'],
  ])
  expect(depths()).toEqual([1, 2, 2, 3])
  const where = page.getByRole('link', { name: /^lock index/ })
  await expect.element(where).toHaveAttribute('href', '#/semaphores?kind=lock&name=index&run=3')
})

test('by keys from row to row, folding and unfolding, and to the wait of the row that is chosen', async () => {
  const family = [familyRow(2), familyRow(3, { parent: 2, waits: [lock] }), familyRow(4)]
  await openTree(family)
  await expect.element(rows).toHaveLength(4)
  tree.element().focus()
  expect(chosen()).toBe('run')
  await userEvent.keyboard('{ArrowLeft}')
  await expect.element(rows).toHaveLength(1)
  await userEvent.keyboard('{ArrowRight}')
  await expect.element(rows).toHaveLength(4)
  await userEvent.keyboard('{ArrowDown}{ArrowRight}')
  expect(chosen()).toBe('run 3')
  await userEvent.keyboard('{Tab}')
  await expect.element(page.getByRole('link', { name: /^lock index/ })).toHaveFocus()
  await userEvent.keyboard('{Shift>}{Tab}{/Shift}{ArrowLeft}{ArrowLeft}')
  expect(chosen()).toBe('run 2')
  await expect.element(rows).toHaveLength(3)
  await userEvent.keyboard('{End}')
  expect(chosen()).toBe('run 4')
  await userEvent.keyboard('{Enter}')
  expect(location.hash).toBe('#/runs/4')
})

test('a digit unfolds to its depth, E all and W none of it, and what was chosen stays in sight', async () => {
  const parts = Array.from({ length: 9 }, (_, at) => familyRow(at + 10, { parent: 3, name: 'part' }))
  await openTree([familyRow(2), familyRow(3, { parent: 2 }), ...parts])
  await expect.element(rows).toHaveLength(4)
  await userEvent.keyboard('e')
  await expect.element(rows).toHaveLength(13)
  await userEvent.keyboard('w')
  await expect.element(rows).toHaveLength(2)
  tree.element().focus()
  await userEvent.keyboard('3')
  await expect.element(rows).toHaveLength(4)
  await userEvent.keyboard('4{End}')
  await expect.element(rows).toHaveLength(13)
  expect(chosen()).toBe('run 18')
  await userEvent.keyboard('2')
  await expect.element(rows).toHaveLength(3)
  expect(chosen()).toBe('run 3')
  await userEvent.keyboard('0')
  await expect.element(rows).toHaveLength(1)
  expect(chosen()).toBe('run')
})

test('a row that goes leaves the keys to the run, and the focus stays in the tree', async () => {
  const family = [familyRow(2), familyRow(3)]
  const { send } = await openTree(family)
  await expect.element(rows).toHaveLength(3)
  tree.element().focus()
  await userEvent.keyboard('{End}')
  expect(chosen()).toBe('run 3')
  send(family.slice(0, 1), [3])
  await expect.element(rows).toHaveLength(2)
  expect(chosen()).toBe('run')
  await expect.element(tree).toHaveFocus()
})

test('of a large family only what can be seen is drawn, and the keys reach its end', async () => {
  await openTree(Array.from({ length: 400 }, (_, at) => familyRow(at + 2)))
  await expect.poll(() => rows.elements().length).toBeGreaterThan(5)
  expect(rows.elements().length).toBeLessThan(100)
  tree.element().focus()
  await userEvent.keyboard('{End}')
  await expect.element(page.getByText('part 401', { exact: true })).toBeVisible()
  expect(chosen()).toBe('run 401')
})

test('a run that has spawned nothing says so and offers a way on', async () => {
  await openTree([])
  await expect.element(page.getByText('whole has spawned nothing')).toBeVisible()
})
