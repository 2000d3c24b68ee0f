import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { version } from '../../src-main/version.ts'
import { startSignalbox } from '../support/command-line.ts'
import { sampleScripts } from '../support/sample-project.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { faultsOf, resolutions, writeFiles } from '../support/typed-project.ts'

const root = join(import.meta.dirname, '../..')
const built = join(root, 'out/main/cli.js')
const files = ['package.json', 'index.d.ts', 'sync.d.ts']

test('`types` writes into the current folder, and a project there type-checks', async () => {
  const project = tempFolder()
  const folder = join(project, 'node_modules/@types/signalbox')
  const options = { home: join(project, 'home'), cwd: project, entry: built }
  expect(await startSignalbox(['types'], options).whenEnded).toEqual({
    code: 0,
    stdout: `The types of Signalbox ${version} are in ${folder}.\n`,
    stderr: '',
  })
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({ version })
  writeFiles(project, sampleScripts)
  const scripts = Object.keys(sampleScripts).map((name) => join(project, name))
  for (const resolution of [resolutions.bundler, resolutions.nodenext])
    expect(faultsOf(scripts, resolution)).toEqual([])
})

test('`types DIR --json` says what it wrote where, and what it replaced', async () => {
  const project = tempFolder()
  const folder = join(project, 'a folder/node_modules/@types/signalbox')
  mkdirSync(join(project, 'a folder'))
  const options = { home: join(project, 'home'), cwd: project, entry: built }
  for (const replaced of [null, version]) {
    const { code, stdout } = await startSignalbox(['types', 'a folder', '--json'], options).whenEnded
    expect({ code, said: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      said: { version, folder, files, replaced },
    })
  }
})

test('wrong use of `types` is told in one line', async () => {
  const project = tempFolder()
  const options = { home: join(project, 'home'), cwd: project }
  const end = (words: string[], entry: string) => startSignalbox(['types', ...words], { ...options, entry }).whenEnded
  expect(await end(['missing'], built)).toEqual({
    code: 2,
    stdout: '',
    stderr: `signalbox: There is no folder ${join(project, 'missing')}. Say where your project is: signalbox types DIR\n`,
  })
  expect(await end(['one', 'two'], built)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('too many arguments'),
  })
  expect(await end([], join(root, 'src-main/cli/main.ts'))).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'signalbox: The types are made when Signalbox is built, and this one runs from its sources. Run: npm run build\n',
  })
})
