import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { serveHome, signalboxOn } from '../support/command-line.ts'
import { makeFiles, sha256sumOf, startPages } from '../support/real-work.ts'
import { tempFolder } from '../support/temp-folder.ts'

const example = (name: string) => join(import.meta.dirname, '../../examples', name)

test('a script hashes 2,000 files and agrees with sha256sum', async () => {
  const home = tempFolder()
  const folder = join(home, 'files')
  const bytes = makeFiles(folder, 2_000)
  const { code, stdout } = await signalboxOn(home)(
    'run',
    example('hash-folder.ts'),
    '--json',
    '--input',
    JSON.stringify({ folder }),
  )
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: 'succeeded',
    result: { files: 2_000, bytes, digest: sha256sumOf(folder) },
    progress: { done: 2_000, total: 2_000 },
  })
})

test('a script fetches 200 pages on the async executor', async () => {
  const home = tempFolder()
  const pages = await startPages()
  onTestFinished(() => pages.close())
  const input = JSON.stringify({ base: pages.base, pages: 200 })
  const { code, stdout } = await signalboxOn(home)(
    'run',
    example('fetch-pages.ts'),
    '--executor',
    'async',
    '--input',
    input,
  )
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual({ pages: 200, bytes: 10 * ((200 * 201) / 2), statuses: { 200: 200 } })
  expect(pages.asked()).toBe(200)
})

test('a command job pipes a file through gzip, from the queue of a host', async () => {
  const home = tempFolder()
  const folder = join(home, 'work')
  mkdirSync(folder)
  const content = 'what goes in comes out\n'.repeat(10_000)
  writeFileSync(join(folder, 'in.txt'), content)
  const signalbox = signalboxOn(home)
  const host = await serveHome(home)
  onTestFinished(async () => {
    await host.stop()
  })

  const line = 'gzip -c < in.txt > out.gz && gzip -l out.gz'
  expect(await signalbox('job', 'add', '--command', line, '--name', 'pack', '--cwd', folder)).toMatchObject({ code: 0 })
  const id = (await signalbox('submit', 'pack')).stdout.trim()
  const followed = await signalbox('logs', id, '-f')
  expect(followed.stdout).toContain('out')
  expect(JSON.parse((await signalbox('show', id, '--json')).stdout)).toMatchObject({
    lifecycle: 'finished',
    outcome: 'succeeded',
    result: { exitCode: 0 },
  })
  expect(gunzipSync(readFileSync(join(folder, 'out.gz'))).toString()).toBe(content)
})
