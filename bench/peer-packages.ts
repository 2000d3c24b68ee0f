import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Missing } from './servers.ts'

export const peersFolder = fileURLToPath(new URL('./peers', import.meta.url))

/** Building a native package and asking in vain for a built one takes minutes on a small machine. */
const INSTALL_MS = 20 * 60_000

/** Installs the packages of a folder as its lock file says, if that was not done yet, for the Node that will run them. */
export function installPeers(folder: string, node: string, options: string[]): void {
  const lock = join(folder, 'package-lock.json')
  const installed = join(folder, 'node_modules', '.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  console.error(`Installing the packages of ${folder} …`)
  const { status, stderr, error } = spawnSync('npm', ['ci', ...options], {
    cwd: folder,
    encoding: 'utf8',
    timeout: INSTALL_MS,
    env: { ...process.env, PATH: dirname(node) + delimiter + (process.env['PATH'] ?? '') },
  })
  if (status !== 0) throw new Missing(`its packages cannot be installed: ${lastLine(stderr) ?? error?.message ?? ''}`)
}

const lastLine = (text: string | null) =>
  text
    ?.trim()
    .split('\n')
    .findLast((line) => !line.includes('A complete log'))

/** A Node on the PATH whose major version is one of `majors`, other than the one that npm scripts use here. */
export function findNode(majors: number[]): { path: string; version: string } {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'node')
    if (!existsSync(path)) continue
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
    if (majors.includes(Number.parseInt(version.slice(1)))) return { path, version }
  }
  throw new Missing(`it needs Node ${majors.join(' or ')}, and there is none on the PATH`)
}
