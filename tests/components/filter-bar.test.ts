import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import FilterBar from '../../src-renderer/lib/components/filter-bar.svelte'
import type { Token } from '../../src-renderer/lib/state/history-filter.ts'

const field = page.getByRole('combobox', { name: 'Filter the history' })
const options = page.getByRole('option')
const chosen = page.getByRole('option', { selected: true })
const failed: Token = { key: 'state', value: 'failed' }
const nightly: Token = { key: 'job', value: 'nightly' }

/** The bar with `tokens` in it, which keeps what is made of them. */
async function openBar(tokens: Token[] = []): Promise<{ tokens: Token[] }> {
  const shown = { tokens }
  const bar = await render(FilterBar, {
    props: {
      tokens,
      jobs: ['nightly', 'nightly copy', 'Weekly'],
      onchange: (changed: Token[]) => {
        shown.tokens = changed
        void bar.rerender({ tokens: changed })
      },
    },
  })
  return shown
}

const texts = () => options.elements().map((option) => option.textContent.trim())

test('the first letters of a key suggest it, and Enter goes on with its values', async () => {
  const shown = await openBar()
  await field.click()
  await userEvent.keyboard('st')
  expect(texts()).toEqual(['state:'])
  await userEvent.keyboard('{Enter}')
  await expect.element(field).toHaveValue('state:')
  expect(texts()).toEqual([
    'state:succeeded',
    'state:failed',
    'state:timed_out',
    'state:cancelled',
    'state:skipped',
    'state:abandoned',
  ])
  expect(shown.tokens).toEqual([])
})

test('Enter on a value makes a token, which its button takes away, and the field has the focus after both', async () => {
  const shown = await openBar()
  await field.click()
  await userEvent.keyboard('state:fai{Enter}')
  expect(shown.tokens).toEqual([failed])
  await expect.element(field).toHaveValue('')
  await expect.element(field).toHaveFocus()
  await page.getByRole('button', { name: 'Remove state:failed' }).click()
  expect(shown.tokens).toEqual([])
  await expect.element(field).toHaveFocus()
})

test('a click takes a suggestion: a key leads to its values, a value becomes a token beside those there are', async () => {
  const shown = await openBar([failed])
  await field.click()
  await options.getByText('job:').click()
  await expect.element(field).toHaveFocus()
  expect(texts()).toEqual(['job:nightly', 'job:nightly copy', 'job:Weekly'])
  await page.getByText('job:nightly', { exact: true }).click()
  expect(shown.tokens).toEqual([failed, nightly])
  await expect.element(options.first()).not.toBeInTheDocument()
})

test('words that are no suggestion are looked for as they stand; what says nothing is no token', async () => {
  const shown = await openBar()
  await field.click()
  await userEvent.keyboard('  {Enter}')
  expect(shown.tokens).toEqual([])
  await userEvent.keyboard('out of memory{Enter}')
  expect(shown.tokens).toEqual([{ key: 'text', value: 'out of memory' }])
})

test('the arrows go round the suggestions either way, from the last to the first', async () => {
  await openBar()
  await field.click()
  const walk: string[] = []
  for (const key of ['ArrowUp', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp']) {
    await userEvent.keyboard(`{${key}}`)
    walk.push(chosen.element().textContent.trim())
  }
  expect(walk).toEqual(['until:', 'state:', 'job:', 'state:', 'until:'])
  await expect.element(field).toHaveAttribute('aria-activedescendant', chosen.element().id)
})

test('Escape closes the suggestions first and clears the field then; an arrow opens them again', async () => {
  await openBar()
  await field.click()
  await userEvent.keyboard('s{Escape}')
  await expect.element(field).toHaveAttribute('aria-expanded', 'false')
  await expect.element(field).not.toHaveAttribute('aria-activedescendant')
  await expect.element(field).toHaveValue('s')
  await userEvent.keyboard('{ArrowDown}')
  expect(texts()).toEqual(['state:', 'since:'])
  await userEvent.keyboard('{Escape}{Escape}')
  await expect.element(field).toHaveValue('')
})

test('Backspace in the empty field takes back the last token, whatever suggestion was gone to before', async () => {
  const shown = await openBar([failed, nightly])
  await field.click()
  await userEvent.keyboard('{ArrowDown}{ArrowDown}{Backspace}')
  expect(shown.tokens).toEqual([failed])
  await expect.element(field).toHaveValue('job:nightly')
  await expect.element(chosen).not.toBeInTheDocument()
  await userEvent.keyboard('{Enter}')
  expect(shown.tokens).toEqual([failed, nightly])
})

test('Backspace between letters takes a letter and no token', async () => {
  const shown = await openBar([failed])
  await field.click()
  await userEvent.keyboard('ab{Backspace}')
  await expect.element(field).toHaveValue('a')
  expect(shown.tokens).toEqual([failed])
})

test('what means nothing stays as a token that is marked, and says what there is', async () => {
  const shown = await openBar([failed])
  await field.click()
  await userEvent.keyboard('state:broken{Enter}since:soon{Enter}')
  expect(shown.tokens).toEqual([failed, { key: 'state', value: 'broken' }, { key: 'since', value: 'soon' }])
  const status = page.getByRole('status')
  await expect.element(status).toMatchTextContent(/^There is no state "broken". There are: succeeded, failed,/)
  await expect.element(status).toMatchTextContent(/"soon" is no time. Write 2h/)
  await expect.element(page.getByTitle(/There is no state "broken"/)).toHaveTextContent('state:broken')
  await expect.element(page.getByTitle(/state "failed"/)).not.toBeInTheDocument()
  await page.getByRole('button', { name: 'Remove state:broken' }).click()
  await page.getByRole('button', { name: 'Remove since:soon' }).click()
  await expect.element(status).not.toBeInTheDocument()
})

test('leaving the field closes the suggestions and keeps what is typed', async () => {
  await openBar()
  await field.click()
  await userEvent.keyboard('job:n')
  expect(texts()).toEqual(['job:nightly', 'job:nightly copy'])
  await userEvent.tab()
  await expect.element(field).toHaveAttribute('aria-expanded', 'false')
  await expect.element(field).toHaveValue('job:n')
})
