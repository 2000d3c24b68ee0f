import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import type { FamilyRow, FeedMessage, RunLive } from '../../src-preload/contract.ts'
import RunDetail from '../../src-renderer/pages/run-detail.svelte'
import { runLive } from '../support/run-rows.ts'
import { fakeApp, renderInApp } from './support/fake-app.ts'
import { ack, FakeFeed } from './support/fake-feed.ts'

const snapshotOf = <Row, Meta>(feed: string, rows: (Row & { id: number })[], meta: Meta): FeedMessage<Row, Meta> => ({
  type: 'snapshot',
  feed,
  version: 1,
  rows: rows.map((row) => ({ key: String(row.id), row })),
  meta,
})

/** The page of a run; its input and result never arrive. */
async function openRun(run: RunLive) {
  const own = new FakeFeed(() => [snapshotOf<RunLive, null>('run', [run], null)])
  const family = new FakeFeed(() => [snapshotOf<FamilyRow, { more: boolean }>('family', [], { more: false })])
  const app = fakeApp({
    feeds: { run: own.open, family: family.open, ack },
    runs: { get: () => new Promise(() => {}) },
  })
  await renderInApp(RunDetail, { id: String(run.id) }, app)
  await expect.element(page.getByRole('heading', { name: run.name, level: 1 })).toBeVisible()
}

const countOf = (text: string) => (document.body.innerText.match(new RegExp(text, 'g')) ?? []).length

test('why a run went wrong stands once: in whole on its overview, in one line beside the rest', async () => {
  const error = {
    name: 'TypeError',
    message: 'no such page\nasked for: 404',
    stack: null,
    hint: 'Look at its address.',
  }
  const failed = { lifecycle: 'finished', outcome: 'failed', finishedAt: 900 } as const
  await openRun(runLive({ ...failed, error, errorMessage: `${error.name}: ${error.message}` }))
  const whole = page.getByRole('region', { name: 'Error' })
  await expect.element(whole).toHaveTextContent('Error TypeError: no such page asked for: 404 Look at its address.')
  expect(countOf('no such page')).toBe(1)
  await page.getByRole('tab', { name: /^Timeline/ }).click()
  await expect.element(page.getByText('TypeError: no such page')).toBeVisible()
  expect([countOf('no such page'), countOf('asked for: 404')]).toEqual([1, 0])
  await page.getByRole('link', { name: 'All of it' }).click()
  await expect.element(whole).toBeVisible()
})
