/** All that a page of ours gets from Electron: the platform's name, and a port to the engine. */
import { contextBridge, ipcRenderer } from 'electron'

contextBridge.exposeInMainWorld('signalbox', {
  platform: process.platform,
  /** Opens a connection; its port arrives as a message event whose data is `signalbox:port`. */
  connect(): void {
    const { port1, port2 } = new MessageChannel()
    ipcRenderer.postMessage('signalbox:connect', null, [port2])
    // A port cannot pass the context bridge; to this page's own origin it can be posted.
    window.postMessage('signalbox:port', location.origin, [port1])
  },
})
