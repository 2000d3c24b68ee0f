import type { BrowserWindow } from 'electron'

const firstDelayMs = 250
const longestDelayMs = 30_000
/** A page that lived this long was healthy: its death is a first one again. */
const healthyAfterMs = 60_000

/**
 * Loads the page of `window` again after its process has died, ever later while it keeps dying. The page holds nothing that
 * work depends on: runs go on, and the new page shows them.
 */
export function reviveDeadPage(window: BrowserWindow): void {
  let delayMs = firstDelayMs
  let loadedAt = performance.now()
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    // It left because the window closes.
    if (reason === 'clean-exit') return
    if (performance.now() - loadedAt > healthyAfterMs) delayMs = firstDelayMs
    console.error(`The window's page died (${reason}) and is loaded again in ${delayMs} ms.`)
    setTimeout(() => {
      if (window.isDestroyed()) return
      loadedAt = performance.now()
      window.webContents.reload()
    }, delayMs)
    delayMs = Math.min(delayMs * 2, longestDelayMs)
  })
}
