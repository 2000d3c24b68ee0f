import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const sources = [
  'src-main',
  'src-preload',
  'src-renderer',
  'build',
  'examples',
  'electron.vite.config.ts',
  'package-lock.json',
]
const results = ['out/main/main.js', 'out/main/headless.js', 'out/preload/bridge.cjs', 'out/renderer/index.html']

/** Whether something is not built, or was changed after it was. An installed copy has no sources and is never stale. */
export function isBuildStale(root) {
  const built = results.map((path) => modifiedAt(join(root, path)))
  if (built.includes(null)) return true
  const oldest = Math.min(...built)
  return sources.some((path) => newestIn(join(root, path)) > oldest)
}

/** Builds everything; rejects with what the build said. */
export async function build(root) {
  const bin = join(
    dirname(createRequire(import.meta.url).resolve('electron-vite/package.json')),
    'bin/electron-vite.js',
  )
  const child = spawn(process.execPath, [bin, 'build', '--logLevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`the build failed:\n${said}`)
}

function newestIn(path) {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 0
  if (!stats.isDirectory()) return stats.mtimeMs
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Math.max(0, ...files.map((entry) => modifiedAt(join(entry.parentPath, entry.name)) ?? 0))
}

const modifiedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null
