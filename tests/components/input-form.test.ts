import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import InputForm from '../../src-renderer/lib/components/input-form.svelte'
import { DraftShelf } from '../../src-renderer/lib/state/draft-shelf.svelte.ts'
import { ScriptDesk } from '../../src-renderer/lib/state/script-desk.svelte.ts'
import { fakeApp, renderInApp } from './support/fake-app.ts'

const form = page.getByRole('form', { name: 'Input' })
const editor = page.getByRole('textbox', { name: 'Input as JSON' })
const button = (name: string | RegExp) => page.getByRole('button', { name })
const textbox = (name: string) => page.getByRole('textbox', { name })
const combobox = (name: string) => page.getByRole('combobox', { name })

/** The form of a script whose input has this type, and what it gives. */
async function openForm(type: string, input = 'null') {
  const app = fakeApp()
  const desk = new ScriptDesk(app.connection, new DraftShelf(), { is: 'new', what: 'script' }, null)
  desk.draft.code = { from: 'text', name: 'job.ts', text: `export default async function (input: ${type}) {}` }
  desk.draft.input = input
  const submitted: unknown[] = []
  await renderInApp(InputForm, { desk, onsubmit: () => submitted.push(given()) }, app)
  const given = (): unknown => JSON.parse(desk.draft.input)
  return { desk, given, submitted }
}

test('a text, a number, a choice and a yes or no each have the control that fits', async () => {
  const { given } = await openForm(`{ name: string; times: number; mode: 'fast' | 'slow'; dry: boolean }`)
  await textbox('name').fill('Ada')
  await textbox('times').fill('3')
  await combobox('mode').selectOptions('slow')
  await combobox('dry').selectOptions('false')
  expect(given()).toEqual({ name: 'Ada', times: 3, mode: 'slow', dry: false })
})

test('nothing is at fault before somebody fills in or tries, and then each field says what it needs', async () => {
  const { desk } = await openForm(`{ name: string; times: number }`)
  await expect.element(form).toBeVisible()
  expect(form.element()).not.toMatchTextContent(/Is needed/)
  await textbox('times').fill('many')
  await expect.element(textbox('times')).toHaveAccessibleDescription('Must be a number.')
  await expect.element(textbox('times')).toHaveValue('many')
  expect(await desk.run()).toBe(false)
  await expect.element(textbox('name')).toHaveAccessibleDescription('Is needed.')
  await textbox('times').fill(' 2.5e1 ')
  await expect.element(textbox('times')).toHaveAttribute('aria-invalid', 'false')
})

test('a number that is none is kept as it was typed, and an empty one is left out', async () => {
  const { given } = await openForm(`{ times?: number; least: number | null }`)
  await textbox('times').fill('1e999')
  expect(given()).toMatchObject({ times: '1e999' })
  await textbox('times').fill('-0.5')
  await textbox('least').fill('7')
  expect(given()).toEqual({ times: -0.5, least: 7 })
  await textbox('times').fill('')
  await textbox('least').fill('')
  expect(given()).toEqual({ least: null })
})

test('what can be left out is left out when it is empty; what cannot is an empty text', async () => {
  const { given } = await openForm(`{ name: string; note?: string; owner: string | null }`)
  for (const name of ['name', 'note', 'owner']) {
    await textbox(name).fill('x')
    await textbox(name).fill('')
  }
  expect(given()).toEqual({ name: '', owner: null })
  await expect.element(textbox('note')).toHaveAccessibleDescription('Can be left out.')
  await expect.element(textbox('owner')).toHaveAccessibleDescription('Empty: null.')
})

test('choices that can be empty have a word for it, and others ask to choose', async () => {
  const { given } = await openForm(`{ a?: 'x' | 'y'; b: 'x' | null; c: boolean }`)
  await expect.element(combobox('a')).toBeVisible()
  const first = (name: string) => combobox(name).element().querySelector('option')
  expect(['a', 'b', 'c'].map((name) => [first(name)?.textContent, first(name)?.disabled])).toEqual([
    ['left out', false],
    ['null', false],
    ['choose', true],
  ])
  await combobox('a').selectOptions('y')
  await combobox('b').selectOptions('x')
  await combobox('a').selectOptions('left out')
  await combobox('b').selectOptions('null')
  expect(given()).toEqual({ b: null })
})

