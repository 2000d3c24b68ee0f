import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { createHome, startDesktop } from '../support/desktop-app.ts'
import type { DesktopApp } from '../support/desktop-app.ts'
import type { Sender } from '../support/electron-stand-in/actions.ts'
import { until } from '../support/until.ts'
import { expectedPreferences } from '../support/window-preferences.ts'

let place: ReturnType<typeof createHome>
let app: DesktopApp

beforeAll(async () => {
  place = createHome()
  app = startDesktop(place.home)
  await app.untilNoted('window.show')
})

afterAll(async () => {
  await app.kill()
  place.remove()
})

describe('what is set before anything is shown', () => {
  test('every renderer is sandboxed and the scheme gets no right it does not need', () => {
    expect(app.noted('app.enableSandbox')).toHaveLength(1)
    expect(app.noted('protocol.registerSchemesAsPrivileged')).toEqual([
      [
        {
          scheme: 'app',
          privileges: {
            standard: true,
            secure: true,
            supportFetchAPI: true,
            bypassCSP: false,
            corsEnabled: false,
            allowServiceWorkers: false,
            stream: false,
            allowExtensions: false,
            codeCache: true,
          },
        },
      ],
    ])
  })

  test('what Chromium keeps lies in the data folder, and so does the single-instance lock', () => {
    expect(app.noted('app.setPath')).toEqual([{ name: 'userData', path: `${place.home}/window` }])
  })

  test('the one window has exactly these preferences', () => {
    const [window, ...others] = app.noted('window') as { webPreferences: Record<string, unknown> }[]
    expect(others).toEqual([])
    expect(window?.webPreferences).toEqual({
      ...expectedPreferences,
      preload: expect.stringMatching(/out\/preload\/bridge\.cjs$/),
      spellcheck: false,
      devTools: true,
    })
  })
})

describe('what a page is refused', () => {
  test.each([
    ['clipboard-sanitized-write', 'app://bundle/index.html', true, true],
    ['clipboard-sanitized-write', 'app://bundle/index.html', false, false],
    ['clipboard-sanitized-write', 'app://bundle.example.org/', true, false],
    ['clipboard-sanitized-write', 'app://user@bundle/', true, false],
    ['clipboard-sanitized-write', 'https://example.org/', true, false],
    ['clipboard-read', 'app://bundle/index.html', true, false],
    ['notifications', 'app://bundle/index.html', true, false],
    ['media', 'app://bundle/index.html', true, false],
    ['openExternal', 'app://bundle/index.html', true, false],
    ['fileSystem', 'app://bundle/index.html', true, false],
  ])('permission %s for %s (main frame: %s) → %s', async (permission, url, isMainFrame, granted) => {
    expect(await app.do('permissionRequest', { permission, url, isMainFrame })).toBe(granted)
  })

  test('a silent permission check follows the same list, and has no answer without an address', async () => {
    const url = 'app://bundle/index.html'
    expect(await app.do('permissionCheck', { permission: 'clipboard-sanitized-write', url })).toBe(true)
    expect(await app.do('permissionCheck', { permission: 'clipboard-sanitized-write' })).toBe(false)
    expect(await app.do('permissionCheck', { permission: 'geolocation', url })).toBe(false)
  })

  test('no device, no screen, no download', async () => {
    expect(await app.do('devicePermission')).toBe(false)
    expect(await app.do('displayMedia')).toEqual({})
    expect(await app.do('download')).toBe(true)
  })

  test.each([
    ['app://bundle/assets/a.js', false],
    ['blob:app://bundle/1', false],
    ['devtools://devtools/x', false],
    ['https://example.org/', true],
    ['http://127.0.0.1:80/', true],
    ['ws://127.0.0.1/', true],
    ['file:///etc/passwd', true],
    ['data:text/html,x', true],
    ['ftp://example.org/', true],
  ])('a request to %s is cancelled: %s', async (url, cancel) => {
    expect(await app.do('request', { url })).toEqual({ cancel })
  })

  test.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
    '%s is prevented',
    async (name) => {
      expect(await app.do('contentsEvent', { name })).toBe(true)
    },
  )
})

