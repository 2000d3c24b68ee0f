import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A download that grows by nothing for this long is given up; so is one that takes longer than the whole. */
const patience = { stalledMs: 15_000, wholeMs: 600_000 }
const lookEveryMs = 500

/** The machine as far as it matters here. */
const thisHost = { env: process.env, platform: process.platform, userId: process.getuid?.() }

/** Finds Electron's program, fetching it when it is not there yet: `{ path }`, or `{ reason }` why it cannot be had. */
export async function findElectron(root, host = thisHost, limits = patience) {
  const obstacle = findObstacle(host)
  if (obstacle !== null) return { reason: obstacle }
  const folder = dirname(createRequire(join(root, 'package.json')).resolve('electron/package.json'))
  let path = installedPath(folder, host.env)
  if (path === null) {
    console.log('Fetching Electron, once …')
    const failure = await download(folder, host.env, limits)
    path = installedPath(folder, host.env)
    if (path === null) return { reason: `Electron could not be fetched (${failure ?? 'nothing was installed'})` }
  }
  return tryOut(path, host.env)
}

/** What no download would mend. */
function findObstacle({ env, platform, userId }) {
  if (env.SIGNALBOX_HEADLESS === '1') return 'SIGNALBOX_HEADLESS is set'
  if (platform !== 'linux') return null
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY)
    return 'there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)'
  return userId === 0 ? 'Electron refuses to run as root' : null
}

function installedPath(folder, env) {
  try {
    const path = join(
      env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'),
      readFileSync(join(folder, 'path.txt'), 'utf8'),
    )
    return statSync(path).isFile() ? path : null
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

/** Runs the package's own installer and returns null, or in a few words why it failed. */
async function download(folder, env, limits) {
  // It downloads into the folder for temporary files; with one of its own, its progress can be seen.
  const temporary = mkdtempSync(join(tmpdir(), 'signalbox-electron-'))
  const child = spawn(process.execPath, [join(folder, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  const watch = watchProgress([temporary, join(folder, 'dist')], limits, () => child.kill('SIGKILL'))
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (watch.gaveUp()) return watch.gaveUp()
    return code === 0 ? null : firstLine(said)
  } finally {
    watch.stop()
    rmSync(temporary, { recursive: true, force: true })
  }
}

function watchProgress(folders, { stalledMs, wholeMs }, giveUp) {
  const startedAt = performance.now()
  let grewAt = startedAt
  let bytes = 0
  let reason = null
  const timer = setInterval(() => {
    const now = performance.now()
    const size = folders.reduce((sum, folder) => sum + bytesIn(folder), 0)
    if (size !== bytes) grewAt = now
    bytes = size
    if (now - grewAt > stalledMs) reason = `no data for ${stalledMs / 1000} s`
    else if (now - startedAt > wholeMs) reason = `not done in ${wholeMs / 60_000} min`
    if (reason !== null) giveUp()
  }, lookEveryMs)
  return { gaveUp: () => reason, stop: () => clearInterval(timer) }
}

function bytesIn(folder) {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return 0
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const sizes = entries.map(
    (entry) => statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0,
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Starts it as Node for a moment: that loads every library it needs, and shows the one that is missing. */
function tryOut(path, env) {
  const trial = spawnSync(path, ['--print', 'process.versions.electron'], {
    env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
    encoding: 'utf8',
    timeout: 20_000,
  })
  if (trial.status === 0) return { path }
  return { reason: `Electron does not start (${trial.error?.message ?? firstLine(trial.stderr)})` }
}

/** The line that says what happened, without the error's class and stack. */
function firstLine(text) {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '')
  return line === undefined ? 'no reason given' : line.trim().replace(/^\w*Error: /, '')
}
