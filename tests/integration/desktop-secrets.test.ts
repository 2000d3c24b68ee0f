import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Client } from '../../src-preload/contract.ts'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { serveHome } from '../support/command-line.ts'
import { startDesktop } from '../support/desktop-app.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

const echo: Parameters<Client['runs']['submit']>[0] = {
  what: 'definition',
  definition: {
    kind: 'command',
    command: { as: 'shell', line: 'test "$KEY" = "the value"' },
    secrets: [{ env: 'KEY', name: 'api' }],
  },
}

const untilItWaits = (client: Client, id: number) =>
  until('it waits for its secrets', async () => (await client.runs.get({ id })).waits[0]?.kind === 'secrets')
const untilItSucceeds = (client: Client, id: number) =>
  until('it has succeeded', async () => (await client.runs.get({ id })).outcome === 'succeeded', 30_000)

test('a locked keychain lets runs wait until it is unlocked, and a changed one has the key encrypted anew', async () => {
  const home = tempFolder()
  const first = startDesktop(home)
  await first.untilNoted('window.show')
  const before = await connectToHost(home)
  await before.client.secrets.set({ name: 'api', value: 'the value' })
  before.close()
  await first.kill()
  const sealed = readFileSync(join(home, 'secrets.key'), 'utf8')

  const app = startDesktop(home, { STAND_IN_KEY_STORE_LOCKED: '1' })
  onTestFinished(() => app.kill())
  await app.untilNoted('window.show')
  const { client, close } = await connectToHost(home)
  onTestFinished(close)
  const { id } = await client.runs.submit(echo)
  await untilItWaits(client, id)
  await app.do('keyStore', { isLocked: false, isRotated: true })
  await app.do('power', { event: 'unlock-screen', isOnBattery: false })
  await untilItSucceeds(client, id)
  expect(readFileSync(join(home, 'secrets.key'), 'utf8')).not.toBe(sealed)
})

test('a key file that is away for a while does the same to a headless host', async () => {
  const home = tempFolder()
  const file = join(home, 'secrets.key')
  const first = await serveHome(home)
  const before = await connectToHost(home)
  await before.client.secrets.set({ name: 'api', value: 'the value' })
  before.close()
  await first.stop()
  renameSync(file, `${file}.away`)

  const host = await serveHome(home)
  onTestFinished(async () => void (await host.stop()))
  const { client, close } = await connectToHost(home)
  onTestFinished(close)
  const { id } = await client.runs.submit(echo)
  await untilItWaits(client, id)
  await expect(client.secrets.set({ name: 'other', value: 'another' })).rejects.toMatchObject({
    code: 'SECRETS_LOCKED',
  })
  renameSync(`${file}.away`, file)
  await untilItSucceeds(client, id)
})
