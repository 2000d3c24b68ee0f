import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findElectron } from '../../bin/find-electron.js'
import { endWithTest } from '../support/command-line.ts'
import { until } from '../support/until.ts'

const checkout = join(import.meta.dirname, '../..')
const starter = join(checkout, 'bin/start.js')
const desk = { env: { ...process.env, DISPLAY: ':99' }, platform: 'linux' as const, userId: 1000 }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-start-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A project whose `electron` package runs `installer` when it is installed. */
function projectWithInstaller(installer: string): string {
  const electron = join(folder, 'node_modules/electron')
  mkdirSync(electron, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{}')
  writeFileSync(join(electron, 'package.json'), '{ "name": "electron" }')
  writeFileSync(join(electron, 'install.js'), installer)
  return folder
}

const installs = (program: string) => `
  const fs = require('node:fs')
  fs.mkdirSync(__dirname + '/dist')
  fs.writeFileSync(__dirname + '/dist/electron', ${JSON.stringify(program)}, { mode: 0o755 })
  fs.writeFileSync(__dirname + '/path.txt', 'electron')`

/** Runs what starts the app where there is no display, until it is ready. */
async function startWithoutDisplay(command: string, words: string[], moreEnv: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, ...moreEnv }
  delete env['DISPLAY']
  delete env['WAYLAND_DISPLAY']
  const child = spawn(command, [...words, '--home', join(folder, 'home')], {
    cwd: checkout,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  endWithTest(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  // It may have to build first.
  await until('the host is ready', () => output.includes('Signalbox is ready'), 50_000)
  const lines = output.trim().split('\n')
  const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(lines.at(-1) ?? '')?.[0] ?? ''
  return { child, exited, reason: lines.at(-2), address }
}

test('without a display the app is served to the browser, with the reason in one line, and stops on a signal', async () => {
  const { child, exited, reason, address } = await startWithoutDisplay(process.execPath, [starter])
  expect(reason).toMatch(/^No desktop window: there is no display here .*\.$/)
  expect((await fetch(address)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
})

test('a signal to npm, whose shell passes nothing on, stops the app all the same', async () => {
  const { child, exited, address } = await startWithoutDisplay('npm', ['start', '--'])
  child.kill('SIGTERM')
  await exited
  const isServed = () =>
    fetch(address).then(
      () => true,
      () => false,
    )
  await until('nothing is served any more', async () => !(await isServed()))
})

test('no download is tried where none would help', async () => {
  const root = projectWithInstaller('throw new Error("must not run")')
  expect(await findElectron(root, { ...desk, env: {} })).toEqual({
    reason: expect.stringMatching(/no display/),
  })
  expect(await findElectron(root, { ...desk, userId: 0 })).toEqual({ reason: 'Electron refuses to run as root' })
  const asked = { ...desk, env: { ...desk.env, SIGNALBOX_HEADLESS: '1' } }
  expect(await findElectron(root, asked)).toEqual({ reason: 'SIGNALBOX_HEADLESS is set' })
})

test('a download that fails gives its first line, without the stack', async () => {
  const root = projectWithInstaller('console.error(new TypeError("fetch failed").stack); process.exit(1)')
  expect(await findElectron(root, desk)).toEqual({ reason: 'Electron could not be fetched (fetch failed)' })
})

test('a download that brings nothing for a while is given up', async () => {
  const root = projectWithInstaller('setInterval(() => {}, 1000)')
  const limits = { stalledMs: 600, wholeMs: 60_000 }
  expect(await findElectron(root, desk, limits)).toEqual({
    reason: 'Electron could not be fetched (no data for 0.6 s)',
  })
})

test('a program that was fetched and runs is the answer, and is not fetched again', async () => {
  const root = projectWithInstaller(installs('#!/bin/sh\necho 45.0.0\n'))
  const found = { path: join(root, 'node_modules/electron/dist/electron') }
  expect(await findElectron(root, desk)).toEqual(found)
  writeFileSync(join(root, 'node_modules/electron/install.js'), 'throw new Error("must not run")')
  expect(await findElectron(root, desk)).toEqual(found)
})

test('a program that does not start says which library it misses', async () => {
  const missing = 'error while loading shared libraries: libnss3.so: cannot open shared object file'
  const root = projectWithInstaller(installs(`#!/bin/sh\necho '${missing}' >&2\nexit 127\n`))
  expect(await findElectron(root, desk)).toEqual({ reason: `Electron does not start (${missing})` })
})

test('from source and watched, as `npm run dev` starts it, it is ready on a new folder too', async () => {
  const watched = { WATCH_REPORT_DEPENDENCIES: '1' }
  const { child, exited, address } = await startWithoutDisplay(
    process.execPath,
    [join(checkout, 'src-main/headless.ts')],
    watched,
  )
  expect((await fetch(address)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
})
