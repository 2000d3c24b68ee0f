import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import LineChart from '../../../src-renderer/lib/ui/line-chart.svelte'
import Meter from '../../../src-renderer/lib/ui/meter.svelte'
import Sparkline from '../../../src-renderer/lib/ui/sparkline.svelte'

const image = page.getByRole('img')
const pointsOf = (selector: string) =>
  (document.querySelector(selector)?.getAttribute('points') ?? '')
    .split(' ')
    .map((point) => point.split(',').map(Number))

test('a line goes from the left edge to the right, on a scale that ends at a round number', async () => {
  const series = [{ label: 'ready', look: 'queued' as const, points: [0, 30, 45] }]
  await render(LineChart, { label: 'Depth', series, stepMs: 1_000, height: 104 })
  expect(pointsOf('polyline')).toEqual([
    [0, 104],
    [300, 44],
    [600, 14],
  ])
  expect([...document.querySelectorAll('.tick')].map((tick) => tick.textContent)).toEqual(['50', '25'])
  await expect.element(image).toHaveAccessibleName('Depth: ready 45 now, at most 45')
  await expect.element(page.getByText('2 s ago')).toBeVisible()
})

test('series share one scale, each with its look, and a limit is part of it', async () => {
  const series = [
    { label: 'in', look: 'running' as const, points: [1, 2], isFilled: true },
    { label: 'out', look: 'succeeded' as const, points: [0, 4], isDashed: true },
  ]
  await render(LineChart, {
    label: 'Rates',
    series,
    stepMs: 60_000,
    limit: { label: 'capacity', value: 100 },
    height: 104,
  })
  const lines = [...document.querySelectorAll('g')].map((group) => [
    group.dataset['stateLook'],
    group.querySelector('polyline')?.classList.contains('dashed'),
    group.querySelector('polygon') !== null,
  ])
  expect(lines).toEqual([
    ['running', false, true],
    ['succeeded', true, false],
  ])
  expect(document.querySelector('line.limit')?.getAttribute('y1')).toBe('4')
  await expect.element(image).toHaveAccessibleName('Rates: in 2 now, at most 2; out 4 now, at most 4')
  await expect.element(page.getByText('capacity')).toBeVisible()
})

test.each([[[]], [[7]]])('a chart of the points %j draws no number that is none', async (points) => {
  await render(LineChart, {
    label: 'Depth',
    series: [{ label: 'ready', look: 'queued', points, isFilled: true }],
    stepMs: 1,
  })
  await render(Sparkline, { label: 'Depth', points })
  expect(document.body.innerHTML).not.toMatch(/NaN|Infinity|undefined/)
})

test('a sparkline is as high as its maximum, or as its own highest point', async () => {
  const { rerender } = await render(Sparkline, { label: 'Last minute', points: [0, 2, 4], max: 8 })
  expect(pointsOf('polyline')).toEqual([
    [0, 19],
    [60, 14.5],
    [120, 10],
  ])
  await rerender({ points: [0, 16, 4] })
  expect(pointsOf('polyline').map(([, y]) => y)).toEqual([19, 1, 14.5])
  expect(pointsOf('polygon').at(-1)).toEqual([120, 20])
})

test('a meter is never fuller than full nor emptier than empty, and points out a value', async () => {
  const { rerender } = await render(Meter, { label: 'Heap', value: 30, max: 40, mark: 20 })
  const shareOf = (selector: string, side: 'width' | 'left') =>
    document.querySelector<HTMLElement>(selector)?.style[side]
  expect([shareOf('.fill', 'width'), shareOf('.mark', 'left')]).toEqual(['75%', '50%'])
  await rerender({ value: 90, mark: 80 })
  expect([shareOf('.fill', 'width'), shareOf('.mark', 'left')]).toEqual(['100%', '100%'])
  await rerender({ value: -1, max: 0, mark: null })
  expect([shareOf('.fill', 'width'), shareOf('.mark', 'left')]).toEqual(['0%', undefined])
})
