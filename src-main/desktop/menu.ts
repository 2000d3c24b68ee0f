import { Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'

/** The menu bar: what the system expects of every program, so that its keys work. The page has keys of its own. */
export function createMenu(options: { isMac: boolean; isPackaged: boolean }): Menu {
  const view: MenuItemConstructorOptions[] = [
    { role: 'reload' },
    ...(options.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
    { type: 'separator' },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ]
  return Menu.buildFromTemplate([
    ...(options.isMac ? [{ role: 'appMenu' } as const] : []),
    { label: '&File', submenu: [{ role: 'close', label: 'Close window (work goes on)' }, { role: 'quit' }] },
    { role: 'editMenu' },
    { label: '&View', submenu: view },
    { role: 'windowMenu' },
  ])
}
