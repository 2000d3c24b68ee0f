#!/usr/bin/env node
/**
 * `npm run dev`: the headless host straight from the source, restarted when the source changes, over a page that is built
 * again when it changes (reload the browser). Arguments go to the host.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { resolveConfig } from 'electron-vite'
import { build as buildPage } from 'vite'
import { build, isBuildStale } from './build-state.js'

const root = join(import.meta.dirname, '..')
if (isBuildStale(root)) {
  console.log('Building Signalbox …')
  await build(root)
}

const { config } = await resolveConfig({ root, logLevel: 'warn' }, 'build', 'production')
const watcher = await buildPage({ ...config.renderer, build: { ...config.renderer.build, watch: {} } })

const watchedFolders = ['src-main', 'src-preload'].map((folder) => `--watch-path=${join(root, folder)}`)
const host = spawn(
  process.execPath,
  [...watchedFolders, '--watch-preserve-output', join(root, 'src-main/headless.ts'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => host.kill(signal))
host.once('exit', (code) => {
  process.exitCode = code ?? 1
  void watcher.close()
})
