import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { executors } from '../../../src-preload/definition.ts'
import { plainPolicy } from '../../support/plain-policy.ts'
import { script, shareSupervisor } from '../../support/supervised.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const supervisor = shareSupervisor()

/** A folder with these files in it. */
function folderOf(files: Record<string, string>): string {
  const folder = tempFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

const project = () =>
  folderOf({
    'package.json': JSON.stringify({ name: 'app', type: 'module', imports: { '#words': './src/words.ts' } }),
    'src/words.ts': `export const word: string = 'imported'`,
    'src/job.ts': `
      import conditional from 'two-faced'
      import { deep } from '@scope/tools/deep'
      import plain from 'plain'
      import { word } from '#words'
      export default async () => [conditional, deep, plain.name, word, (await import('plain')).default.name]`,
    'node_modules/two-faced/package.json': JSON.stringify({
      name: 'two-faced',
      exports: { '.': { import: './module.mjs', require: './common.cjs' } },
    }),
    'node_modules/two-faced/module.mjs': `export default 'as a module'`,
    'node_modules/two-faced/common.cjs': `module.exports = 'as CommonJS'`,
    'node_modules/@scope/tools/package.json': JSON.stringify({
      exports: { './deep': './lib/deep.js' },
      type: 'module',
    }),
    'node_modules/@scope/tools/lib/deep.js': `export const deep = 'deep'`,
    'node_modules/plain/index.js': `exports.name = 'plain'`,
    'node_modules/broken/package.json': JSON.stringify({ name: 'broken', main: 'dist/index.js' }),
    'node_modules/needy/package.json': JSON.stringify({ name: 'needy' }),
    'node_modules/needy/index.js': `require('absent')`,
    'common/package.json': JSON.stringify({ type: 'commonjs' }),
    'common/job.js': `const two = require('two-faced'); module.exports = { default: () => two }`,
  })
const parts = ['as a module', 'deep', 'plain', 'imported', 'plain']

const file = (path: string, executor: (typeof executors)[number], folder?: string) => ({
  kind: 'script' as const,
  executor,
  code: { from: 'file' as const, path, ...(folder === undefined ? {} : { project: folder }) },
  ...plainPolicy,
})

test.each(executors)('on %s a script has the packages and the package.json of its folder', async (executor) => {
  const folder = project()
  const { start, endingOf } = supervisor()
  const module = start(file(join(folder, 'src/job.ts'), executor))
  expect(await endingOf(module)).toEqual({ how: 'returned', result: JSON.stringify(parts) })
  const common = start(file(join(folder, 'common/job.js'), executor))
  expect(await endingOf(common)).toEqual({ how: 'returned', result: '"as CommonJS"' })
})

test.each(executors)('on %s text runs in its project, and a file elsewhere finds packages there', async (executor) => {
  const folder = project()
  const elsewhere = folderOf({ 'far.ts': `import plain from 'plain'; export default () => plain.name` })
  const { start, endingOf } = supervisor()
  const text = `import { word } from '#words'; import plain from 'plain'; export default () => [word, plain.name]`
  const inProject = script(text, executor, { code: { from: 'text', name: 'task.ts', text, project: folder } })
  expect(await endingOf(start(inProject))).toEqual({ how: 'returned', result: '["imported","plain"]' })
  expect(await endingOf(start(file(join(elsewhere, 'far.ts'), executor, folder)))).toEqual({
    how: 'returned',
    result: '"plain"',
  })
  // The same file without the project has none of it, also on a thread that has just run it with.
  expect(await endingOf(start(file(join(elsewhere, 'far.ts'), executor)))).toMatchObject({ how: 'unstartable' })
})

test.each(executors)('on %s a missing package is one error: which, where, and what to do', async (executor) => {
  const folder = project()
  writeFileSync(join(folder, 'src/lacks.ts'), `import 'left-pad/sub'; export default () => 1`)
  const { start, endingOf } = supervisor()
  expect(await endingOf(start(file(join(folder, 'src/lacks.ts'), executor)))).toMatchObject({
    how: 'unstartable',
    error: {
      name: 'MissingPackageError',
      message: `The package "left-pad" is not installed: it is in no node_modules of ${folder}/src, nor of the folders above.`,
      hint: `Install it: cd ${folder} && npm install left-pad. Or name the folder that has it: --project FOLDER.`,
    },
  })
})

test('a package that a script can do without is missed as in Node, and one that is broken is not called missing', async () => {
  const folder = project()
  const attempt = (what: string) =>
    `export default () => import('${what}').then(() => 'there', (error) => error.name + ' ' + error.code)`
  writeFileSync(join(folder, 'optional.ts'), attempt('absent'))
  writeFileSync(join(folder, 'broken.ts'), attempt('broken'))
  writeFileSync(join(folder, 'needy.ts'), attempt('needy').replace("error.name + ' ' + error.code", 'error.hint'))
  const { start, endingOf } = supervisor()
  const endings = ['optional', 'broken', 'needy'].map((name) =>
    endingOf(start(file(join(folder, `${name}.ts`), 'process'))),
  )
  const results = (await Promise.all(endings)).map((ending) => (ending.how === 'returned' ? ending.result : ending))
  expect(results).toEqual([
    '"MissingPackageError ERR_MODULE_NOT_FOUND"',
    '"Error ERR_MODULE_NOT_FOUND"',
    JSON.stringify(
      `${folder}/node_modules/needy/index.js needs it. Install what the project needs: cd ${folder} && npm install`,
    ),
  ])
})
