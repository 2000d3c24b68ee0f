import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import TimeBrush from '../../src-renderer/lib/components/time-brush.svelte'
import type { Bar, GanttRow, TimeWindow } from '../../src-renderer/lib/state/gantt.ts'

const full = { from: 1_000, to: 2_000 }
const brush = page.getByTitle('Drag to zoom, double click to see all')

const bar = (from: number, to: number, kind: Bar['kind'] = 'run'): Bar => ({
  kind,
  from,
  to,
  look: 'running',
  isOpen: false,
})
const row = (key: string, bars: Bar[]) => ({ key, bars })

/** The brush over one second, and what it asked for, in whole percent of it. */
async function openBrush(rows: Pick<GanttRow, 'key' | 'bars'>[] = [], zoom: TimeWindow | null = null) {
  const asked: ([number, number] | null)[] = []
  const percent = (at: number) => Math.round((at - full.from) / 10)
  await render(TimeBrush, {
    props: {
      rows,
      full,
      zoom,
      onzoom: (window: TimeWindow | null) => asked.push(window && [percent(window.from), percent(window.to)]),
    },
  })
  return asked
}

/** A point of the brush, in shares of its width; below 0 and above 1 are beside it. */
function at(share: number): { coords: { x: number; y: number } } {
  const { left, width, top } = brush.element().getBoundingClientRect()
  return { coords: { x: left + 1 + share * (width - 2), y: top + 10 } }
}
const drag = (...shares: number[]) =>
  userEvent.pointer([{ ...at(shares[0] ?? 0), keys: '[MouseLeft>]' }, ...shares.slice(1).map(at), '[/MouseLeft]'])
const window = () => document.querySelector<HTMLElement>('.window')

test('dragging over a part zooms to it, whichever way', async () => {
  const asked = await openBrush()
  await drag(0.2, 0.5)
  await drag(0.9, 0.4)
  await drag(0.1, 0.7, 0.3)
  expect(asked).toEqual([
    [20, 50],
    [40, 90],
    [10, 30],
  ])
})

test('a drag that leaves the brush ends at its edge', async () => {
  const asked = await openBrush()
  const { right, bottom } = brush.element().getBoundingClientRect()
  await userEvent.pointer([
    { ...at(0.7), keys: '[MouseLeft>]' },
    { coords: { x: right + 8, y: bottom + 200 } },
    '[/MouseLeft]',
    { ...at(0.3), keys: '[MouseLeft>]' },
    { coords: { x: 1, y: 1 } },
    '[/MouseLeft]',
  ])
  expect(asked).toEqual([
    [70, 100],
    [0, 30],
  ])
})

test('what is dragged over is marked before the hand lets go, and what is zoomed to after', async () => {
  await openBrush([], { from: 1_250, to: 1_500 })
  expect(window()?.style.left).toBe('25%')
  expect(window()?.style.width).toBe('25%')
  await userEvent.pointer([{ ...at(0.5), keys: '[MouseLeft>]' }, at(0.75)])
  expect(Number.parseFloat(window()?.style.left ?? '')).toBeCloseTo(50, 0)
  expect(Number.parseFloat(window()?.style.width ?? '')).toBeCloseTo(25, 0)
  await userEvent.pointer('[/MouseLeft]')
  expect(window()?.style.left).toBe('25%')
})

test('a click is no zoom, a double click shows all again', async () => {
  const asked = await openBrush()
  await brush.click()
  expect(asked).toEqual([])
  await userEvent.dblClick(brush)
  expect(asked).toEqual([null])
})

test('moving over it, and the other buttons, do nothing', async () => {
  const asked = await openBrush()
  await userEvent.pointer([at(0.2), at(0.6)])
  await userEvent.pointer([{ ...at(0.2), keys: '[MouseRight>]' }, at(0.6), '[/MouseRight]'])
  expect(window()).toBeNull()
  expect(asked).toEqual([])
})

test('a drag that the browser takes away asks for nothing, nor does moving on after it', async () => {
  const asked = await openBrush()
  await userEvent.pointer([{ ...at(0.2), keys: '[MouseLeft>]' }, at(0.6)])
  brush.element().dispatchEvent(new PointerEvent('pointercancel'))
  await userEvent.pointer([at(0.8), '[/MouseLeft]'])
  expect(window()).toBeNull()
  expect(asked).toEqual([])
})

test('the first 24 rows are drawn, in order and where they are in time, without negative widths', async () => {
  const rows = Array.from({ length: 30 }, (_, index) =>
    row(`row ${index}`, [bar(1_000 + index * 10, 1_500 + index * 10)]),
  )
  rows[0] = row('first', [bar(1_000, 1_100, 'queue'), bar(1_100, 1_100)])
  await openBrush(rows)
  const bars = [...document.querySelectorAll<HTMLElement>('i')]
  expect(bars).toHaveLength(25)
  expect(bars.slice(0, 3).map(({ style, className }) => [className.split(' ')[0], style.left, style.width])).toEqual([
    ['queue', '0%', '10%'],
    ['run', '10%', '0%'],
    ['run', '1%', '50%'],
  ])
  const heights = bars.map((each) => each.getBoundingClientRect())
  expect(heights.every(({ width }) => width >= 1)).toBe(true)
  const { top, bottom } = brush.element().getBoundingClientRect()
  expect(heights.every((each) => each.top >= top && each.bottom <= bottom)).toBe(true)
  expect(heights.slice(1).every((each, index) => each.top >= (heights[index]?.top ?? 0))).toBe(true)
})
