import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { generateSdkTypes } from '../../../build/sdk-types/generate.ts'
import { namesOfModules } from '../../../build/sdk-types/names.ts'
import { version } from '../../../src-main/version.ts'
import { sampleScripts } from '../../support/sample-project.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { askEditor, faultsOf, resolutions, writeFiles } from '../../support/typed-project.ts'

const root = join(import.meta.dirname, '../../..')
const types = generateSdkTypes(root)
const declarations = Object.entries(types).filter(([name]) => name.endsWith('.d.ts'))

test.each(declarations)('%s imports nothing but its neighbour, and says its version', (_name, text) => {
  const imported = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName)
  expect(imported.filter((name) => name !== './index.js')).toEqual([])
  expect(text).toContain(`Signalbox ${version}`)
})

test.each(declarations)('all that %s exports, and every member of it, has a docstring', (name, text) => {
  expect(withoutDoc(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true))).toEqual([])
})

test.each(Object.entries(resolutions))(
  'under %s, right use has no faults, and every wrong use has one',
  (_name, options) => {
    const folder = tempFolder()
    writeFiles(folder, sampleProject())
    const scripts = Object.keys(sampleScripts).map((name) => join(folder, name))
    expect(faultsOf(scripts, options)).toEqual([])
  },
)

test('the modules have what their types promise', () => {
  const folder = tempFolder()
  // Scripts make no objects of these classes: what they are is compared where functions give them.
  const given = [
    'ChildRun',
    'ExecutionFailed',
    'Future',
    'Interpreter',
    'InterpreterPool',
    'InterpreterQueue',
    'Task',
    'Timeout',
  ]
  // Of any item the compiler cannot know that it is no object of ours: such functions are compared for one kind of item.
  const promises = (module: string, source: string, generic: string[]) => `
import * as promised from '${module}'
import * as real from '${join(root, 'src-main/interpreters/sdk', source)}'
export const kept: Omit<typeof promised, '${[...given, ...generic].join("' | '")}'> = real
${generic.map((name) => `export const ${name}: typeof promised.${name}<string> = real.${name}<string>`).join('\n')}
`
  writeFiles(folder, {
    ...sampleProject(),
    'await.ts': promises('signalbox', 'index.ts', ['queue', 'future']),
    'blocking.ts': promises('signalbox/sync', 'sync.ts', ['queue', 'future', 'spawn']),
  })
  const options = {
    ...resolutions.nodenext,
    allowImportingTsExtensions: true,
    lib: ['lib.es2024.d.ts', 'lib.esnext.d.ts'],
  }
  const node = { types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }
  const paths = Object.keys(sampleScripts).map((name) => join(folder, name))
  expect(faultsOf(paths, { ...options, ...node, skipLibCheck: true })).toEqual([])
})

test('an editor lists the members of an object, each with its docstring', () => {
  const listed = inEditor("import { queue } from 'signalbox'\nvoid queue<string>('x').|").completions()
  expect(Object.keys(listed)).toEqual(
    expect.arrayContaining(['put', 'get', 'tryPut', 'tryGet', 'taskDone', 'join', 'name']),
  )
  expect(listed['put']).toBe(
    'Adds an item; waits while the queue is full. Throws a QueueShutDown when it was shut down.',
  )
  expect(Object.entries(listed).filter(([, doc]) => doc === '')).toEqual([])
})

test('an editor lists what a module exports, and nothing that is not for scripts', () => {
  const listed = inEditor("import { | } from 'signalbox'").completions()
  expect(Object.keys(listed)).toEqual(expect.arrayContaining(['queue', 'sleep', 'TaskGroup', 'Queue']))
  expect(Object.keys(listed)).not.toContain('sync')
  expect(listed['sleep']).toContain('as asyncio.sleep does')
})

test("the window's editor offers what the modules export (else: run this test with --update)", async () => {
  const names = namesOfModules(types)
  const list = join(root, 'src-renderer/lib/state/script-names.json')
  await expect(JSON.stringify(names, null, 2) + '\n').toMatchFileSnapshot(list)
  const exported = Object.keys(await import('../../../src-main/interpreters/sdk/index.ts'))
  const values = names.signalbox.filter(({ kind }) => kind !== 'type').map(({ name }) => name)
  expect(values.sort()).toEqual(exported.filter((name) => name !== 'sync').sort())
  const blocking = Object.keys(await import('../../../src-main/interpreters/sdk/sync.ts'))
  const syncValues = names['signalbox/sync'].filter(({ kind }) => kind !== 'type').map(({ name }) => name)
  expect(syncValues.sort()).toEqual(blocking.sort())
  for (const { name, doc } of Object.values(names).flat()) expect(doc, name).toMatch(/^.{10,}\.$/)
})

test('a hover shows names that a person can read', () => {
  expect(inEditor("import { queue } from 'signalbox/sync'\nvoid queue<string>('x').g|et()").hover()).toEqual({
    shown: '(method) Queue<string>.get(options?: WaitOptions): string',
    doc: 'Takes the next item; waits while there is none. Throws a QueueShutDown when it was shut down and is empty.',
  })
  expect(inEditor("import { lock } from 'signalbox'\nconst h|eld = await lock('x').tryAcquire()").hover()?.shown).toBe(
    'const held: Permit | null',
  )
})

function inEditor(text: string) {
  const folder = tempFolder()
  writeFiles(folder, sampleProject())
  return askEditor(join(folder, 'script.ts'), text, resolutions.nodenext)
}

const inPackage = Object.entries(types).map(([name, text]): [path: string, text: string] => [
  `node_modules/@types/signalbox/${name}`,
  text,
])

const sampleProject = (): Record<string, string> => ({
  'package.json': '{ "type": "module" }',
  ...Object.fromEntries(inPackage),
  ...sampleScripts,
})

/** Constructors aside: the class says what it is. */
function withoutDoc(file: ts.SourceFile): string[] {
  const found: string[] = []
  const visit = (node: ts.Node, path: string) => {
    const named = nameIn(node)
    const here = named === null ? path : path === '' ? named : `${path}.${named}`
    if (named !== null && ts.getJSDocCommentsAndTags(node).length === 0) found.push(here)
    // What stands inside of parameters and results belongs to a line that has its docstring.
    if (!ts.isFunctionLike(node) && !ts.isUnionTypeNode(node)) ts.forEachChild(node, (child) => visit(child, here))
  }
  visit(file, '')
  return found
}

function nameIn(node: ts.Node): string | null {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.getText()).join()
  if (ts.isVariableDeclaration(node) || ts.isConstructorDeclaration(node) || ts.isTypeParameterDeclaration(node))
    return null
  if (ts.isCallSignatureDeclaration(node)) return '()'
  const isDeclaration = ts.isDeclarationStatement(node) || ts.isClassElement(node) || ts.isTypeElement(node)
  return isDeclaration ? (ts.getNameOfDeclaration(node)?.getText() ?? null) : null
}
