import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'

const bridge = readFileSync(join(import.meta.dirname, '../../out/preload/bridge.cjs'), 'utf8')

/** Runs the built preload as a sandboxed renderer would: CommonJS, and nothing to require but `electron`. */
function loadBridge() {
  const required: string[] = []
  const exposed: Record<string, Record<string, unknown>> = {}
  const posted: unknown[][] = []
  const electron = {
    contextBridge: { exposeInMainWorld: (key: string, api: Record<string, unknown>) => (exposed[key] = api) },
    ipcRenderer: { postMessage: (...message: unknown[]) => posted.push(['ipcRenderer', ...message]) },
  }
  runInNewContext(bridge, {
    module: { exports: {} },
    exports: {},
    require: (name: string) => {
      required.push(name)
      return electron
    },
    process: { platform: 'linux' },
    MessageChannel: class {
      port1 = 'port of the page'
      port2 = 'port of the app'
    },
    window: { postMessage: (...message: unknown[]) => posted.push(['window', ...message]) },
    location: { origin: 'app://bundle' },
  })
  return { required, exposed, posted }
}

test('the page gets a platform and a way to connect, never Electron itself', () => {
  const { required, exposed } = loadBridge()
  expect(required).toEqual(['electron'])
  expect(Object.keys(exposed)).toEqual(['signalbox'])
  expect(exposed['signalbox']).toEqual({ platform: 'linux', connect: expect.any(Function) })
})

test('connect hands one port to the app and the other to this origin only', () => {
  const { exposed, posted } = loadBridge()
  ;(exposed['signalbox']?.['connect'] as () => void)()
  expect(JSON.parse(JSON.stringify(posted))).toEqual([
    ['ipcRenderer', 'signalbox:connect', null, ['port of the app']],
    ['window', 'signalbox:port', 'app://bundle', ['port of the page']],
  ])
})
