import type { Page } from '@playwright/test'
import { expectAccessible, expectAccessibleInBothThemes } from './support/axe.ts'
import { scriptText, shellLine, useHost } from './support/host.ts'
import { timeFromKeys } from './support/page-state.ts'
import { keepScreenshots } from './support/screenshot.ts'
import { goTo, openApp, runRow, runRows, stateOf } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

test.afterEach(() => host.endRuns())

const waits = (name: string) => host.submit(shellLine('exec sleep 600'), { name })
const order = (page: Page) => page.locator('tr[data-row] td.id').allTextContents()
const headerPlaces = (page: Page) =>
  Promise.all(['Name', 'Elapsed', 'Origin'].map((name) => page.getByRole('columnheader', { name }).boundingBox()))

test('1: rows keep their places under the pointer, and the list catches up when it has left', async ({ page }) => {
  const ids = [await waits('first'), await waits('second'), await waits('third')]
  await openApp(page, host)
  await expect(runRows(page)).toHaveCount(3)
  for (const id of ids) await expect(stateOf(runRow(page, id))).toHaveText('Running')
  const [places, headers] = [await order(page), await headerPlaces(page)]

  await runRow(page, ids[1] ?? 0).hover()
  const late = await waits('late')
  await host.client.runs.cancel({ id: ids[0] ?? 0 })
  await expect(runRow(page, ids[0] ?? 0)).toContainText('has finished')
  await expect(page.getByRole('button', { name: '1 new · show' })).toBeVisible()
  expect(await order(page)).toEqual(places)
  expect(await headerPlaces(page)).toEqual(headers)

  // Focus alone holds them too, and then a selection.
  await runRow(page, ids[1] ?? 0)
    .getByRole('link')
    .focus()
  await page.getByRole('heading', { name: 'Runs', level: 1 }).hover()
  await page.waitForTimeout(900) // longer than the list waits after the hand has left
  expect(await order(page)).toEqual(places)
  await page.evaluate(() => {
    const name = document.querySelector('tr[data-row] td:nth-child(3)')
    if (name) getSelection()?.selectAllChildren(name)
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  })
  await page.waitForTimeout(900)
  expect(await order(page)).toEqual(places)

  await page.evaluate(() => getSelection()?.removeAllRanges())
  await expect(runRow(page, late), 'the list catches up within a second').toBeVisible({ timeout: 2_000 })
  await expect(runRow(page, ids[0] ?? 0)).toHaveCount(0)
  expect(await headerPlaces(page)).toEqual(headers)
})

test('2: nothing is put in above what is read of the runs; what is new is counted, shown on demand, and has the focus', async ({
  page,
}) => {
  await host.client.jobs.save({ name: 'held', definition: shellLine('true'), replace: true })
  await host.client.jobs.pause({ name: 'held' })
  await host.client.runs.submitMany({ job: 'held', inputs: Array<null>(80).fill(null) })
  await openApp(page, host)
  const list = page.getByRole('group', { name: 'Runs, content' })
  await expect(runRows(page).first()).toBeVisible()
  await list.evaluate((element) => element.scrollTo({ top: 600 }))
  await expect.poll(() => list.evaluate((element) => element.scrollTop)).toBe(600)
  const read = () =>
    list.evaluate((element) => {
      const rows = [...element.querySelectorAll('tr[data-row]')]
      return rows.map((row) => `${row.getAttribute('data-row')} ${Math.round(row.getBoundingClientRect().top)}`)
    })
  const before = await read()
  const id = await host.submit(shellLine('exec sleep 600'), { name: 'newcomer' })
  await host.untilRun(id, ({ lifecycle }) => lifecycle === 'running', 'runs')
  const more = page.getByRole('button', { name: '1 new · show' })
  await expect(more).toBeVisible()
  expect(await read()).toEqual(before)
  await more.click()
  await expect(runRow(page, id).getByRole('link', { name: 'newcomer' })).toBeFocused()
  await expect(runRow(page, id)).toBeInViewport({ ratio: 1 })
  await expect(more).toHaveCount(0)
})

