import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import type { Facets } from '../../src-preload/contract.ts'
import HistoryBars from '../../src-renderer/lib/components/history-bars.svelte'

const hour = 3_600_000
const start = new Date('2026-03-02T00:00').getTime()
const strip = page.getByRole('group', { name: /^Runs over time/ })

/** Bars of an hour each, `bars` by their number from `start` on; and what was asked for, as such numbers. */
async function openBars(bars: Record<number, [runs: number, unhappy: number]>) {
  const ranges: [number, number][] = []
  const facets: Facets = {
    outcomes: { succeeded: 0, failed: 0, timed_out: 0, cancelled: 0, skipped: 0, abandoned: 0 },
    jobs: [],
    bars: Object.entries(bars).map(([at, [runs, unhappy]]) => ({ at: start + Number(at) * hour, runs, unhappy })),
    barMs: hour,
    total: Object.values(bars).reduce((sum, [runs]) => sum + runs, 0),
    isPartial: false,
    unindexed: 0,
  }
  const onrange = (since: number, until: number) => ranges.push([(since - start) / hour, (until - start) / hour])
  await render(HistoryBars, { facets, onrange })
  return ranges
}

const sixty = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [at, [at + 1, 0] as [number, number]]))
/** The middle of a bar; below 0 and from 60 on they are beside the strip. */
function bar(index: number): { coords: { x: number; y: number } } {
  const { left, width, top } = strip.element().getBoundingClientRect()
  return { coords: { x: left + ((index + 0.5) / 60) * width, y: top + 20 } }
}
const chosen = () => document.querySelector('rect.chosen')
const chosenSpan = () => [Number(chosen()?.getAttribute('x')), Number(chosen()?.getAttribute('width'))]

test('each bar is as high as its runs, with what went wrong in front, and hours without runs are gaps', async () => {
  await openBars({ 0: [10, 0], 1: [5, 5], 50: [100, 1] })
  const bars = [...document.querySelectorAll('rect')].map((rect) => [
    rect.classList[0],
    Math.round(Number(rect.getAttribute('x'))),
    Number(rect.getAttribute('height')),
  ])
  expect(bars).toEqual([
    ['good', 0, 10],
    ['good', 1, 5],
    ['bad', 1, 5],
    ['good', 50, 100],
    ['bad', 50, 4],
    // Without colours the two are still seen to be apart.
    ['between', 50, 3],
  ])
  expect(document.querySelector('svg')?.getAttribute('viewBox')).toBe('0 0 51 100')
})

test('few bars stand at the end of two days, so that they are no walls', async () => {
  await openBars({ 3: [1, 0] })
  expect(document.querySelector('svg')?.getAttribute('viewBox')).toBe('0 0 48 100')
  expect(document.querySelector('rect')?.getAttribute('x')).toBe('47.08')
  await expect.element(strip).toHaveAccessibleName(/^Runs over time: 1 run\./)
})

test('without any run there is nothing to choose from, and nothing breaks', async () => {
  const ranges = await openBars({})
  await strip.click()
  expect(document.querySelectorAll('rect.good')).toHaveLength(0)
  expect(ranges.every((range) => range.every(Number.isFinite))).toBe(true)
})

test('a drag narrows to the time it goes over, whichever way, and no further than the edges', async () => {
  const ranges = await openBars(sixty)
  await userEvent.pointer([{ ...bar(10), keys: '[MouseLeft>]' }, bar(20)])
  expect(chosenSpan()).toEqual([10, 11])
  await userEvent.pointer('[/MouseLeft]')
  await userEvent.pointer([{ ...bar(20), keys: '[MouseLeft>]' }, bar(5), '[/MouseLeft]'])
  await userEvent.pointer([{ ...bar(55), keys: '[MouseLeft>]' }, bar(60), '[/MouseLeft]'])
  await userEvent.pointer([{ ...bar(3), keys: '[MouseLeft>]' }, { coords: { x: 0, y: 300 } }, '[/MouseLeft]'])
  expect(ranges).toEqual([
    [10, 21],
    [5, 21],
    [55, 60],
    [0, 4],
  ])
  expect(chosen()).toBeNull()
})

test('a click is one bar', async () => {
  const ranges = await openBars(sixty)
  await userEvent.pointer({ ...bar(7), keys: '[MouseLeft]' })
  expect(ranges).toEqual([[7, 8]])
})

test('the other buttons of a mouse choose nothing', async () => {
  const ranges = await openBars(sixty)
  await userEvent.pointer([{ ...bar(10), keys: '[MouseRight>]' }, bar(20), '[/MouseRight]'])
  expect(ranges).toEqual([])
})

test('a hand that comes over it with a button down, or moves on after a drag was taken away, chooses nothing', async () => {
  const ranges = await openBars(sixty)
  ;(strip.element() as HTMLElement).focus()
  await userEvent.keyboard('{ArrowLeft}')
  await userEvent.pointer([{ coords: { x: 300, y: 400 }, keys: '[MouseLeft>]' }, bar(20), '[/MouseLeft]'])
  expect(ranges).toEqual([])
  await userEvent.pointer([{ ...bar(10), keys: '[MouseLeft>]' }, bar(20)])
  strip.element().dispatchEvent(new PointerEvent('pointercancel'))
  ;(strip.element() as HTMLElement).focus()
  await userEvent.keyboard('{ArrowLeft}')
  await userEvent.pointer([bar(30), '[/MouseLeft]'])
  expect(chosenSpan()).toEqual([59, 1])
  expect(ranges).toEqual([])
})

test('the arrows choose a bar, Shift widens, Enter narrows and Escape lets go; the ends are ends', async () => {
  const ranges = await openBars(sixty)
  await userEvent.tab()
  await expect.element(strip).toHaveFocus()
  await userEvent.keyboard('{ArrowRight}')
  expect(chosenSpan()).toEqual([0, 1])
  await userEvent.keyboard('{ArrowLeft}{Shift>}{ArrowRight}{ArrowRight}{/Shift}')
  expect(chosenSpan()).toEqual([0, 3])
  await expect.element(strip).toHaveAccessibleName(/^Runs over time: .+ to .+\. Arrows/)
  await userEvent.keyboard('{Enter}')
  expect(chosen()).toBeNull()
  await userEvent.keyboard('{ArrowLeft}{ArrowLeft}{Shift>}{ArrowRight}{ArrowRight}{/Shift}')
  expect(chosenSpan()).toEqual([58, 2])
  await userEvent.keyboard('{Escape}{Enter}')
  expect(chosen()).toBeNull()
  expect(ranges).toEqual([[0, 3]])
})
