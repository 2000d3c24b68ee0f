/** What a test may do inside the app's process: raise an event of Electron's, and say what the shell answered. */
import { MessageChannel } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { Client } from '../../../src-preload/contract.ts'
import {
  app,
  dialogAnswers,
  ipcMain,
  keyring,
  MessagePortMain,
  powerMonitor,
  protocol,
  raise,
  session,
  trays,
  windows,
} from './electron.ts'
import type { BrowserWindow, Frame } from './electron.ts'

export type Sender = 'main frame' | 'no frame' | 'sub frame' | 'about:blank' | 'foreign origin' | 'other window'

const actions = {
  async fetch({ url, method = 'GET' }: { url: string; method?: string }) {
    const response = await protocol.fetch(new Request(url, { method }))
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      bytes: (await response.bytes()).length,
    }
  },

  permissionRequest: ({
    permission,
    url,
    isMainFrame = true,
  }: {
    permission: string
    url: string
    isMainFrame?: boolean
  }) => answerOf((decide) => handler('permissionRequest')({}, permission, decide, { requestingUrl: url, isMainFrame })),
  permissionCheck: ({ permission, url }: { permission: string; url?: string }) =>
    handler('permissionCheck')({}, permission, '', { requestingUrl: url, isMainFrame: true }),
  devicePermission: () => handler('devicePermission')({ deviceType: 'usb' }),
  displayMedia: () => answerOf((decide) => handler('displayMedia')({}, decide)),
  download: () => raise(session.defaultSession, 'will-download'),
  request: ({ url }: { url: string }) => answerOf((decide) => handler('beforeRequest')({ url }, decide)),

  contentsEvent: ({ name }: { name: string }) => raise(theWindow().webContents, name),
  openWindow({ url, answer }: { url: string; answer: number }) {
    dialogAnswers.push(answer)
    return theWindow().webContents.openHandler?.({ url })
  },

  pageDies: ({ reason }: { reason: string }) =>
    theWindow().webContents.emit('render-process-gone', {}, { reason, exitCode: 1 }),
  closeWindow: () => raise(theWindow(), 'close'),
  minimizeWindow: () => theWindow().minimize(),
  secondInstance: () => app.emit('second-instance', {}, [], ''),
  trayMenu: ({ label }: { label: string }) => trays[0]?.menu?.items.find((item) => item.label === label)?.click?.(),
  power({ event, isOnBattery }: { event: 'on-ac' | 'on-battery' | 'resume' | 'unlock-screen'; isOnBattery: boolean }) {
    powerMonitor.isOnBattery = isOnBattery
    powerMonitor.emit(event)
  },
  keyStore: (is: Partial<typeof keyring>) => void Object.assign(keyring, is),
  shutdown: () => powerMonitor.emit('shutdown', {}),
  quitTwice() {
    app.quit()
    app.quit()
  },

  /** Offers a port as `sender` and says whether the engine answered through it. */
  async connect({ sender }: { sender: Sender }) {
    const { port1, port2 } = new MessageChannel()
    const closed = new Promise<'refused'>((resolve) => port1.once('close', () => resolve('refused')))
    offer(senderFrame(sender), port2)
    const client: Client = createORPCClient(new RPCLink({ port: port1 }))
    port1.start()
    const answer = client.engine.status().then((status) => status.home)
    answer.catch(() => undefined) // a refused port rejects what was sent through it; `closed` tells that story
    const outcome = await Promise.race([answer, closed])
    port1.close()
    return outcome
  },

  /** Sends `frames` good requests of `bytes` each through a fresh port at once; says whether it survives them. */
  flood: ({ frames, bytes }: { frames: number; bytes: number }) =>
    sendAll(Array.from({ length: frames }, (_, index) => statusRequest(index).padEnd(bytes))),
  send: ({ frame }: { frame: string | number }) => sendAll([frame]),
}
export type Actions = typeof actions

/** Asks the engine for its status after `frames`, through the same port: an answer, or the port was closed. */
async function sendAll(frames: unknown[]): Promise<'open' | 'closed'> {
  const { port1, port2 } = new MessageChannel()
  const closed = new Promise<'closed'>((resolve) => port1.once('close', () => resolve('closed')))
  const answered = new Promise<'open'>((resolve) =>
    port1.on('message', (answer) => String(answer).includes('"last"') && resolve('open')),
  )
  offer(theWindow().webContents.mainFrame, port2)
  for (const frame of [...frames, statusRequest('last')]) port1.postMessage(frame)
  const outcome = await Promise.race([answered, closed])
  port1.close()
  return outcome
}

/** As oRPC's link writes it. */
const statusRequest = (id: number | string) => JSON.stringify({ i: String(id), p: { u: '/engine/status', b: {} } })

function theWindow(): BrowserWindow {
  const window = windows[0]
  if (window === undefined) throw new Error('the app has not opened its window')
  return window
}

function handler(name: string): (...details: unknown[]) => unknown {
  const found = session.defaultSession.handlers[name]
  if (found === undefined) throw new Error(`the shell has set no handler for ${name}`)
  return found
}

const answerOf = (ask: (decide: (answer: unknown) => void) => void) => new Promise<unknown>((resolve) => ask(resolve))

function offer(senderFrame: Frame | null, port: MessagePort): void {
  ipcMain.emit('signalbox:connect', { senderFrame, ports: [new MessagePortMain(port)] })
  Object.assign(theWindow().webContents.mainFrame, { origin: 'app://bundle', url: 'app://bundle/index.html' })
}

type MessagePort = InstanceType<typeof MessageChannel>['port2']

function senderFrame(sender: Sender): Frame | null {
  const { mainFrame } = theWindow().webContents
  switch (sender) {
    case 'main frame':
      return mainFrame
    case 'no frame':
      return null
    case 'sub frame':
      return { ...mainFrame, parent: mainFrame }
    case 'other window':
      return { ...mainFrame }
    case 'about:blank':
      return Object.assign(mainFrame, { url: 'about:blank' })
    case 'foreign origin':
      return Object.assign(mainFrame, { origin: 'https://example.org', url: 'https://example.org/' })
  }
}

process.on('message', (message: { id: number; action: keyof Actions; details: never }) => {
  const { id, action, details } = message
  Promise.resolve()
    .then(() => actions[action](details))
    .then(
      (result: unknown) => process.send?.({ type: 'answer', id, result: result ?? null }),
      (error: unknown) => process.send?.({ type: 'answer', id, error: String(error) }),
    )
})
