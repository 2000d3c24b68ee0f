import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import JsonTree from '../../../src-renderer/lib/ui/json-tree.svelte'

const items = () => document.querySelectorAll('li').length
const summaryOf = (text: string) => page.getByText(text, { exact: false }).first()
const times = <Value>(count: number, make: (at: number) => Value): Value[] =>
  Array.from({ length: count }, (_, at) => make(at))

test('of what is closed nothing is in the page, and opening draws one level', async () => {
  await render(JsonTree, { value: { outer: { inner: { deep: [1, 2] } }, plain: true } })
  // The first level, and the objects in it, which are few.
  expect(document.body).toMatchTextContent(/outer.*inner.*plain/)
  expect(document.body).not.toMatchTextContent(/deep/)
  await summaryOf('inner').click()
  await expect.element(page.getByText('deep')).toBeInTheDocument()
  expect(document.body).toMatchTextContent(/\[2\]/)
  await summaryOf('outer').click()
  await expect.element(page.getByText('inner')).not.toBeInTheDocument()
  expect(items()).toBe(2)
})

test('many objects are closed from the beginning, each with the number of what is in it', async () => {
  await render(JsonTree, { value: times(21, (at) => ({ at, half: at / 2 })) })
  expect(items()).toBe(21)
  await page.getByText(/^20:\s\{2\}$/).click()
  expect(document.body).toMatchTextContent(/20:\s\{2\}\s*at:\s20\s*half:\s10$/)
  expect(items()).toBe(23)
})

test('a hundred entries are drawn at a time, and the last step says how few are left', async () => {
  await render(JsonTree, { value: times(250, (at) => at) })
  expect(items()).toBe(100)
  await page.getByRole('button', { name: '150 more · show 100' }).click()
  expect(items()).toBe(200)
  await page.getByRole('button', { name: '50 more · show 50' }).click()
  expect(items()).toBe(250)
  await expect.element(page.getByRole('button')).not.toBeInTheDocument()
})

test('exactly a hundred entries are all there is', async () => {
  await render(JsonTree, { value: Object.fromEntries(times(100, (at) => [`key ${at}`, null])) })
  expect(items()).toBe(100)
  await expect.element(page.getByRole('button')).not.toBeInTheDocument()
})

test('a long text is cut, says how much is missing, and is shown whole when asked', async () => {
  const text = `${'a'.repeat(2_000)}${'b'.repeat(1_500)}`
  await render(JsonTree, { value: { text, short: 'a'.repeat(2_000) } })
  expect(document.body).not.toMatchTextContent(/b{10}/)
  await page.getByRole('button', { name: '1,500 more characters · show all' }).click()
  expect(document.body).toMatchTextContent(new RegExp(`"a{2000}b{1500}"`))
  await expect.element(page.getByRole('button')).not.toBeInTheDocument()
})

test('empty lists and objects are one leaf, and so is every value that has nothing in it', async () => {
  await render(JsonTree, { value: { list: [], object: {}, none: null, no: false, zero: 0, text: '' } })
  const texts = [...document.querySelectorAll('li')].map((item) => item.textContent.trim().replace('\u00a0', ' '))
  expect(texts).toEqual(['list: []', 'object: {}', 'none: null', 'no: false', 'zero: 0', 'text: ""'])
  expect(document.querySelectorAll('details')).toHaveLength(1)
})

test('a single value without a name stands by itself', async () => {
  await render(JsonTree, { value: 'done' })
  expect(document.body).toHaveTextContent('"done"')
})

test('names and texts that look like HTML or like a template are text', async () => {
  const evil = '<img src=x onerror="document.title = 1"><b>{@html 1}</b>'
  await render(JsonTree, { value: { [evil]: evil, __proto__own: 1, 'with "quotes"': '\u0000\n' } })
  expect(document.querySelectorAll('img, b')).toHaveLength(0)
  expect(document.body).toMatchTextContent(new RegExp('<img src=x onerror="document.title = 1"><b>'))
  expect(document.body).toMatchTextContent(/"\\u0000\\n"/)
})
