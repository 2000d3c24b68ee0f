import { join } from 'node:path'
import { BrowserWindow } from 'electron'
import type { WebPreferences } from 'electron'
import { appPage } from './app-origin.ts'

/** What every window gets, without exception; each line closes something that Electron or Chromium could leave open. */
const webPreferences = (isPackaged: boolean): WebPreferences => ({
  preload: join(import.meta.dirname, '../preload/bridge.cjs'),
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
  safeDialogs: true,
  devTools: !isPackaged,
})

/** The surfaces of the two themes, so that the window does not flash before its page has painted. */
const backgrounds = { light: '#f4f6f8', dark: '#0b0d10' }

export type WindowOptions = {
  isPackaged: boolean
  isDark: boolean
  /** True: closing hides the window, because work goes on without it. */
  hidesOnClose: () => boolean
  /** Called the first time a close only hid the window. */
  onFirstHide: () => void
}

/** The one place that makes a window. It shows itself when its page is ready. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Signalbox',
    width: 1440,
    height: 900,
    minWidth: 900,
    minHeight: 560,
    show: false,
    backgroundColor: options.isDark ? backgrounds.dark : backgrounds.light,
    webPreferences: webPreferences(options.isPackaged),
  })
  let hasHidden = false
  window.once('ready-to-show', () => window.show())
  window.on('close', (event) => {
    if (!options.hidesOnClose()) return
    event.preventDefault()
    window.hide()
    if (!hasHidden) options.onFirstHide()
    hasHidden = true
  })
  return window
}

/** Loads the page; rejects with what Chromium says when it cannot. */
export const loadPage = (window: BrowserWindow): Promise<void> => window.loadURL(appPage)

/** Brings the window back from wherever it is: hidden, minimised or behind others. */
export function showWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
