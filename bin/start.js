#!/usr/bin/env node
/**
 * `npm start`: the desktop app where Electron can be had, else the same app in a browser. Whatever stands in Electron's
 * way is said in one line. Arguments (`--home DIR`, `--port N`) go to the host that starts.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build, isBuildStale } from './build-state.js'
import { findElectron } from './find-electron.js'
import { withHostMemory } from './host-memory.js'

const root = join(import.meta.dirname, '..')
const oldestNode = 24

async function main() {
  if (Number(process.versions.node.split('.', 1)[0]) < oldestNode) {
    throw new Error(
      `Signalbox needs Node ${oldestNode}, this is ${process.versions.node}. Start it with: npm ci && npm start`,
    )
  }
  if (isBuildStale(root)) {
    console.log('Building Signalbox …')
    await build(root)
  }
  const args = process.argv.slice(2)
  const electron = await findElectron(root)
  if ('path' in electron) return run(electron.path, [root, ...args], withoutNodeMode(), electronSignals())
  console.log(`No desktop window: ${electron.reason}. Serving the app to your browser instead.`)
  const headless = join(root, 'out/main/headless.js')
  if (!existsSync(headless)) throw new Error('The build is incomplete. Run: npm run build')
  return run(process.execPath, [headless, ...args], withHostMemory(process.env), ['SIGINT', 'SIGTERM', 'SIGHUP'])
}

/** Runs the host as if it were this process: same terminal, same signals, same exit code. */
function run(command, args, env, signals) {
  const child = spawn(command, args, { stdio: 'inherit', env })
  process.on('SIGINT', () => {}) // never ends this process before its host
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  whenShellIsGone(() => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

/**
 * npm runs a script through a shell. A signal to npm alone ends that shell, which passes nothing on and leaves us
 * behind; all that can be seen of it from here is another parent.
 */
function whenShellIsGone(stop) {
  if (process.env.npm_lifecycle_event !== 'start') return
  const shell = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(timer)
    stop()
  }, 500)
  timer.unref()
}

/**
 * A terminal sends Ctrl+C to Electron too, and Chromium ends at once on a second one: passed on, one press would count
 * as two. Our headless host knows the same press.
 */
const electronSignals = () => (process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'])

/** An Electron started from a program that runs it as Node must not inherit that mode. */
function withoutNodeMode() {
  const env = { ...process.env }
  delete env.ELECTRON_RUN_AS_NODE
  return env
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`signalbox: ${error.message}`)
  process.exitCode = 1
}
