import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { FamilyRow, FeedMessage, RunLive, Wait } from '../../src-preload/contract.ts'
import RunGraph from '../../src-renderer/lib/components/run-graph.svelte'
import { familyRow, runLive } from '../support/run-rows.ts'
import { fakeApp, renderInApp } from './support/fake-app.ts'
import { ack, FakeFeed } from './support/fake-feed.ts'

const done = { lifecycle: 'finished', outcome: 'succeeded', finishedAt: 600 } as const
const nodes = page.getByRole('list', { name: 'Nodes of the graph' }).getByRole('listitem')
const lock: Wait = {
  kind: 'lock',
  resource: 'index',
  condition: null,
  by: null,
  since: 100,
  ahead: null,
  holders: [],
  holderCount: 0,
  expectedAt: null,
}

/** The graph of a run with `family`, at 1,000 ms after the run was made. */
async function openGraph({
  family = [],
  run = {},
  more = false,
}: { family?: FamilyRow[]; run?: Partial<RunLive>; more?: boolean } = {}) {
  const keyed = (rows: FamilyRow[]) => rows.map((row) => ({ key: String(row.id), row }))
  const snapshot: FeedMessage<FamilyRow, { more: boolean }> = {
    type: 'snapshot',
    feed: 'family',
    version: 1,
    rows: keyed(family),
    meta: { more },
  }
  const feed = new FakeFeed<FeedMessage<FamilyRow, { more: boolean }>>(() => [snapshot])
  const app = fakeApp({ feeds: { family: feed.open, ack } })
  app.live.now = 1_000
  await renderInApp(RunGraph, { run: runLive(run) }, app)
  let version = 1
  const send = (upserts: FamilyRow[], order: FamilyRow[]) => {
    version += 1
    feed.send({
      type: 'patch',
      feed: 'family',
      version,
      upserts: keyed(upserts),
      removed: [],
      order: order.map(({ id }) => String(id)),
      meta: { more },
    })
  }
  return { app, send }
}

const named = (name: string) => nodes.filter({ hasText: name })
const placesOf = () =>
  new Map(nodes.elements().map((node) => [node.getAttribute('data-node'), node.getAttribute('style')] as const))
const linesOf = (is: string) => document.querySelectorAll(`.canvas path.line.${is}`)
const widthOf = () => nodes.elements()[0]?.getBoundingClientRect().width ?? 0

test('states change and waits begin and end, and no run moves', async () => {
  const family = [familyRow(2), familyRow(3), familyRow(4, { parent: 2 })]
  const { send } = await openGraph({ family })
  await expect.element(nodes).toHaveLength(4)
  const before = placesOf()
  expect(linesOf('child')).toHaveLength(3)
  send([familyRow(3, { waits: [lock] }), familyRow(4, { parent: 2, ...done })], family)
  await expect.element(page.getByText('index', { exact: true })).toBeVisible()
  await expect.poll(() => named('part 4').element().textContent).toContain('Succeeded')
  expect(linesOf('waits')).toHaveLength(1)
  const waiting = placesOf()
  for (const [key, place] of before) expect([key, waiting.get(key)]).toEqual([key, place])
  send([familyRow(3)], family)
  await expect.poll(() => linesOf('waits').length).toBe(0)
  expect(placesOf()).toEqual(waiting)
})

test('the arrow keys go from node to node, and Tab reaches each', async () => {
  await openGraph({ family: [familyRow(2), familyRow(3), familyRow(4, { parent: 2 })] })
  await expect.element(nodes).toHaveLength(4)
  const focused = () => document.activeElement?.getAttribute('href')
  page.getByRole('link', { name: /whole/ }).element().focus()
  await userEvent.keyboard('{ArrowRight}')
  expect(focused()).toBe('#/runs/2')
  await userEvent.keyboard('{ArrowDown}')
  expect(focused()).toBe('#/runs/3')
  await userEvent.keyboard('{ArrowUp}{ArrowRight}')
  expect(focused()).toBe('#/runs/4')
  await userEvent.keyboard('{ArrowLeft}{ArrowLeft}')
  expect(focused()).toBe('#/runs/1')
  await userEvent.keyboard('{Tab}')
  expect(focused()).toBe('#/runs/2')
})

test('many of one name are a node that unfolds and folds', async () => {
  await openGraph({ family: Array.from({ length: 9 }, (_, at) => familyRow(at + 2, { name: 'part' })) })
  await expect.element(nodes).toHaveLength(2)
  const many = page.getByRole('button', { name: /^part ×9/ })
  await expect.element(many).toHaveAttribute('aria-expanded', 'false')
  await many.click()
  await expect.element(nodes).toHaveLength(11)
  await many.click()
  await expect.element(nodes).toHaveLength(2)
})

test('keys and buttons zoom in, out, and back to where all of it fits', async () => {
  await openGraph({ family: [familyRow(2)] })
  await expect.element(nodes).toHaveLength(2)
  const fitting = widthOf()
  await userEvent.keyboard('+')
  const larger = widthOf()
  expect(larger).toBeGreaterThan(fitting)
  await page.getByRole('button', { name: /^Zoom in/ }).click()
  expect(widthOf()).toBeGreaterThan(larger)
  await page.getByRole('button', { name: /^Zoom out/ }).click()
  expect(widthOf()).toBe(larger)
  await userEvent.keyboard('-')
  expect(widthOf()).toBeLessThan(larger)
  await userEvent.keyboard('++0')
  expect(widthOf()).toBe(fitting)
})

test('a run that has spawned nothing says so and offers a way on', async () => {
  const { app } = await openGraph()
  await expect.element(page.getByText('whole has spawned nothing')).toBeVisible()
  await page.getByRole('button', { name: 'See its timeline' }).click()
  expect(app.router.current.query.get('tab')).toBe('timeline')
})

test('a family that is too large says what is missing', async () => {
  await openGraph({ family: Array.from({ length: 500 }, (_, at) => familyRow(at + 2)), more: true })
  await expect.element(nodes).toHaveLength(500)
  await expect.element(page.getByText(/^Only the first 500 runs .* 1 more/)).toBeVisible()
})
