import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRendererFiles } from '../../../src-main/server/renderer-files.ts'
import { tempFolder } from '../../support/temp-folder.ts'

/** Writes a build whose one asset is `asset`; each is a second younger than the one before. */
function build(folder: string, asset: string, second: number): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'assets', asset), '')
  writeFileSync(join(folder, 'index.html'), '')
  utimesSync(join(folder, 'index.html'), second, second)
}

test('a page that is built again is served with its new files, and only what a build brought is', () => {
  const folder = join(tempFolder(), 'renderer')
  build(folder, 'one.js', 1)
  const files = readRendererFiles(folder)
  expect(files.isBuilt).toBe(true)
  expect(files.find('/')?.path).toBe(join(folder, 'index.html'))
  expect(files.find('/assets/one.js')?.contentType).toBe('text/javascript; charset=utf-8')

  writeFileSync(join(folder, 'assets', 'stray.js'), '')
  expect(files.find('/index.html')).not.toBeNull()
  expect(files.find('/assets/stray.js')).toBeNull()

  build(folder, 'two.js', 2)
  expect(files.find('/')).not.toBeNull()
  expect(files.find('/assets/two.js')).not.toBeNull()
  expect(files.find('/assets/one.js')).toBeNull()
})

test('without a build nothing is served', () => {
  const files = readRendererFiles(join(tempFolder(), 'nothing'))
  expect(files.isBuilt).toBe(false)
  expect(files.find('/')).toBeNull()
})
