import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-svelte'
import Announcement from '../../../src-renderer/lib/ui/announcement.svelte'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const said = () => document.querySelector('[role=status]')?.textContent

test('22: what changes by itself is said at once, and after that at most once in five seconds, the newest', async () => {
  const { rerender } = await render(Announcement, { text: 'one waits' })
  await vi.advanceTimersByTimeAsync(1)
  expect(said()).toBe('one waits')
  for (const text of ['two wait', 'three wait', 'four wait']) {
    await rerender({ text })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(said()).toBe('one waits')
  }
  await vi.advanceTimersByTimeAsync(1_900)
  expect(said()).toBe('one waits')
  await vi.advanceTimersByTimeAsync(200)
  expect(said()).toBe('four wait')
  await rerender({ text: 'five wait' })
  await vi.advanceTimersByTimeAsync(4_800)
  expect(said()).toBe('four wait')
  await vi.advanceTimersByTimeAsync(300)
  expect(said()).toBe('five wait')
})

test('22: what was taken back before it could be said is not said', async () => {
  const { rerender } = await render(Announcement, { text: 'one waits' })
  await vi.advanceTimersByTimeAsync(1)
  await rerender({ text: 'two wait' })
  await vi.advanceTimersByTimeAsync(2_000)
  await rerender({ text: 'one waits' })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(said()).toBe('one waits')
})
