/** The public types of `signalbox` and `signalbox/sync`, made of the SDK's sources as the compiler sees them. */
import { join } from 'node:path'
import ts from 'typescript'
import { version } from '../../src-main/version.ts'
import { writeModule } from './module.ts'

const modules = { index: 'src-main/interpreters/sdk/index.ts', sync: 'src-main/interpreters/sdk/sync.ts' }

const header = `// Types of Signalbox ${version}, made at its build.
/// <reference lib="esnext.disposable" />
`

/** As a package of its own, for the compiler alone: `exports` have no code. `writtenBy` is how `types` knows its own again. */
const packageJson = {
  name: '@types/signalbox',
  version,
  description: 'Types of the modules that scripts of Signalbox import',
  writtenBy: 'signalbox types',
  type: 'module',
  types: 'index.d.ts',
  exports: { '.': { types: './index.d.ts' }, './sync': { types: './sync.d.ts' }, './package.json': './package.json' },
}

/** By file name. `root` is the folder of the sources. */
export function generateSdkTypes(root: string): Record<'package.json' | 'index.d.ts' | 'sync.d.ts', string> {
  const index = join(root, modules.index)
  const sync = join(root, modules.sync)
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object
  }
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [index, sync] }, ts.sys, root)
  const program = ts.createProgram([index, sync], options)
  const first = writeModule(program, index, root, null)
  const second = writeModule(program, sync, root, { exported: first.exported, from: './index.js' })
  return {
    'package.json': JSON.stringify(packageJson, null, 2) + '\n',
    'index.d.ts': header + first.text,
    'sync.d.ts': header + second.text,
  }
}
