/** Boot list of the desktop app; a quit undoes it in reverse order. */
import {
  app,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  net,
  Notification,
  powerMonitor,
  protocol,
  safeStorage,
  session,
  shell,
} from 'electron'
import { acceptConnections } from './desktop/connections.ts'
import { guardContents } from './desktop/contents-policy.ts'
import { reviveDeadPage } from './desktop/dead-page.ts'
import { claimHome, refuseToStart } from './desktop/launch.ts'
import { createMenu } from './desktop/menu.ts'
import { createLinkOpener } from './desktop/open-external.ts'
import { registerAppScheme, servePage } from './desktop/page-protocol.ts'
import { drainBeforeQuit } from './desktop/quit.ts'
import { guardSession } from './desktop/session-policy.ts'
import { systemVault } from './desktop/key-vault.ts'
import { desktopSource } from './desktop/surroundings.ts'
import { createTray } from './desktop/tray.ts'
import { loadPage, openWindow, showWindow } from './desktop/window.ts'
import { keepEngine } from './engine/engine-keeper.ts'
import { systemSource } from './engine/watch-surroundings.ts'
import { startLocalSocket } from './server/local-socket.ts'
import { version } from './version.ts'

const giveUp = (reason: unknown) => refuseToStart(app, dialog, reason)

async function boot(home: string): Promise<void> {
  const openLink = createLinkOpener(dialog, shell, () => performance.now())
  guardContents(app, (url) => void openLink(url).catch(giveUp))
  await app.whenReady()

  guardSession(session.defaultSession)
  servePage(protocol)
  const engine = await keepEngine({ home, mode: 'host', ownerLabel: `desktop app, process ${process.pid}` }, giveUp, {
    vault: systemVault(home, safeStorage),
    surroundings: desktopSource(powerMonitor, net, systemSource()),
  })
  const local = await startLocalSocket({
    home,
    connect: () => engine.tryConnect(),
    kind: 'desktop',
    url: null,
    version,
  })

  const quitting = drainBeforeQuit(app, stop, () => notify('Stopping', 'Running work gets a moment to end.'))
  const window = openWindow({
    isPackaged: app.isPackaged,
    isDark: nativeTheme.shouldUseDarkColors,
    hidesOnClose: () => !quitting.isQuitting(),
    onFirstHide: () =>
      notify('Signalbox keeps running', 'Work goes on. Start it again, or use its tray icon, to come back.'),
  })
  const show = () => showWindow(window)
  const disconnect = acceptConnections(ipcMain, window, engine)
  Menu.setApplicationMenu(createMenu({ isMac: process.platform === 'darwin', isPackaged: app.isPackaged }))
  const tray = createTray({ show, quit: () => app.quit() })

  async function stop(): Promise<void> {
    local.retire()
    await engine.stop()
    await local.close()
    disconnect()
    tray.destroy()
  }

  app.on('second-instance', show)
  app.on('activate', show)
  // The window only hides; this also keeps the app when one is destroyed.
  app.on('window-all-closed', () => undefined)
  powerMonitor.on('shutdown', () => app.quit())
  window.on('session-end', () => app.quit())
  reviveDeadPage(window)
  await loadPage(window)
}

function notify(title: string, body: string): void {
  if (Notification.isSupported()) new Notification({ title, body }).show()
}

app.enableSandbox()
registerAppScheme(protocol)
try {
  const home = claimHome(app, process.argv)
  if (home === null) app.exit(0)
  else boot(home).catch(giveUp)
} catch (error) {
  giveUp(error)
}
