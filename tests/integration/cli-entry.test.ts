import { readFileSync, writeFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { endWithTest, startSignalbox } from '../support/command-line.ts'
import { writeScripts } from '../support/scripts.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Has the entry believe that it met another version of Node; what it starts in its place meets the real one. */
function under(version: string) {
  const code = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`]
}

test('under an older Node it starts itself again under the pinned one, and copies how that ends', async () => {
  const folder = tempFolder()
  const { double } = writeScripts(folder)
  const options = { home: join(folder, 'home'), execArgv: under('20.11.0') }
  expect(await startSignalbox(['run', double, '--input', '-'], { ...options, input: '{"n":2}' }).whenEnded).toEqual({
    code: 0,
    stdout: '{"doubled":4}\n',
    stderr: 'doubling\n',
  })
  expect(await startSignalbox(['ls'], options).whenEnded).toMatchObject({ code: 3 })
})

test('a signal reaches what it started', async () => {
  const folder = tempFolder()
  const { wait } = writeScripts(folder)
  const running = startSignalbox(['run', wait], { home: join(folder, 'home'), execArgv: under('22.3.0') })
  endWithTest(running.child)
  await running.untilSaid('stderr', 'waiting')
  running.child.kill('SIGINT')
  expect(await running.whenEnded).toMatchObject({ code: 130 })
})

test('a Node that is too old is told which one is needed', async () => {
  const ended = await startSignalbox(['ls'], { home: tempFolder(), execArgv: under('18.20.8') }).whenEnded
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr: 'signalbox: needs Node 20 or newer, and this is 18.20.8.\n',
  })
})

test.skipIf(process.platform !== 'linux')(
  'a host gives memory back as the C library is told; its runs are not told that, and are nicer than it',
  async () => {
    const home = tempFolder()
    const host = startSignalbox(['serve'], { home })
    endWithTest(host.child)
    await host.untilSaid('stdout', '#token=')
    const seen = readFileSync(`/proc/${host.child.pid}/environ`, 'latin1').split('\0')
    expect(seen.filter((line) => line.startsWith('MALLOC_')).sort()).toEqual([
      'MALLOC_ARENA_MAX=2',
      'MALLOC_MMAP_THRESHOLD_=65536',
      'MALLOC_TRIM_THRESHOLD_=131072',
    ])
    const script = join(home, 'who.ts')
    writeFileSync(
      script,
      `import { getPriority } from 'node:os'
export default () => [Object.keys(process.env).filter((name) => name.startsWith('MALLOC_')), getPriority()]`,
    )
    const runs = Math.min(19, getPriority(host.child.pid) + 5)
    const { code, stdout } = await startSignalbox(['run', script], { home }).whenEnded
    expect({ code, result: JSON.parse(stdout) as unknown }).toEqual({ code: 0, result: [[], runs] })
  },
)
