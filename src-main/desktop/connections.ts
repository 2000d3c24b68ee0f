import type { MessagePort } from 'node:worker_threads'
import type { BrowserWindow, IpcMain, IpcMainEvent } from 'electron'
import { appOrigin, isAppUrl } from './app-origin.ts'
import { relayPorts } from './port-relay.ts'
import type { Relay } from './port-relay.ts'

/** The only channel there is: a page hands over one end of a MessageChannel. */
const connectChannel = 'signalbox:connect'

/** A page needs one; a reload may overlap the next. */
const mostConnections = 4

export type Engine = {
  /** Null while no engine runs; the page tries again. */
  tryConnect(): MessagePort | null
}

/** Accepts ports from the main frame of `window` and joins each to the engine. Returns what closes them all. */
export function acceptConnections(ipcMain: IpcMain, window: BrowserWindow, engine: Engine): () => void {
  const relays = new Set<Relay>()

  function connect(event: IpcMainEvent): void {
    const [page, ...others] = event.ports
    const port =
      isFromOurPage(event, window) && others.length === 0 && relays.size < mostConnections ? engine.tryConnect() : null
    if (page === undefined || port === null) {
      port?.close()
      for (const refused of event.ports) refused.close()
      return
    }
    const relay = relayPorts(page, port, () => performance.now())
    relays.add(relay)
    void relay.closed.then(() => relays.delete(relay))
  }

  ipcMain.on(connectChannel, connect)
  return () => {
    ipcMain.off(connectChannel, connect)
    for (const relay of relays) relay.close()
  }
}

/**
 * A frame that is gone (null), one inside the page, `about:blank` (which inherits our origin but has no URL of ours) and
 * another window's page are all somebody else.
 */
function isFromOurPage(event: IpcMainEvent, window: BrowserWindow): boolean {
  const frame = event.senderFrame
  return (
    frame !== null &&
    frame === window.webContents.mainFrame &&
    frame.parent === null &&
    frame.origin === appOrigin &&
    isAppUrl(frame.url)
  )
}