describe('links', () => {
  test('a web address is opened outside only after the user agreed', async () => {
    expect(await app.do('openWindow', { url: 'https://example.org/no', answer: 1 })).toEqual({ action: 'deny' })
    await app.untilNoted('dialog.showMessageBox', 1)
    expect(await app.do('openWindow', { url: 'https://example.org/yes', answer: 0 })).toEqual({ action: 'deny' })
    await app.untilNoted('shell.openExternal', 1)
    expect(app.noted('shell.openExternal')).toEqual(['https://example.org/yes'])
  })

  test.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/share',
    'https://user:secret@example.org/',
    `https://example.org/${'x'.repeat(3_000)}`,
    'not a url',
  ])('nothing is asked for %s', async (url) => {
    const before = app.noted('dialog.showMessageBox').length
    expect(await app.do('openWindow', { url, answer: 0 })).toEqual({ action: 'deny' })
    expect(app.noted('dialog.showMessageBox')).toHaveLength(before)
  })

  test('a page that opens one link after another is asked about a few only', async () => {
    for (let count = 0; count < 20; count++)
      await app.do('openWindow', { url: `https://example.org/${count}`, answer: 1 })
    expect(app.noted('dialog.showMessageBox').length).toBeLessThanOrEqual(6)
  })
})

describe('the page', () => {
  test('is served with its policy and loaded from our scheme', async () => {
    expect(app.noted('window.loadURL')).toEqual([{ url: 'app://bundle/index.html', status: 200 }])
    const answer = (await app.do('fetch', { url: 'app://bundle/index.html' })) as { headers: Record<string, string> }
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /)
    expect(answer.headers['content-security-policy']).not.toMatch(/unsafe-inline|unsafe-eval/)
  })

  test.each([
    ['app://bundle/../../package.json', 'GET', 404],
    ['app://bundle/%2e%2e/%2e%2e/package.json', 'GET', 404],
    ['app://bundle/..%2f..%2fpackage.json', 'GET', 404],
    ['app://bundle/..%5c..%5cpackage.json', 'GET', 404],
    ['app://bundle/index.html%00.js', 'GET', 404],
    ['app://bundle/%zz', 'GET', 404],
    ['app://bundle//etc/passwd', 'GET', 404],
    ['app://other/index.html', 'GET', 404],
    ['app://bundle/index.html', 'POST', 405],
    ['app://bundle/index.html', 'HEAD', 405],
  ])('%s by %s is answered %i, with the policy', async (url, method, status) => {
    const answer = (await app.do('fetch', { url, method })) as {
      status: number
      headers: Record<string, string>
      bytes: number
    }
    expect({ status: answer.status, bytes: answer.bytes }).toEqual({ status, bytes: 0 })
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
  })
})

describe('the port to the engine', () => {
  test('the main frame of our window is joined to the engine', async () => {
    expect(await app.do('connect', { sender: 'main frame' })).toBe(place.home)
  })

  test.each(['no frame', 'sub frame', 'about:blank', 'foreign origin', 'other window'] satisfies Sender[])(
    '%s is refused',
    async (sender) => {
      expect(await app.do('connect', { sender })).toBe('refused')
    },
  )

  test.each([
    { frames: 1, bytes: 1_048_576, becomes: 'open' },
    { frames: 1, bytes: 1_048_577, becomes: 'closed' },
    { frames: 300, bytes: 1, becomes: 'open' },
    { frames: 450, bytes: 1, becomes: 'closed' },
  ])('after $frames messages of at least $bytes bytes it is $becomes', async ({ becomes, ...flood }) => {
    expect(await app.do('flood', flood)).toBe(becomes)
  })

  test.each(['not JSON', '[]', '', 7])(
    'what is no message (%j) closes this connection and harms no other',
    async (frame) => {
      expect(await app.do('send', { frame })).toBe('closed')
      expect(await app.do('connect', { sender: 'main frame' })).toBe(place.home)
      expect(app.output()).toBe('')
    },
  )
})

