import type { Page } from '@playwright/test'
import { until } from '../support/until.ts'
import { expectAccessibleInEveryLook } from './support/axe.ts'
import { scriptText, useHost } from './support/host.ts'
import { keepScreenshots } from './support/screenshot.ts'
import { openAt } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

/** Spawns 64 parts, of which one fails and some go on for ever, two kinds of steps, and tasks of its own. */
const parent = scriptText(
  `import { gather, sleep, spawn } from 'signalbox'
export default async function () {
  const parts = Array.from({ length: 64 }, (_, n) => spawn('part', { n }, { name: 'part' }))
  const list = spawn('part', { n: 1 }, { name: 'list the files' })
  await list
  const watch = spawn(() => sleep('1h'), { name: 'watch the folder' })
  spawn('part', { n: 63 }, { name: 'write the index' })
  await gather([...parts, watch], { returnExceptions: true })
}`,
  { executor: 'async' },
)
const rows = (page: Page) => page.getByRole('list', { name: 'Timeline' }).locator('[data-row]')

async function startFamily(): Promise<number> {
  const part = scriptText(
    `import { sleep } from 'signalbox'
export default async function ({ n }: { n: number }) {
  if (n === 7) throw new Error('part 7 is broken')
  if (n >= 60) await sleep('1h')
  else await sleep(300 + n * 20)
}`,
    { executor: 'async' },
  )
  await host.client.jobs.save({ name: 'part', definition: part, replace: true })
  const id = await host.submit(parent, { name: 'nightly reindex' })
  await until('most of the family has ended', async () => {
    const { children } = await host.client.runs.get({ id })
    return children.finished === 61 && children.unfinished === 5
  })
  return id
}

test.afterEach(() => host.endRuns())

test('12 to 14: the timeline of a run with 64 children', async ({ page }) => {
  test.slow() // the whole page is checked several times over
  const id = await startFamily()
  await openAt(page, host, `/runs/${id}`)
  await page.getByRole('tab', { name: 'Overview' }).focus()
  await page.keyboard.press('3')
  await expect(page.getByRole('tab', { name: /^Timeline/ })).toHaveAttribute('aria-selected', 'true')

  // 14: one row for 64, with how many there are of each state; folding survives what comes in.
  const group = rows(page).filter({ hasText: 'part ×64' })
  await expect(group).toContainText('59 succeeded')
  await expect(group).toContainText('1 failed')
  await expect(group).toContainText('4 running')
  await expect(rows(page).filter({ hasText: 'watch the folder' })).toBeVisible()
  const folded = await rows(page).count()
  await keepScreenshots(page, 'timeline')
  await expectAccessibleInEveryLook(page)
  await group.getByRole('button', { name: 'Unfold part ×64' }).press('Enter')
  await expect(rows(page)).toHaveCount(folded + 64)
  await page.getByRole('checkbox', { name: 'Hide what has finished' }).check()
  await expect(rows(page).filter({ hasText: 'list the files' })).toHaveCount(0)
  await expect(rows(page).filter({ hasText: /Succeeded$/ })).toHaveCount(0)
  await page.getByRole('checkbox', { name: 'Hide what has finished' }).uncheck()
  await group.getByRole('button', { name: 'Fold part ×64' }).press('Enter')

  // What was unfolded stays so, whatever comes in.
  await group.getByRole('button', { name: 'Unfold part ×64' }).press('Enter')
  const late = await host.client.runs.list({ parent: id, lifecycle: ['running'], limit: 10 })
  await host.client.runs.cancel({ id: late.rows.find(({ name }) => name === 'part')?.id ?? 0 })
  await expect(group).toContainText('1 cancelled')
  await expect(rows(page)).toHaveCount(folded + 64)
  await group.getByRole('button', { name: 'Fold part ×64' }).press('Enter')

  // 12: queue and run are apart, and a bar under way ends at the now-line.
  const blocks = await rows(page).evaluateAll((all) =>
    all.map((row) => {
      const line = row.querySelector('.now')?.getBoundingClientRect().left ?? 0
      return [...row.querySelectorAll('.block')].map((block) => {
        const { left, right } = block.getBoundingClientRect()
        const kind = block.classList.contains('queue') ? 'queue' : 'run'
        return { kind, left, right, isBeyondNow: right > line + 2 }
      })
    }),
  )
  expect(blocks.flat().filter(({ left, right, isBeyondNow }) => isBeyondNow || right < left)).toEqual([])
  const queued = blocks.flatMap(([first, second]) => (first?.kind === 'queue' && second ? [[first, second]] : []))
  for (const [queue, run] of queued) expect(Math.abs((queue?.right ?? 0) - (run?.left ?? 9_999))).toBeLessThan(4)
  const own = rows(page).first()
  await expect(own.locator('.block.run')).toHaveCount(1)
  const ends = await own.evaluate((row) => {
    const bar = row.querySelector('.block.run')?.getBoundingClientRect()
    const line = row.querySelector('.now')?.getBoundingClientRect()
    return { bar: bar?.right ?? 0, line: line?.left ?? -1, width: bar?.width ?? -1 }
  })
  expect(Math.abs(ends.bar - ends.line)).toBeLessThan(2)
  expect(ends.width).toBeGreaterThan(0)

  // 13: by keys and by hand, and it survives what comes in.
  const scale = () => page.locator('.head .tick').allTextContents()
  const whole = await scale()
  await page.getByRole('group', { name: 'Timeline, rows' }).focus()
  await page.keyboard.press('+')
  await page.keyboard.press('+')
  const inner = await scale()
  await page.keyboard.press('ArrowLeft')
  expect(await scale()).not.toEqual(inner)
  await page.keyboard.press('ArrowRight')
  expect(await scale()).toEqual(inner)
  await page.keyboard.press('-')
  expect(await scale()).not.toEqual(inner)
  const zoomed = await scale()
  expect(zoomed).not.toEqual(whole)
  const { rows: parts } = await host.client.runs.list({ parent: id, lifecycle: ['running'] })
  await host.client.runs.cancel({ id: parts.find(({ name }) => name === 'part')?.id ?? 0 })
  await expect(group).toContainText('2 cancelled')
  expect(await scale()).toEqual(zoomed)
  await page.keyboard.press('0')
  await expect(page.getByRole('button', { name: 'All', exact: true })).toBeDisabled()
  const box = await page.locator('.brush').boundingBox()
  if (!box) throw new Error('there is no brush')
  await page.mouse.move(box.x + box.width * 0.1, box.y + 10)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.4, box.y + 12, { steps: 4 })
  await page.mouse.up()
  await expect(page.getByRole('button', { name: 'All', exact: true })).toBeEnabled()
  await page.locator('.brush').dblclick()
  await expect(page.getByRole('button', { name: 'All', exact: true })).toBeDisabled()
})
