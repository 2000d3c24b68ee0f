import { expectAccessibleInBothThemes } from './support/axe.ts'
import { scriptText, shellLine, useHost } from './support/host.ts'
import { keepScreenshots } from './support/screenshot.ts'
import { editor, goTo, openApp, openAt, openPalette, runPage, runRow } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

test('21: letters are text in fields and in the editor, and do nothing else there', async ({ page }) => {
  await openApp(page, host)
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  const filter = page.getByRole('combobox', { name: 'Filter the history' })
  await filter.click()
  await page.keyboard.type('pnc?gr')
  await expect(filter).toHaveValue('pnc?gr')

  await goTo(page, 'Scripts')
  await page.getByRole('link', { name: 'New script' }).click()
  await editor(page, 'Script').click()
  await page.keyboard.type('// pnc?gr')
  await expect(page.getByText('// pnc?gr')).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Live' })).toBeVisible()
  await expect(page).toHaveURL(/#\/scripts\?new=script$/)
})

test('21: letters with a modifier are not shortcuts', async ({ page }) => {
  await openApp(page, host)
  await page.keyboard.press('Control+p')
  await page.keyboard.press('Alt+n')
  for (const modifier of ['Control', 'Alt', 'Meta'])
    for (const key of ['p', 'n', 'x', 'c', 'j', '?'])
      await page.evaluate(
        ([held, pressed]) =>
          document.activeElement?.dispatchEvent(
            new KeyboardEvent('keydown', {
              key: pressed,
              ctrlKey: held === 'Control',
              altKey: held === 'Alt',
              metaKey: held === 'Meta',
              bubbles: true,
            }),
          ),
        [modifier, key] as const,
      )
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('region', { name: 'Cancellations' })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Live' })).toBeVisible()
  await expect(page).toHaveURL(/#\/runs$|\/$/)
})

test('21: the palette opens from inside the editor, and Escape leaves everything as it was', async ({ page }) => {
  await openAt(page, host, '/scripts?new=script')
  await editor(page, 'Script').click()
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.type('// one ')
  await openPalette(page)
  await page.keyboard.type('dark')
  await expect(page.getByRole('option', { name: 'Dark theme' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.type('two')
  await expect(page.getByText('// one two')).toBeVisible()
})

test('the palette goes to pages, shows their keys, opens a run by its number, starts a job and sets the rows', async ({
  page,
}) => {
  await host.client.jobs.save({ name: 'greet', definition: shellLine('echo hello') })
  const id = await host.submit(scriptText('export default () => 1'))
  await openApp(page, host)
  const choose = async (text: string, option: string | RegExp) => {
    await openPalette(page)
    await page.keyboard.type(text)
    await expect(page.getByRole('option', { name: option }).first()).toBeVisible()
    await page.keyboard.press('Enter')
  }
  await choose('hist', /^History\s*G\s*H$/)
  await expect(page.getByRole('heading', { name: 'History', level: 1 })).toBeVisible()
  await choose(`#${id}`, `Open run ${id}`)
  await expect(runPage(page, id)).toBeVisible()
  await choose('greet', 'Run greet')
  await expect(page.getByText(/^Run \d+ of greet is queued$/)).toBeVisible()
  await choose('rows: dense', /^Rows: dense/)
  await expect(page.locator('html')).toHaveAttribute('data-density', 'dense')
  await openPalette(page)
  await page.keyboard.type('nothing like this')
  await expect(page.getByText('Nothing fits “nothing like this”.')).toBeVisible()
})

test('21: the key sheet lists what works on this page', async ({ page }) => {
  const id = await host.submit(scriptText('export default () => 1'))
  await openAt(page, host, `/runs/${id}?tab=logs`)
  await page.keyboard.press('Shift+?')
  const sheet = page.getByRole('dialog', { name: 'Keys' })
  await expect(sheet.getByRole('group', { name: 'Log' })).toContainText('Search the log')
  await expect(sheet.getByRole('group', { name: 'Run' })).toContainText('Cancel this run')
  await expect(sheet.getByRole('group', { name: 'Go to' })).toContainText('History')
  await expect(sheet.getByRole('group', { name: 'Everywhere' }).getByRole('listitem')).toHaveText([
    /Search or run a command\s*Ctrl\s*K/,
    /Narrow or widen the rail\s*Ctrl\s*B/,
    /Pause or resume live values\s*P/,
    /New run\s*N/,
    /Cancellations.*\s*X/,
    /These keys\s*\?/,
  ])
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)
  await page.keyboard.press('1')
  await expect(page.getByRole('tab', { name: 'Overview' })).toHaveAttribute('aria-selected', 'true')
})

test('22: a run is found, looked at and run again without the mouse', async ({ page }) => {
  const freeSlots = await host.occupySlots()
  const id = await host.submit(scriptText('export default (input: string) => input'), {
    input: 'again',
    name: 'by keys',
  })
  await openApp(page, host)
  await expect(runRow(page, id)).toBeVisible()
  await page.keyboard.press('j')
  for (let presses = 0; presses < 10; presses += 1) await page.keyboard.press('j')
  await expect(runRow(page, id).getByRole('link')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(runPage(page, id)).toBeVisible()
  await expect(page.getByRole('main')).toBeFocused()
  await freeSlots()
  await expect(runPage(page, id).getByRole('region', { name: 'Result' })).toContainText('"again"')
  await page.keyboard.press('r')
  await expect(page.getByText(`again of run ${id}`)).toBeVisible()
})

test('a shortcut gets other keys, which the window then names everywhere, and its usual ones again', async ({
  page,
}) => {
  await openAt(page, host, '/settings?section=keys')
  const change = page.getByRole('button', { name: 'Other keys for: New run' })
  await expect(page.getByRole('group', { name: 'Timeline', exact: true })).toContainText('Show all of it')
  await change.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Keys for “New run”' })
  const field = dialog.getByRole('textbox', { name: 'New keys' })
  await expect(field).toBeFocused()
  await page.keyboard.press('p')
  await expect(dialog).toContainText('P is “Pause or resume live values” (Everywhere) already.')
  await expect(dialog.getByRole('button', { name: 'Take these' })).toBeDisabled()
  await keepScreenshots(page, 'keys-of-new-run')
  await expectAccessibleInBothThemes(page)
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Control+k')
  await expect(dialog).toContainText('Ctrl+K is “Search or run a command” (Everywhere) already.')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('y')
  await expect(field).toHaveValue('Y')
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(change).toBeFocused()
  await expectAccessibleInBothThemes(page)
  await keepScreenshots(page, 'keymap')

  await page.reload()
  await expect(page.getByRole('button', { name: 'New run by N again' })).toBeVisible()
  await page.keyboard.press('n')
  await page.keyboard.press('Shift+?')
  await expect(page.getByRole('dialog', { name: 'Keys' }).getByRole('group', { name: 'Everywhere' })).toContainText(
    'New run Y',
  )
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/#\/settings/)
  await openPalette(page)
  await page.keyboard.type('new script')
  await expect(page.getByRole('option', { name: /^New script\s*Y$/ })).toBeVisible()
  await page.keyboard.press('Escape')
  // Letters are the palette's until it is gone.
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByTitle('Write a script or command (Y)')).toBeVisible()
  await page.keyboard.press('y')
  await expect(page).toHaveURL(/#\/scripts\?new=script$/)

  await page.goto(host.page('/settings'))
  await page.getByRole('button', { name: 'All usual keys again' }).click()
  await expect(page.getByRole('button', { name: 'New run by N again' })).toHaveCount(0)
  await page.keyboard.press('n')
  await expect(page).toHaveURL(/#\/scripts\?new=script$/)
})
