import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import type { Activity, Outcome } from '../../src-preload/contract.ts'
import OutcomeStrip from '../../src-renderer/lib/components/outcome-strip.svelte'

/** Four minutes with what has ended in each. */
function hourOf(ended: Partial<Record<Outcome, number[]>>): Activity['hour'] {
  const none = [0, 0, 0, 0]
  const all = { succeeded: none, failed: none, timed_out: none, cancelled: none, skipped: none, abandoned: none }
  return { stepMs: 60_000, running: none, ended: { ...all, ...ended } }
}

/** Places and heights in percent of the plot. */
const bars = () => {
  const plot = document.querySelector('.bars')?.getBoundingClientRect() ?? new DOMRect()
  return [...document.querySelectorAll<HTMLElement>('.bars i')].map((bar) => {
    const { x, y, height } = bar.getBoundingClientRect()
    return {
      look: bar.dataset['stateLook'],
      minute: Math.round(((x - plot.x) / plot.width) * 4),
      top: Math.round(((y - plot.y) / plot.height) * 100),
      height: Math.round((height / plot.height) * 100),
    }
  })
}
const links = () =>
  page
    .getByRole('link')
    .elements()
    .map((link) => [link.textContent.trim(), link.getAttribute('href')])

test('outcomes of a minute stand on each other, and a minute without any is a gap', async () => {
  await render(OutcomeStrip, { hour: hourOf({ succeeded: [60, 0, 0, 100], failed: [20, 0, 5, 0] }) })
  expect(bars()).toEqual([
    { look: 'succeeded', minute: 0, top: 40, height: 60 },
    { look: 'failed', minute: 0, top: 20, height: 20 },
    { look: 'failed', minute: 2, top: 95, height: 5 },
    { look: 'succeeded', minute: 3, top: 0, height: 100 },
  ])
  await expect.element(page.getByText('100 a minute')).toBeVisible()
})

test('one of many can still be seen', async () => {
  await render(OutcomeStrip, { hour: hourOf({ succeeded: [50_000, 0, 0, 0], abandoned: [1, 0, 0, 0] }) })
  const thin = [...document.querySelectorAll<HTMLElement>('.bars i')].at(-1)
  expect([thin?.dataset['stateLook'], thin?.getBoundingClientRect().height]).toEqual(['lost', 2])
  await expect.element(page.getByText('100k a minute')).toBeVisible()
})

test('the legend has what there was, and leads to those runs; success and failure are always there', async () => {
  await render(OutcomeStrip, { hour: hourOf({ succeeded: [1_000, 234, 0, 0], timed_out: [0, 0, 2, 1] }) })
  expect(links()).toEqual([
    ['Succeeded 1,234', '#/history?state=succeeded'],
    ['Failed 0', '#/history?state=failed'],
    ['Timed out 3', '#/history?state=timed_out'],
  ])
  const words =
    'Runs that ended in the last hour: 1234 succeeded, 0 failed, 3 timed out, 0 cancelled, 0 skipped, 0 abandoned'
  await expect.element(page.getByRole('img')).toHaveAccessibleName(words)
})

test('an hour in which nothing ended is empty, without a number that is none', async () => {
  await render(OutcomeStrip, { hour: hourOf({}) })
  expect(bars()).toEqual([])
  expect(document.body.innerHTML).not.toMatch(/NaN|Infinity/)
})