describe('the window comes and goes', () => {
  test('closing hides it, says once that work goes on, and a second start brings it back', async () => {
    expect(await app.do('closeWindow')).toBe(true)
    expect(await app.do('closeWindow')).toBe(true)
    expect(app.noted('window.hide')).toHaveLength(2)
    expect(app.noted('notification')).toHaveLength(1)

    await app.do('minimizeWindow')
    await app.do('secondInstance')
    expect(app.noted('window.restore')).toHaveLength(1)
    expect(app.noted('window.focus')).toHaveLength(1)

    await app.do('trayMenu', { label: 'Show Signalbox' })
    expect(app.noted('window.focus')).toHaveLength(2)
  })
})

describe('a page whose process dies', () => {
  test('is loaded again while the engine goes on; one that left in order is not', async () => {
    await app.do('pageDies', { reason: 'clean-exit' })
    await app.do('pageDies', { reason: 'crashed' })
    await app.untilNoted('contents.reload')
    expect(await app.do('connect', { sender: 'main frame' })).toBe(place.home)
    expect(app.noted('contents.reload')).toHaveLength(1)
    expect(app.noted('window')).toHaveLength(1)
    expect(app.output()).toMatch(/^The window's page died \(crashed\) and is loaded again in 250 ms\.\n$/)
  })
})

describe('ending', () => {
  test('a second desktop app on the same folder ends at once and opens nothing', async () => {
    const second = startDesktop(place.home, { STAND_IN_FIRST_INSTANCE: 'no' })
    expect(await second.exited).toBe(0)
    expect(second.noted('window')).toEqual([])
  })

  test('a folder that another host owns is refused in a box that says whose it is', async () => {
    const second = startDesktop(place.home)
    expect(await second.exited).toBe(1)
    expect(second.noted('dialog.showErrorBox')).toEqual([
      {
        title: expect.stringMatching(/^Another Signalbox host owns .*desktop app, process \d+/),
        content: expect.stringContaining('stop it'),
      },
    ])
    expect(second.noted('window')).toEqual([])
  })

  test.each([['quit from the tray'], ['two requests to quit'], ['the system shuts down']])(
    'drains once, then exits 0 and frees the folder: %s',
    async (way) => {
      const own = createHome()
      const quitting = startDesktop(own.home)
      await quitting.untilNoted('window.show')
      if (way === 'quit from the tray') void quitting.do('trayMenu', { label: 'Quit' })
      else if (way === 'two requests to quit') void quitting.do('quitTwice')
      else void quitting.do('shutdown')

      expect(await quitting.exited).toBe(0)
      expect(quitting.noted('app.exit')).toEqual([0])
      expect(quitting.noted('tray.destroy')).toHaveLength(1)
      await until('the data folder is free again', () => isUnlocked(`${own.home}/lock.db`))
      own.remove()
    },
  )
})

test('power and use of the machine, as Electron tells of them, let runs wait and start', async () => {
  const { client, close } = await connectToHost(place.home)
  const definition = { kind: 'command' as const, command: { as: 'shell' as const, line: 'true' } }
  await app.do('power', { event: 'on-battery', isOnBattery: true })
  const { id } = await client.runs.submit({
    what: 'definition',
    definition: { ...definition, conditions: { acPower: true, idleMs: 600_000, network: 'up' } },
  })
  await until('it waits for AC power', async () => {
    const [wait] = (await client.runs.get({ id })).waits
    return wait?.kind === 'machine' && wait.condition === 'ac_power' && wait.isKnown
  })
  await app.do('power', { event: 'resume', isOnBattery: false })
  await until('it has run', async () => (await client.runs.get({ id })).outcome === 'succeeded')
  close()
})

/** Asked from another process than the owner's: closing the file here frees no lock of theirs. */
function isUnlocked(lockPath: string): boolean {
  const lock = new DatabaseSync(lockPath, { timeout: 0 })
  try {
    lock.exec('BEGIN IMMEDIATE; ROLLBACK')
    return true
  } catch {
    return false
  } finally {
    lock.close()
  }
}
