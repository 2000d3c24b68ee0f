import type { Page } from '@playwright/test'
import { until } from '../support/until.ts'
import { expectAccessibleInBothThemes } from './support/axe.ts'
import { scriptText, useHost } from './support/host.ts'
import { keepScreenshots } from './support/screenshot.ts'
import { openAt, runPage } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

/** Two of its children want the printer, one has parts of its own, and all of it waits for a future in the end. */
const parent = scriptText(
  `import { future, spawn, taskGroup } from 'signalbox'
export default async function (book: string) {
  const first = spawn('pages', { book, n: 0, next: 'hold' }, { name: 'print the cover' })
  await future(book + ' cover is held')
  await taskGroup((group) => {
    group.spawn('pages', { book, n: 1, next: 'hold' }, { name: 'print the chapters' })
    group.spawn('pages', { book, n: 2, next: 'parts' }, { name: 'bind the book' })
  })
  await first
}`,
  { executor: 'async' },
)
const pages = scriptText(
  `import { future, semaphore, sleep, spawn } from 'signalbox'
export default async function ({ book, n, next }: { book: string; n: number; next: string }) {
  if (next === 'end') return n
  if (next === 'parts') {
    for (let part = 0; part < 12; part += 1) spawn('pages', { book, n: part, next: 'end' }, { name: 'fold a sheet' })
    return sleep('1h')
  }
  await using permit = await semaphore('printer', { permits: 1 }).acquire()
  if (n === 0) await future(book + ' cover is held').setResult(true)
  await future(book + ' paper ' + n)
}`,
  { executor: 'async' },
)
const node = (page: Page, name: string) =>
  page
    .getByRole('list', { name: 'Nodes of the graph' })
    .getByRole('listitem')
    .filter({ has: page.getByText(name, { exact: true }) })

/** Where the runs stand, before any zoom. */
const placesOf = (page: Page) =>
  page
    .getByRole('list', { name: 'Nodes of the graph' })
    .locator('li[data-node^="run"]')
    .evaluateAll((all) => all.map((each) => `${each.getAttribute('data-node')}: ${each.getAttribute('style')}`))

async function startFamily(book: string): Promise<number> {
  await host.client.jobs.save({ name: 'pages', definition: pages, replace: true })
  const id = await host.submit(parent, { name: 'make a book', input: book })
  await until('the family stands', async () => {
    const { rows } = await host.client.runs.list({ lifecycle: ['running'], limit: 50 })
    return rows.some(({ name, waits }) => name === 'print the chapters' && waits[0]?.kind === 'semaphore')
  })
  return id
}

test.afterEach(() => host.endRuns())

test('the graph and the tree', async ({ page }) => {
  const id = await startFamily('atlas')
  await openAt(page, host, `/runs/${id}`)
  await page.getByRole('tab', { name: 'Overview' }).focus()
  await page.keyboard.press('4')
  await expect(page.getByRole('tab', { name: 'Graph' })).toHaveAttribute('aria-selected', 'true')
  for (const name of ['make a book', 'print the cover', 'print the chapters', 'bind the book'])
    await expect(node(page, name)).toContainText('Running')
  await expect(node(page, 'fold a sheet ×12')).toContainText('12 succeeded')
  await expect(node(page, 'printer')).toContainText('Semaphore')
  await expect(node(page, 'print the chapters')).toContainText('semaphore printer: needs 1, 0 of 1 free · held by')
  await keepScreenshots(page, 'run-graph')
  await expectAccessibleInBothThemes(page)

  // A state that changes, and a wait that ends, move nothing.
  const before = await placesOf(page)
  await host.client.futures.resolve({ name: 'atlas paper 0', value: null })
  await expect(node(page, 'print the cover')).toContainText('Succeeded')
  await expect(node(page, 'atlas paper 1')).toBeVisible()
  await expect(node(page, 'print the chapters')).not.toContainText('semaphore printer')
  expect(await placesOf(page)).toEqual(before)

  // The same as a tree: by keys into the group, to what waits there, and to where it waits.
  await page.getByRole('tab', { name: 'Graph' }).focus()
  await page.keyboard.press('5')
  const tree = page.getByRole('tree', { name: 'Family' })
  const inTree = (name: string) => tree.getByRole('treeitem').filter({ has: page.getByText(name, { exact: true }) })
  await expect(inTree('bind the book')).toContainText('Running')
  await expect(inTree('fold a sheet ×12')).toContainText('12 succeeded')
  await keepScreenshots(page, 'run-tree')
  await expectAccessibleInBothThemes(page)
  await tree.focus()
  await page.keyboard.press('1')
  await expect(tree.getByRole('treeitem')).toHaveCount(3)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(inTree('print the chapters')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Tab')
  await expect(inTree('print the chapters').getByRole('link', { name: /^future / })).toBeFocused()
  await page.getByRole('tab', { name: 'Tree' }).focus()
  await page.keyboard.press('4')

  // By keys to a run and into it.
  await node(page, 'make a book').getByRole('link').focus()
  await page.keyboard.press('ArrowRight')
  await expect(node(page, 'print the cover').getByRole('link')).toBeFocused()
  const href = await node(page, 'print the cover').getByRole('link').getAttribute('href')
  await page.keyboard.press('Enter')
  const child = Number(href?.split('/').at(-1))
  await expect(runPage(page, child)).toContainText('print the cover')
  await page.keyboard.press('4')
  await expect(page.getByRole('heading', { name: 'print the cover has spawned nothing' })).toBeVisible()
  await expectAccessibleInBothThemes(page)
})