test('15: the dialog names the children, which are cancelled with their parent; the state is told at once', async ({
  page,
}) => {
  const parent = scriptText(
    `import { gather, spawn } from 'signalbox'
export default async () => {
  try {
    await gather([1, 2, 3, 4, 5].map((n) => spawn('child', null, { name: 'part ' + n })))
  } finally {
    await new Promise((resolve) => setTimeout(resolve, 1_500))
  }
}`,
    { executor: 'async' },
  )
  const child = scriptText(`import { sleep } from 'signalbox'\nexport default () => sleep('1h')`, { executor: 'async' })
  await host.client.jobs.save({ name: 'child', definition: child, replace: true })
  const id = await host.submit(parent, { name: 'family' })
  await expect.poll(async () => (await host.client.runs.get({ id })).children.unfinished).toBe(5)
  const children = (await host.client.runs.get({ id })).children.first.map((each) => each.id)
  await openApp(page, host)
  await runRow(page, id).getByRole('link', { name: 'family' }).focus()
  await page.keyboard.press('c')
  const dialog = page.getByRole('dialog', { name: `Cancel run ${id}?` })
  await expect(dialog).toContainText('family is asked to stop')
  await expect(dialog).toContainText(
    `With it end 5 unfinished children, unless spawned to outlive it: part 1 (${children[0]}), part 2 (${children[1]}), part 3 (${children[2]}) and 2 more.`,
  )
  await expectAccessible(page)
  const toldMs = await timeFromKeys(page, 'Enter', `tr[data-row="${id}"]`, 'Stopping')
  console.log(`a cancel was told of ${Math.round(toldMs)} ms after the key`)
  // Wanted are 250 ms on a machine that has nothing else to do.
  expect(toldMs).toBeLessThan(1_500)
  for (const each of [id, ...children]) await host.untilFinished(each)
  expect((await host.client.runs.get({ id: children[4] ?? 0 })).outcome).toBe('cancelled')
})

test('15: the dialog cancels the run for which it was opened, whatever the list does meanwhile', async ({ page }) => {
  const [first, second] = [await waits('first'), await waits('second')]
  await openApp(page, host)
  await runRow(page, second).getByRole('link').focus()
  await page.keyboard.press('c')
  const dialog = page.getByRole('dialog', { name: `Cancel run ${second}?` })
  await expect(dialog).toContainText('second is asked to stop')
  await waits('third')
  await host.client.runs.cancel({ id: first })
  await host.untilFinished(first)
  await expect(dialog).toContainText('second is asked to stop')
  await page.keyboard.press('Enter')
  await host.untilFinished(second)
  expect((await host.client.runs.get({ id: second })).outcome).toBe('cancelled')
})

