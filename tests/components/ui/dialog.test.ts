import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import Dialog from '../../../src-renderer/lib/ui/dialog.svelte'
import { focusedOpener, html } from '../support/snippets.ts'

const dialog = page.getByRole('dialog', { name: 'Delete it?' })

async function openDialog(children = html('<p><input aria-label="Name"> <a href="#/runs">Runs</a></p>')) {
  const opener = focusedOpener()
  const description = 'It does not come back.'
  const actions = html('<button>Delete</button>')
  const rendered = await render(Dialog, { open: false, title: 'Delete it?', description, children, actions })
  await rendered.rerender({ open: true })
  await expect.element(dialog).toBeVisible()
  return opener
}

test('it is named and described, and the focus goes into it', async () => {
  await openDialog()
  await expect.element(dialog).toHaveAccessibleDescription('It does not come back.')
  await expect.poll(() => dialog.element().contains(document.activeElement)).toBe(true)
})

test('Tab goes round inside it, either way, and never to what is behind', async () => {
  await openDialog()
  await expect.element(page.getByLabelText('Name')).toHaveFocus()
  const walk: (string | null)[] = []
  for (const shift of [false, false, false, true]) {
    await userEvent.tab({ shift })
    walk.push(document.activeElement?.textContent || document.activeElement?.getAttribute('aria-label') || null)
  }
  expect(walk).toEqual(['Runs', 'Delete', 'Name', 'Delete'])
})

test('Escape closes it and gives the focus back to what opened it', async () => {
  const opener = await openDialog()
  await userEvent.keyboard('{Escape}')
  await expect.element(dialog).not.toBeInTheDocument()
  await expect.element(opener).toHaveFocus()
})

test('a click beside it closes it, a click in it does not', async () => {
  await openDialog()
  await page.getByText('It does not come back.').click()
  await expect.element(dialog).toBeVisible()
  await userEvent.pointer({ coords: { x: 4, y: 4 }, keys: '[MouseLeft]' })
  await expect.element(dialog).not.toBeInTheDocument()
})

test('what is too long scrolls inside it, and it stays in the window', async () => {
  await openDialog(html(`<p>${'long '.repeat(6_000)}</p>`))
  const { top, bottom } = dialog.element().getBoundingClientRect()
  expect(top).toBeGreaterThan(0)
  expect(bottom).toBeLessThan(innerHeight)
  expect(dialog.element().scrollHeight).toBeGreaterThan(dialog.element().clientHeight)
})