test('an object that can be left out is added with what it must have, filled in, and left out again', async () => {
  const { given } = await openForm(`{ mail?: { to: { name: string; tags: string[] }; copy?: string } }`)
  await button('Add mail').click()
  expect(given()).toEqual({ mail: { to: { tags: [] } } })
  await textbox('name').fill('Ada')
  await textbox('copy').fill('Bob')
  expect(given()).toEqual({ mail: { to: { tags: [], name: 'Ada' }, copy: 'Bob' } })
  await button('Leave mail out').click()
  expect(given()).toEqual({})
  await expect.element(button('Add mail')).toBeVisible()
})

test('lists grow at the end and lose the item whose button is pressed, and nothing else', async () => {
  const { given } = await openForm(`{ hosts: string[]; ports: number[][] }`)
  for (const host of ['a', 'b', 'c']) {
    await button('Add to hosts').click()
    await textbox(`hosts ${host.charCodeAt(0) - 96}`).fill(host)
  }
  await button('Remove hosts 2').click()
  await expect.element(textbox('hosts 2')).toHaveValue('c')
  await button('Add to ports').click()
  await button('Add to ports 1').click()
  await textbox('ports 1 1').fill('80')
  expect(given()).toEqual({ hosts: ['a', 'c'], ports: [[80]] })
  await button('Remove ports 1').click()
  expect(given()).toEqual({ hosts: ['a', 'c'], ports: [] })
})

test('a field of a type that has no control is written as JSON, and is not taken before it is some', async () => {
  const { given } = await openForm(`{ headers: Record<string, string> }`)
  await textbox('headers').fill('{"a": ')
  await expect.element(textbox('headers')).toHaveAttribute('aria-invalid', 'true')
  expect(given()).toBeNull()
  await textbox('headers').fill('{"a": "b"}')
  await expect.element(textbox('headers')).toHaveAttribute('aria-invalid', 'false')
  expect(given()).toEqual({ headers: { a: 'b' } })
})

test('Enter in a field runs it with what the form gives', async () => {
  const { submitted } = await openForm(`{ name: string }`)
  await textbox('name').fill('Ada')
  await userEvent.keyboard('{Enter}')
  expect(submitted).toEqual([{ name: 'Ada' }])
})

test('the form and the JSON are two views of one input', async () => {
  const { desk, given } = await openForm(`{ name: string; times: number }`, '{ "name": "Ada", "other": [1] }')
  await expect.element(textbox('name')).toHaveValue('Ada')
  await textbox('times').fill('2')
  expect(given()).toEqual({ name: 'Ada', other: [1], times: 2 })
  await button('JSON').click()
  await expect.element(editor).toMatchTextContent(/"times": 2/)
  desk.draft.input = '{ "name": "Bob" }'
  await button('Form').click()
  await expect.element(textbox('name')).toHaveValue('Bob')
  await expect.element(textbox('times')).toHaveValue('')
})

test('JSON that is none cannot be a form: it says where to mend it', async () => {
  await openForm(`{ name: string }`, '{ "name": ')
  await expect.element(page.getByRole('alert')).toMatchTextContent(/Mend it under JSON\.$/)
  await expect.element(form).not.toBeInTheDocument()
  await button('JSON').click()
  await expect.element(editor).toMatchTextContent(/"name":/)
})

test('a script that does not say what it is given has JSON and no choice', async () => {
  await openForm('unknown', '[1]')
  await expect.element(editor).toMatchTextContent(/\[1\]/)
  await expect.element(button('Form')).not.toBeInTheDocument()
})

test('comments and presets of the type stand beside their fields', async () => {
  await openForm(`{
    /** Who gets it. */
    to: string
    /**
     * How often.
     * @default 3
     */
    times?: number
  }`)
  await expect.element(textbox('to')).toHaveAccessibleDescription('Who gets it.')
  await expect.element(textbox('times')).toHaveAccessibleDescription('How often. Left out: 3.')
})