test('leaving the page with the focus and the pointer among the rows is no fault, and the list works on return', async ({
  page,
}) => {
  const id = await waits('watched')
  await openApp(page, host)
  await runRow(page, id).hover()
  await runRow(page, id).getByRole('link').focus()
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await expect(page.getByRole('heading', { name: 'History', level: 1 })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await expect(stateOf(runRow(page, id))).toHaveText('Running')
})

test('a run that is being stopped is not asked again', async ({ page }) => {
  const stubborn = { ...shellLine(`trap '' TERM; while :; do sleep 0.1; done`), graceMs: 6_000 }
  const id = await host.submit(stubborn, { name: 'stubborn' })
  await host.untilRun(id, ({ lifecycle }) => lifecycle === 'running', 'runs')
  await openApp(page, host)
  await runRow(page, id).getByRole('link').focus()
  await page.keyboard.press('c')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(stateOf(runRow(page, id))).toHaveText('Stopping')
  await runRow(page, id).getByRole('link').focus()
  await page.keyboard.press('c')
  await runRow(page, id).getByRole('link').press('Enter')
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeDisabled()
  await page.keyboard.press('c')
  await page.keyboard.press('2')
  await expect(page.getByRole('tab', { name: 'Log' })).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await host.untilFinished(id)
})

test('3: paused values stand still on every page and count what is held; resuming shows what is true now', async ({
  page,
}) => {
  const first = await waits('first')
  await openApp(page, host)
  await expect(stateOf(runRow(page, first))).toHaveText('Running')
  await page.keyboard.press('p')
  const button = page.getByRole('button', { name: /^Paused · [\d,]+ held$/ })
  await expect(button).toHaveText('Paused · 0 held')
  const second = await waits('second')
  await expect(button).not.toHaveText('Paused · 0 held')
  await expect(runRows(page)).toHaveCount(1)

  await goTo(page, 'Scripts')
  await expect(button).toBeVisible()
  const other = await page.context().newPage()
  await other.goto('about:blank')
  await other.close()
  await page.bringToFront()
  await goTo(page, 'Runs')
  await expect(button).toBeVisible()
  const third = await waits('third')
  await host.untilRun(third, ({ lifecycle }) => lifecycle === 'running', 'runs')
  await page.keyboard.press('p')
  await expect(page.getByRole('button', { name: 'Live' })).toBeVisible()
  for (const id of [first, second, third]) await expect(stateOf(runRow(page, id))).toHaveText('Running')
})

test('a run that waits says for what: the slot with its place in line, the instant, the paused job', async ({
  page,
}) => {
  await host.client.jobs.save({ name: 'held back', definition: shellLine('true') })
  await host.client.jobs.pause({ name: 'held back' })
  const { id: paused } = await host.client.runs.submit({ what: 'job', job: 'held back' })
  const { id: delayed } = await host.client.runs.submit({
    what: 'definition',
    definition: shellLine('true'),
    delayMs: 3_600_000,
  })
  const freeSlots = await host.occupySlots()
  const queued = [await waits('next'), await waits('after it')]
  await openApp(page, host)
  await expect(runRow(page, paused)).toContainText('job held back is paused')
  await expect(runRow(page, delayed)).toContainText(/due in (59 m|1 h)/)
  await expect(stateOf(runRow(page, delayed))).toHaveText('Scheduled')
  await expect(runRow(page, queued[0] ?? 0)).toContainText(/no free process slot \(\d+ of \d+ in use\) · next in line/)
  await expect(runRow(page, queued[1] ?? 0)).toContainText('1 ahead')
  await freeSlots()
  for (const id of queued) await expect(stateOf(runRow(page, id))).toHaveText('Running')
})

test('the rate of values is chosen in the top bar, kept, and holds back what changes faster', async ({ page }) => {
  const counting = scriptText(`import { progress, sleep } from 'signalbox'
export default async function () {
  for (let n = 1; ; n += 1) {
progress(n, null, 'page ' + n)
await sleep(20)
  }
}`)
  const id = await host.submit(counting, { name: 'counts' })
  await openApp(page, host)
  await expect(stateOf(runRow(page, id))).toHaveText('Running')
  const opener = page.getByRole('button', { name: 'Rate of values: 4/s' })
  await opener.press('Enter')
  await expect(page.getByRole('menuitemradio', { name: 'Four times a second' })).toBeChecked()
  await keepScreenshots(page, 'rate')
  await expectAccessibleInBothThemes(page)
  await page.getByRole('menuitemradio', { name: 'Once a second' }).click()
  const chosen = page.getByRole('button', { name: 'Rate of values: 1/s' })
  await expect(chosen).toBeFocused()

  // The next message comes a second after the last at the earliest, however often the value changes.
  const spanMs = await runRow(page, id)
    .getByRole('cell')
    .nth(3)
    .evaluate((cell) => {
      const { promise, resolve } = Promise.withResolvers<number>()
      const shown = new Map<string, number>()
      new MutationObserver(() => {
        if (!shown.has(cell.textContent)) shown.set(cell.textContent, performance.now())
        // The first may have been on its way already.
        const [, second, , fourth] = [...shown.values()]
        if (second !== undefined && fourth !== undefined) resolve(fourth - second)
      }).observe(cell, { subtree: true, childList: true, characterData: true })
      return promise
    })
  expect(spanMs).toBeGreaterThan(1_500)
  await page.reload()
  await expect(chosen).toBeVisible()
  await page.goto(host.page('/settings'))
  await page.getByRole('radio', { name: 'Four times a second' }).check()
  await expect(opener).toBeVisible()
})
