import Play from '@lucide/svelte/icons/play'
import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { JobRow } from '../../src-preload/contract.ts'
import KeyEditor from '../../src-renderer/lib/components/key-editor.svelte'
import Palette from '../../src-renderer/lib/components/palette.svelte'
import type { Page } from '../../src-renderer/pages/routes.ts'
import { fakeApp, renderInApp } from './support/fake-app.ts'
import type { Answers } from './support/fake-app.ts'
import { focusedOpener } from './support/snippets.ts'

const pageOf = (path: Page['path'], title: string): Page => ({ path, title, icon: Play, component: KeyEditor })
const pages = [pageOf('/overview', 'Overview'), pageOf('/runs', 'Runs'), pageOf('/history', 'History')]
const dialog = page.getByRole('dialog', { name: 'Search or run a command' })
const input = page.getByRole('combobox', { name: 'Search or run a command' })
const options = page.getByRole('option')
const texts = () => options.elements().map((option) => option.textContent.replace(/\s+/g, ' ').trim())

/** The palette over a page on which `opener` has the focus, with jobs of these names. */
async function openPalette(answers: Answers = {}, jobs: string[] = []) {
  const app = fakeApp(answers)
  app.jobs.view = {
    feed: 'jobs',
    version: 1,
    rows: new Map(jobs.map((name) => [name, { name } as JobRow])),
    order: jobs,
    meta: null,
  }
  const opener = focusedOpener()
  const palette = await renderInApp(Palette, { open: false, pages }, app)
  await palette.rerender({ open: true })
  await expect.element(input).toHaveFocus()
  return { app, opener }
}

test('it opens with the focus in its field and shows the pages with their keys', async () => {
  await openPalette()
  expect(texts().slice(0, 3)).toEqual(['Overview G O', 'Runs G R', 'History G H'])
  await expect.element(options.getByText('New script')).toBeInTheDocument()
})

test('the keys that it shows are those that a person has chosen', async () => {
  const { app } = await openPalette()
  app.shortcuts.rebind('/runs', 'g x')
  await expect.poll(() => texts()[1]).toBe('Runs G X')
})

test('Escape closes it, gives the focus back, and nothing was done', async () => {
  const { app, opener } = await openPalette()
  await userEvent.keyboard('his{Escape}')
  await expect.element(dialog).not.toBeInTheDocument()
  await expect.element(opener).toHaveFocus()
  expect(app.router.current.path).toBe('/overview')
})

test('typing leaves what fits, and says so when nothing does', async () => {
  await openPalette({}, ['nightly reindex', 'weekly'])
  await userEvent.keyboard('reind')
  await expect.poll(texts).toEqual(['Run nightly reindex'])
  await input.fill('zzzz')
  await expect.element(page.getByText('Nothing fits “zzzz”.')).toBeVisible()
})

test('the arrows go through the entries and round, and Enter takes the one they are at', async () => {
  const { app } = await openPalette()
  await userEvent.keyboard('{ArrowDown}')
  await expect.element(page.getByRole('option', { selected: true })).toMatchTextContent(/^Runs/)
  await userEvent.keyboard('{ArrowUp}{ArrowUp}')
  await expect.element(page.getByRole('option', { selected: true })).toMatchTextContent(/^Narrow or widen the rail/)
  await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{Enter}')
  await expect.element(dialog).not.toBeInTheDocument()
  await expect.poll(() => app.router.current.path).toBe('/history')
})

test('a number opens the run, with or without its sign', async () => {
  const { app } = await openPalette()
  await userEvent.keyboard('#42')
  await expect.poll(() => texts()[0]).toBe('Open run 42')
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => app.router.current.path).toBe('/runs/42')
})

test('a job is run by its name', async () => {
  const submitted: unknown[] = []
  const submit = (what: unknown) => (submitted.push(what), Promise.resolve({ id: 8 }))
  await openPalette({ runs: { submit } }, ['nightly', 'weekly'])
  await userEvent.keyboard('run week{Enter}')
  await expect.poll(() => submitted).toEqual([{ what: 'job', job: 'weekly' }])
})

test('what there is by name is offered when the host tells of it, and what it does not tell of is left out', async () => {
  const list = () => Promise.resolve({ rows: [{ name: 'to crawl/1' }], more: false })
  const { app } = await openPalette({ queues: { list: list as never } })
  await userEvent.keyboard('crawl')
  await expect.poll(texts).toEqual(['Queue to crawl/1'])
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => app.router.current.path).toBe('/queues/to%20crawl%2F1')
})

test('what is typed is gone when it was used', async () => {
  const { app } = await openPalette()
  await userEvent.keyboard('pause{Enter}')
  await expect.poll(() => app.live.isPaused).toBe(true)
  await expect.element(dialog).not.toBeInTheDocument()
})
