import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import ChoiceMenu from '../../../src-renderer/lib/ui/choice-menu.svelte'
import Menu from '../../../src-renderer/lib/ui/menu.svelte'

const menu = page.getByRole('menu')
const button = page.getByRole('button', { name: 'Queue mail' })
const focused = () => document.activeElement?.textContent.trim()

async function openMenu(by: string): Promise<string[]> {
  const chosen: string[] = []
  const entry = (label: string) => ({ label, choose: () => chosen.push(label) })
  const entries = [
    entry('Pause'),
    { ...entry('Rename'), isDisabled: true },
    entry('Empty'),
    { ...entry('Delete'), isDanger: true },
  ]
  await render(Menu, { label: 'Queue mail', entries })
  ;(button.element() as HTMLElement).focus()
  await userEvent.keyboard(by)
  await expect.element(menu).toBeVisible()
  return chosen
}

test('Enter opens it at its first entry, the arrows go on and leave out what is disabled', async () => {
  await openMenu('{Enter}')
  await expect.poll(focused).toBe('Pause')
  await userEvent.keyboard('{ArrowDown}')
  expect(focused()).toBe('Empty')
  await userEvent.keyboard('{End}')
  expect(focused()).toBe('Delete')
  await userEvent.keyboard('{Home}')
  expect(focused()).toBe('Pause')
})

test('Enter does what the entry says, once, closes it and gives the focus back', async () => {
  const chosen = await openMenu('{ArrowDown}')
  await expect.poll(focused).toBe('Pause')
  await userEvent.keyboard('{ArrowDown}{Enter}')
  await expect.element(menu).not.toBeInTheDocument()
  expect(chosen).toEqual(['Empty'])
  await expect.element(button).toHaveFocus()
})

test('the first letters lead to an entry', async () => {
  await openMenu('{Enter}')
  await expect.poll(focused).toBe('Pause')
  await userEvent.keyboard('de')
  await expect.poll(focused).toBe('Delete')
})

test('Escape and a click beside it close it and do nothing', async () => {
  const chosen = await openMenu('{Enter}')
  await userEvent.keyboard('{Escape}')
  await expect.element(menu).not.toBeInTheDocument()
  await expect.element(button).toHaveFocus()
  await button.click()
  await expect.element(menu).toBeVisible()
  await userEvent.pointer({ coords: { x: 900, y: 500 }, keys: '[MouseLeft]' })
  await expect.element(menu).not.toBeInTheDocument()
  expect(chosen).toEqual([])
})

test('a click does what the entry says; one that is disabled stays where it is', async () => {
  const chosen = await openMenu('{Enter}')
  await page.getByRole('menuitem', { name: 'Rename' }).click({ force: true })
  expect(chosen).toEqual([])
  await expect.element(menu).toBeVisible()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  expect(chosen).toEqual(['Delete'])
})

test('a choice is marked in its menu and named by its button, and another one is taken by keys', async () => {
  const chosen: string[] = []
  const choices = ['dense', 'compact', 'cozy'].map((value) => ({ value, label: value.toUpperCase() }))
  const props = { label: 'Rows', shown: 'COMPACT', value: 'compact', choices }
  await render(ChoiceMenu, { ...props, onchoose: (value: string) => chosen.push(value) })
  const trigger = page.getByRole('button', { name: 'Rows: COMPACT' })
  await trigger.click()
  await expect.element(page.getByRole('menuitemradio', { checked: true })).toHaveTextContent('COMPACT')
  expect(page.getByRole('menuitemradio', { checked: false }).elements()).toHaveLength(2)
  await userEvent.keyboard('{End}{Enter}')
  expect(chosen).toEqual(['cozy'])
  await expect.element(menu).not.toBeInTheDocument()
  await expect.element(trigger).toHaveFocus()
})
