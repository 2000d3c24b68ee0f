import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { Party } from '../../src-preload/contract.ts'
import PartyList from '../../src-renderer/lib/components/party-list.svelte'
import RunningNow from '../../src-renderer/lib/components/running-now.svelte'
import { runRow } from '../support/run-rows.ts'
import { renderInApp } from './support/fake-app.ts'

const texts = (selector: string) =>
  [...document.querySelectorAll(selector)].map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim())
/** The runs of the list, from their keys. */
const runs = () =>
  [...document.querySelectorAll<HTMLElement>('li[data-row]')].map(({ dataset }) =>
    Number(dataset['row']?.split(' ')[0]),
  )
const newer = (count: number) => page.getByRole('button', { name: `${count} new · show` })
/** Away from the list; what is held is let go a moment later. */
const leave = () => userEvent.hover(document.documentElement, { position: { x: innerWidth - 2, y: innerHeight - 2 } })

const party = (run: number): Party => ({
  run,
  attempt: 1,
  name: `run ${run}`,
  task: null,
  taskName: null,
  place: null,
  since: run,
})
const line = (...runs: number[]) => ({
  label: 'Waiting',
  parties: runs.map(party),
  total: runs.length,
  verb: 'waits',
  isLine: true,
  empty: 'Nobody.',
})

test('1: who waits keeps the place on the screen while the pointer is there, with the place in line of now', async () => {
  const list = await renderInApp(PartyList, line(1, 2, 3))
  const places = () => texts('li .place')
  await page.getByRole('listitem').nth(1).hover()
  await list.rerender(line(2, 3, 4))
  await expect.element(newer(1)).toBeVisible()
  expect(runs()).toEqual([1, 2, 3])
  expect(places()).toEqual(['–', '1', '2'])
  await leave()
  await expect.poll(runs).toEqual([2, 3, 4])
  expect(places()).toEqual(['1', '2', '3'])
})

test('2: whoever comes in front is put in above only when it is asked for', async () => {
  const list = await renderInApp(PartyList, line(1, 2))
  await page.getByRole('listitem').nth(0).hover()
  await list.rerender(line(3, 1, 2))
  await expect.element(newer(1)).toBeVisible()
  const top = () => document.querySelector('li')?.getBoundingClientRect().top
  const before = top()
  expect(runs()).toEqual([1, 2])
  await newer(1).click()
  await expect.poll(runs).toEqual([3, 1, 2])
  expect(top()).toBe(before)
})

test('1: runs under way keep their rows while one of them has the focus; the first that is new gets it on demand', async () => {
  const under = (...ids: number[]) => ({
    runs: ids.map((id) => runRow(id, { lifecycle: 'running' })),
    count: ids.length,
  })
  const list = await renderInApp(RunningNow, under(1, 2))
  const rows = () => texts('tr[data-row] a')
  ;(page.getByRole('link', { name: 'run 2' }).element() as HTMLElement).focus()
  await list.rerender(under(3, 2))
  await expect.element(newer(1)).toBeVisible()
  expect(rows()).toEqual(['run 1', 'run 2'])
  await expect.element(page.getByText('Over')).toBeVisible()
  await newer(1).click()
  await expect.poll(rows).toEqual(['run 3', 'run 2'])
  await expect.element(page.getByRole('link', { name: 'run 3' })).toHaveFocus()
})
