/**
 * What the desktop shell uses of Electron, without Chromium: it notes what the shell asks for, and lets a test raise
 * the events that Electron would. Nothing here decides anything; the shell does.
 */
import { EventEmitter } from 'node:events'
import type { MessagePort } from 'node:worker_threads'

/** Sent to the test as it happens, so that it is known also when the process ends. */
export function note(what: string, details: unknown = null): void {
  process.send?.({ type: 'note', what, details })
}

class PreventableEvent {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

/** Emits `name` as Electron would and says whether the shell prevented it. */
export function raise(emitter: EventEmitter, name: string, ...details: unknown[]): boolean {
  const event = new PreventableEvent()
  emitter.emit(name, event, ...details)
  return event.defaultPrevented
}

class App extends EventEmitter {
  isPackaged = false
  enableSandbox(): void {
    note('app.enableSandbox')
  }
  setPath(name: string, path: string): void {
    note('app.setPath', { name, path })
  }
  requestSingleInstanceLock(): boolean {
    return process.env['STAND_IN_FIRST_INSTANCE'] !== 'no'
  }
  whenReady(): Promise<void> {
    note('app.whenReady')
    return Promise.resolve()
  }
  quit(): void {
    if (!raise(this, 'before-quit')) this.exit(0)
  }
  exit(code: number): void {
    note('app.exit', code)
    process.disconnect?.()
    process.exit(code)
  }
}
export const app = new App()

export type Frame = { origin: string; url: string; parent: Frame | null }
type OpenHandler = (details: { url: string }) => { action: string }

export class WebContents extends EventEmitter {
  readonly mainFrame: Frame = { origin: 'app://bundle', url: 'app://bundle/index.html', parent: null }
  openHandler: OpenHandler | null = null
  reload = () => note('contents.reload')
  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler
  }
}

export const windows: BrowserWindow[] = []

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents()
  #isMinimized = false
  constructor(options: unknown) {
    super()
    note('window', options)
    windows.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(url: string): Promise<void> {
    const response = await protocol.fetch(new Request(url))
    note('window.loadURL', { url, status: response.status })
    this.emit('ready-to-show')
  }
  show = () => note('window.show')
  hide = () => note('window.hide')
  focus = () => note('window.focus')
  minimize = () => (this.#isMinimized = true)
  isMinimized = () => this.#isMinimized
  isDestroyed = () => false
  restore(): void {
    this.#isMinimized = false
    note('window.restore')
  }
}

type Handler = (...details: unknown[]) => unknown
class Session extends EventEmitter {
  readonly handlers: Record<string, Handler> = {}
  readonly #keep = (name: string) => (handler: Handler) => (this.handlers[name] = handler)
  setPermissionRequestHandler = this.#keep('permissionRequest')
  setPermissionCheckHandler = this.#keep('permissionCheck')
  setDevicePermissionHandler = this.#keep('devicePermission')
  setDisplayMediaRequestHandler = this.#keep('displayMedia')
  webRequest = { onBeforeRequest: this.#keep('beforeRequest') }
}
export const session = { defaultSession: new Session() }

class Protocol {
  #handler: ((request: Request) => Promise<Response>) | null = null
  registerSchemesAsPrivileged(schemes: unknown): void {
    note('protocol.registerSchemesAsPrivileged', schemes)
  }
  handle(scheme: string, handler: (request: Request) => Promise<Response>): void {
    note('protocol.handle', scheme)
    this.#handler = handler
  }
  fetch(request: Request): Promise<Response> {
    if (this.#handler === null) throw new Error('no protocol handler yet')
    return this.#handler(request)
  }
}
export const protocol = new Protocol()

/** Electron's port over one of Node's. */
export class MessagePortMain extends EventEmitter {
  readonly #port: MessagePort
  constructor(port: MessagePort) {
    super()
    this.#port = port
    port.on('close', () => this.emit('close'))
  }
  start(): void {
    this.#port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }))
  }
  postMessage(message: unknown): void {
    this.#port.postMessage(message)
  }
  close(): void {
    this.#port.close()
  }
}

export const ipcMain = new EventEmitter()
class PowerMonitor extends EventEmitter {
  isOnBattery = false
  isOnBatteryPower = () => this.isOnBattery
  /** In seconds; nobody is at the machine. */
  getSystemIdleTime = () => 3_600
}
export const powerMonitor = new PowerMonitor()
export const net = { isOnline: () => true }
export const nativeTheme = { shouldUseDarkColors: true }

export const dialogAnswers: number[] = []
export const dialog = {
  showErrorBox: (title: string, content: string) => note('dialog.showErrorBox', { title, content }),
  showMessageBox(options: unknown) {
    note('dialog.showMessageBox', options)
    return Promise.resolve({ response: dialogAnswers.shift() ?? 1 })
  },
}
/** What the test does to the key store; STAND_IN_KEY_STORE_LOCKED locks it from the start. */
export const keyring = { isLocked: process.env['STAND_IN_KEY_STORE_LOCKED'] === '1', isRotated: false }

/** A key store as good as the test says: STAND_IN_KEY_STORE is the backend, default one that is safe. */
export const safeStorage = {
  getSelectedStorageBackend: () => process.env['STAND_IN_KEY_STORE'] ?? 'gnome_libsecret',
  isAsyncEncryptionAvailable: () => Promise.resolve(true),
  encryptStringAsync: (text: string) => {
    const by = keyring.isRotated ? 'the new key' : 'the key'
    return Promise.resolve(Buffer.from(`sealed by ${by}:${[...text].toReversed().join('')}`))
  },
  decryptStringAsync(sealed: Buffer) {
    if (keyring.isLocked) return Promise.reject(new Error('the keychain is locked'))
    const [by, text = ''] = sealed.toString().split(':')
    const shouldReEncrypt = keyring.isRotated && by !== 'sealed by the new key'
    return Promise.resolve({ result: [...text].toReversed().join(''), shouldReEncrypt })
  },
}

export const shell = {
  openExternal(url: string) {
    note('shell.openExternal', url)
    return Promise.resolve()
  },
}

export class Notification {
  readonly #options: unknown
  static isSupported = () => true
  constructor(options: unknown) {
    this.#options = options
  }
  show(): void {
    note('notification', this.#options)
  }
}

type MenuItem = { label?: string; role?: string; click?: () => void }
export class Menu {
  readonly items: MenuItem[]
  constructor(items: MenuItem[]) {
    this.items = items
  }
  static buildFromTemplate = (items: MenuItem[]) => new Menu(items)
  static setApplicationMenu = (menu: Menu) =>
    note(
      'menu',
      menu.items.map((item) => item.label ?? item.role),
    )
}

export const nativeImage = {
  createEmpty: () => ({
    addRepresentation: ({ width, height, buffer }: { width: number; height: number; buffer: Buffer }) =>
      note('image', { width, height, bytes: buffer.length }),
  }),
}

export const trays: Tray[] = []
export class Tray extends EventEmitter {
  menu: Menu | null = null
  constructor() {
    super()
    trays.push(this)
  }
  setToolTip(): void {}
  setContextMenu(menu: Menu): void {
    this.menu = menu
  }
  destroy(): void {
    note('tray.destroy')
  }
}
