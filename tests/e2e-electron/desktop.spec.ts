import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { _electron, expect, test } from '@playwright/test'
import type { ElectronApplication, Page } from '@playwright/test'
import { expectedPreferences } from '../support/window-preferences.ts'

const root = join(import.meta.dirname, '../..')
const reason = whyElectronCannotRun()

/** Null where the app can be shown. The binary is fetched by the first `npm start`, never by a test. */
function whyElectronCannotRun(): string | null {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile) || !existsSync(join(folder, 'dist', readFileSync(pathFile, 'utf8')))) {
    return "Electron's binary is not installed (npm start fetches it)"
  }
  if (process.platform !== 'linux') return null
  if (!process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'there is no display'
  return process.getuid?.() === 0 ? 'Electron refuses to run as root' : null
}

// Printed while the tests are collected: skipped tests start no worker that could.
if (reason !== null) console.log(`The tests in a real Electron are skipped: ${reason}.`)
test.skip(reason !== null, reason ?? '')

let home: string
let app: ElectronApplication
let page: Page

test.beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'signalbox-electron-'))
  app = await _electron.launch({ args: [root, '--home', home] })
  page = await app.firstWindow()
})

test.afterEach(async () => {
  await app.close()
  rmSync(home, { recursive: true, force: true })
})

test('the window opens, runs a script, works on while it is closed, and quits cleanly', async () => {
  await expect(page).toHaveTitle(/Signalbox/)
  expect(page.url()).toMatch(/^app:\/\/bundle\/index\.html/)

  await page.getByRole('link', { name: 'Scripts' }).click()
  await page.getByRole('button', { name: 'New script' }).click()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('link', { name: 'History' }).click()
  await expect(page.getByText('Succeeded').first()).toBeVisible()

  const isVisible = () =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isVisible()))
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect.poll(isVisible).toEqual([false])
  await app.evaluate(({ app: self }) => self.emit('second-instance'))
  await expect.poll(isVisible).toEqual([true])

  const exited = new Promise<number | null>((resolve) => app.process().once('exit', resolve))
  await app.evaluate(({ app: self }) => self.quit())
  expect(await exited).toBe(0)
})

test('the window has the preferences that it was made with', async () => {
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    // Electron documents it for tests; its types leave it out.
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): object }
    return contents.getLastWebPreferences()
  })
  expect(preferences).toMatchObject(expectedPreferences)
})

test('the page sees no Node and no network', async () => {
  expect(await page.evaluate(() => [typeof process, typeof require])).toEqual(['undefined', 'undefined'])
  const fetched = await page.evaluate(() =>
    fetch('https://example.org/').then(
      () => 'answered',
      () => 'refused',
    ),
  )
  expect(fetched).toBe('refused')
})
