import { expectAccessible } from './support/axe.ts'
import { useHost } from './support/host.ts'
import { keepScreenshot } from './support/screenshot.ts'
import { editor, openApp, goTo, paste } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

test('the editor offers what a script can import, says what it is, and puts it in', async ({ page }) => {
  await openApp(page, host)
  await goTo(page, 'Scripts')
  await page.getByRole('link', { name: 'New script' }).click()
  await paste(page, 'Script', "import { log, } from 'signalbox'\n")
  await page.keyboard.press('ControlOrMeta+Home')
  for (let n = 0; n < 'import { log,'.length; n += 1) await page.keyboard.press('ArrowRight')
  await page.keyboard.type(' sem')
  const offered = page.getByRole('listbox', { name: 'Completions' })
  await expect(offered.getByRole('option').first()).toHaveText(/semaphore/)
  await expect(page.locator('.cm-completionInfo')).toContainText('The semaphore of this name')
  await expectAccessible(page)
  await keepScreenshot(page, 'completion')
  await page.keyboard.press('Enter')
  await expect(offered).toBeHidden()
  await expect(editor(page, 'Script')).toContainText("import { log, semaphore } from 'signalbox'")
})

test('what was imported is offered in the code; a word that is complete leaves Enter alone', async ({ page }) => {
  await openApp(page, host)
  await goTo(page, 'Scripts')
  await page.getByRole('link', { name: 'New script' }).click()
  await paste(page, 'Script', "import { log, sleep } from 'signalbox'\n")
  await page.keyboard.type('await sle')
  const offered = page.getByRole('listbox', { name: 'Completions' })
  await expect(offered.getByRole('option')).toHaveText([/sleep/])
  await page.keyboard.press('Escape')
  await expect(offered).toBeHidden()
  await page.keyboard.type('ep')
  await page.keyboard.press('Enter')
  await page.keyboard.type('// next')
  await expect(editor(page, 'Script').locator('.cm-line')).toHaveText([/import/, 'await sleep', '// next'])
})
