import { createRawSnippet } from 'svelte'
import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import Segments from '../../../src-renderer/lib/ui/segments.svelte'
import Split from '../../../src-renderer/lib/ui/split.svelte'
import Tabs from '../../../src-renderer/lib/ui/tabs.svelte'
import { renderInApp } from '../support/fake-app.ts'
import { html } from '../support/snippets.ts'

const options = [
  { id: 'overview', label: 'Overview' },
  { id: 'log', label: 'Log', note: '12' },
  { id: 'timeline', label: 'Timeline' },
]
const tab = (name: string) => page.getByRole('tab', { name })

async function openTabs(): Promise<string[]> {
  const asked: string[] = []
  const tabs = await render(Tabs, {
    tabs: options,
    chosen: 'overview',
    label: 'Parts of the run',
    panel: createRawSnippet<[string]>((id) => ({ render: () => `<p>this is ${id()}</p>` })),
    onchoose: (chosen: string) => {
      asked.push(chosen)
      void tabs.rerender({ chosen })
    },
  })
  return asked
}

test('one tab is chosen, and of the others nothing is drawn', async () => {
  await openTabs()
  await expect.element(page.getByRole('tab', { selected: true })).toHaveTextContent('Overview')
  await tab('Log12').click()
  await expect.element(page.getByRole('tabpanel')).toHaveTextContent('this is log')
  expect(document.body).not.toMatchTextContent(/this is overview|this is timeline/)
})

test('the tabs are one stop of the keyboard, the arrows go from one to the next and round', async () => {
  const asked = await openTabs()
  ;(tab('Overview').element() as HTMLElement).focus()
  await userEvent.keyboard('{ArrowRight}')
  await expect.element(tab('Log12')).toHaveFocus()
  await userEvent.keyboard('{ArrowRight}{ArrowRight}')
  await expect.element(tab('Overview')).toHaveFocus()
  await userEvent.keyboard('{ArrowLeft}')
  await expect.element(tab('Timeline')).toHaveFocus()
  expect(asked).toEqual(['log', 'timeline', 'overview', 'timeline'])
  await userEvent.keyboard('{Home}')
  await expect.element(tab('Overview')).toHaveFocus()
  await userEvent.tab()
  await expect.element(page.getByRole('tabpanel')).toHaveFocus()
})

test('segments say which of them is pressed, with their notes, and are pressed by keys', async () => {
  const asked: string[] = []
  const segments = await render(Segments, {
    label: 'Parts',
    options,
    chosen: 'overview',
    onchoose: (chosen: string) => {
      asked.push(chosen)
      void segments.rerender({ chosen })
    },
  })
  await expect.element(page.getByRole('button', { pressed: true })).toHaveTextContent('Overview')
  await userEvent.tab()
  await userEvent.tab()
  await userEvent.keyboard(' ')
  await expect.element(page.getByRole('button', { pressed: true })).toHaveTextContent('Log 12')
  await userEvent.tab()
  await userEvent.keyboard('{Enter}')
  expect(asked).toEqual(['log', 'timeline'])
})

test('a split has the detail beside its list, or below it in a small window, and keys scroll both', async () => {
  const long = (word: string) => html(`<p>${`${word}<br>`.repeat(200)}</p>`)
  const split = await renderInApp(Split, { label: 'Semaphores', list: long('list') })
  const list = page.getByRole('group', { name: 'Semaphores, list' })
  const detail = page.getByRole('group', { name: 'Semaphores, chosen' })
  const whole = list.element().getBoundingClientRect().width
  await expect.element(detail).not.toBeInTheDocument()
  await split.rerender({ detail: long('detail') })
  const box = (locator: typeof list) => locator.element().getBoundingClientRect()
  expect(box(list).width + box(detail).width).toBeCloseTo(whole, 0)
  expect(box(detail).left).toBeCloseTo(box(list).right, 0)
  for (const part of [list, detail]) {
    await userEvent.tab()
    await expect.element(part).toHaveFocus()
    await userEvent.keyboard('{End}')
    await expect.poll(() => part.element().scrollTop).toBeGreaterThan(1_000)
  }
  await page.viewport(800, 800)
  try {
    await expect.poll(() => box(detail).top).toBeCloseTo(box(list).bottom, 0)
    expect(box(detail).left).toBeCloseTo(box(list).left, 0)
  } finally {
    await page.viewport(1280, 800)
  }
})
