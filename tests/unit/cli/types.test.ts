import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installTypes } from '../../../src-main/cli/types.ts'
import { version } from '../../../src-main/version.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { writeFiles } from '../../support/typed-project.ts'

const inProject = 'node_modules/@types/signalbox'
const packageOf = (written: object) => JSON.stringify({ name: '@types/signalbox', ...written })

/** As the build leaves them. */
function someTypes(): string {
  const folder = tempFolder()
  writeFiles(folder, {
    'package.json': packageOf({ version, writtenBy: 'signalbox types' }),
    'index.d.ts': 'export declare const made: 1',
    'sync.d.ts': 'export {}',
  })
  return folder
}

test('makes what is missing, and says what it wrote', () => {
  const [source, project] = [someTypes(), tempFolder()]
  const folder = join(project, inProject)
  const files = ['package.json', 'index.d.ts', 'sync.d.ts']
  expect(installTypes(source, project)).toEqual({ version, folder, files, replaced: null })
  for (const name of files)
    expect(readFileSync(join(folder, name), 'utf8')).toBe(readFileSync(join(source, name), 'utf8'))
  expect(readdirSync(folder).sort()).toEqual(files.toSorted())
})

test('replaces what it wrote before, also what was cut off, and says which version that was', () => {
  const [source, project] = [someTypes(), tempFolder()]
  writeFiles(project, {
    [`${inProject}/package.json`]: packageOf({ version: '0.0.7', writtenBy: 'signalbox types' }),
    [`${inProject}/index.d.ts`]: 'export declare const old: 1',
  })
  expect(installTypes(source, project)).toMatchObject({ replaced: '0.0.7' })
  expect(installTypes(source, project)).toMatchObject({ replaced: version })
  expect(readFileSync(join(project, inProject, 'index.d.ts'), 'utf8')).toBe('export declare const made: 1')
})

test.each([
  ['of another package', { 'package.json': packageOf({ version: '1.0.0' }), 'index.d.ts': 'theirs' }],
  ['without a description', { 'index.d.ts': 'theirs' }],
  ['with a description that is not JSON', { 'package.json': '{', 'index.d.ts': 'theirs' }],
  ['with a description that is null', { 'package.json': 'null', 'index.d.ts': 'theirs' }],
])('leaves a folder alone that is %s', (_what, theirs) => {
  const project = tempFolder()
  const folder = join(project, inProject)
  writeFiles(folder, theirs)
  expect(() => installTypes(someTypes(), project)).toThrow(`${folder} holds something else than our types. Remove it`)
  expect(readdirSync(folder).sort()).toEqual(Object.keys(theirs).sort())
  expect(readFileSync(join(folder, 'index.d.ts'), 'utf8')).toBe('theirs')
})

test('a project that is not there, or is a file, is refused', () => {
  const project = tempFolder()
  writeFileSync(join(project, 'file'), '')
  for (const wrong of ['missing', 'file', 'file/below'])
    expect(() => installTypes(someTypes(), join(project, wrong))).toThrow(
      `There is no folder ${join(project, wrong)}. Say where your project is: signalbox types DIR`,
    )
  expect(readdirSync(project)).toEqual(['file'])
})

test.each(['node_modules', 'node_modules/@types', inProject])('a file at %s is in the way', (path) => {
  const project = tempFolder()
  writeFiles(project, { [path]: 'a file' })
  expect(() => installTypes(someTypes(), project)).toThrow(/is in the way: it is not what has to be there. Move it/)
  expect(readFileSync(join(project, path), 'utf8')).toBe('a file')
})

test('a folder in the place of a file is in the way, and leaves nothing half written', () => {
  const project = tempFolder()
  const folder = join(project, inProject)
  writeFiles(folder, { 'package.json': packageOf({ version, writtenBy: 'signalbox types' }) })
  mkdirSync(join(folder, 'index.d.ts'))
  expect(() => installTypes(someTypes(), project)).toThrow(/is in the way/)
  expect(readdirSync(folder).sort()).toEqual(['index.d.ts', 'package.json'])
})

test('what the system does not let us write is refused in words', () => {
  const project = tempFolder()
  symlinkSync('/proc/self', join(project, 'node_modules'))
  expect(() => installTypes(someTypes(), project)).toThrow(/cannot be written/)
})
