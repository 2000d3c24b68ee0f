import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import KeyEditor from '../../src-renderer/lib/components/key-editor.svelte'
import { fakeApp, renderInApp } from './support/fake-app.ts'

const dialog = page.getByRole('dialog')
const field = page.getByRole('textbox', { name: 'New keys' })
const take = page.getByRole('button', { name: 'Take these' })
const pencil = (label: string) => page.getByRole('button', { name: `Other keys for: ${label}` })
/** The row of a shortcut in its section: its label, and its keys. */
const keysOf = (section: string, label: string) =>
  page
    .getByRole('group', { name: section })
    .getByRole('listitem')
    .filter({ hasText: label })
    .first()
    .element()
    .querySelector('kbd')?.textContent

async function openEditor(label?: string) {
  const app = fakeApp()
  await renderInApp(KeyEditor, {}, app)
  if (label !== undefined) await pencil(label).click()
  if (label !== undefined) await expect.element(field).toHaveFocus()
  return app
}

test('every shortcut stands with its keys; those that mean the same everywhere cannot be changed', async () => {
  await openEditor()
  expect(keysOf('Everywhere', 'Search or run a command')).toBe('Ctrl K')
  expect(keysOf('Go to', 'Runs')).toBe('G R')
  expect(keysOf('Everywhere', 'These keys')).toBe('?')
  await expect.element(pencil('Close the preview')).not.toBeInTheDocument()
})

test('keys are shown as they are pressed, do nothing else meanwhile, and Enter takes them', async () => {
  const app = await openEditor('Pause or resume live values')
  const did: string[] = []
  app.shortcuts.add((['palette', 'pause'] as const).map((id) => ({ id, run: () => did.push(id) })))
  await expect.element(field).toHaveAttribute('placeholder', 'now P')
  await userEvent.keyboard('p')
  await expect.element(field).toHaveValue('P')
  await userEvent.keyboard('{Backspace}{Control>}k{/Control}')
  await expect.element(field).toHaveValue('Ctrl+K')
  expect(did).toEqual([])
  await userEvent.keyboard('{Backspace}z')
  await expect.element(field).toHaveValue('Z')
  await userEvent.keyboard('{Enter}')
  await expect.element(dialog).not.toBeInTheDocument()
  expect(keysOf('Everywhere', 'Pause or resume')).toBe('Z')
  expect(app.shortcuts.rebound).toEqual({ pause: 'z' })
  expect(localStorage.getItem('signalbox.keys')).toBe('{"pause":"z"}')
})

test('two keys are a sequence, a third begins anew, modifiers are part of a press', async () => {
  await openEditor('New run')
  await userEvent.keyboard('yz')
  await expect.element(field).toHaveValue('Y Z')
  await userEvent.keyboard('w')
  await expect.element(field).toHaveValue('W')
  await userEvent.keyboard('{Backspace}{Control>}{Shift>}u{/Shift}{/Control}')
  await expect.element(field).toHaveValue('Ctrl+Shift+U')
})

test('keys of another shortcut are refused by its name and cannot be taken', async () => {
  const app = await openEditor('Pause or resume live values')
  await userEvent.keyboard('n')
  await expect.element(page.getByText('N is “New run” (Everywhere) already.')).toBeVisible()
  await expect.element(field).toHaveAttribute('aria-invalid', 'true')
  await expect.element(take).toBeDisabled()
  await userEvent.keyboard('{Enter}')
  await expect.element(dialog).toBeInTheDocument()
  await userEvent.keyboard('{Backspace}g')
  await expect.element(page.getByText(/^G begins G O, which is “Overview”/)).toBeVisible()
  expect(app.shortcuts.rebound).toEqual({})
})

test('closing it in any way leaves the keys as they are and gives the focus back', async () => {
  const app = await openEditor()
  const ways = [
    () => userEvent.keyboard('{Escape}'),
    () => page.getByRole('button', { name: 'Keep those it has' }).click(),
  ]
  for (const close of ways) {
    await pencil('New run').click()
    await expect.element(field).toHaveValue('')
    await userEvent.keyboard('u')
    await close()
    await expect.element(dialog).not.toBeInTheDocument()
    await expect.element(pencil('New run')).toHaveFocus()
  }
  expect(app.shortcuts.rebound).toEqual({})
})

test('a changed shortcut goes back by its own button, and all of them by one', async () => {
  const app = await openEditor()
  app.shortcuts.rebind('pause', 'z')
  app.shortcuts.rebind('new', 'y')
  const all = page.getByRole('button', { name: 'All usual keys again' })
  await page.getByRole('button', { name: 'Pause or resume live values by P again' }).click()
  expect(keysOf('Everywhere', 'Pause or resume')).toBe('P')
  await expect.element(page.getByRole('button', { name: /by P again/ })).not.toBeInTheDocument()
  await all.click()
  expect(app.shortcuts.rebound).toEqual({})
  await expect.element(all).toBeDisabled()
  expect(localStorage.getItem('signalbox.keys')).toBeNull()
})

test('usual keys that another shortcut has by now are not taken from it, and it says whose they are', async () => {
  const app = await openEditor()
  app.shortcuts.rebind('pause', 'z')
  app.shortcuts.rebind('new', 'p')
  await page.getByRole('button', { name: /by P again/ }).click()
  await expect.element(page.getByRole('alert')).toHaveTextContent('P is “New run” (Everywhere) already.')
  expect(app.shortcuts.rebound).toEqual({ pause: 'z', new: 'p' })
  await pencil('New run').click()
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument()
})
