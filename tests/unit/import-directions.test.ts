import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
let eslint: ESLint

beforeAll(() => {
  // The project's own rules; those that need types cannot look at files that exist in this test only.
  eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] })
})

/** Lints `code` as if it were a new file in `folder` and returns what the direction rules say. */
async function judge(place: string, code: string): Promise<string[]> {
  const filePath = join(root, place.endsWith('.ts') ? place : `${place}/snippet-of-a-test.ts`)
  const [result] = await eslint.lintText(code, { filePath })
  return (result?.messages ?? [])
    .filter(({ ruleId }) => ruleId === null || /restricted|directions/.test(ruleId))
    .map(({ ruleId, message }) => ruleId ?? message)
}

/** Some module of a layer, relative to src-main/<other>: the rules look at where it is, not at what it is. */
function someModuleOf(layer: string): string {
  const name = readdirSync(join(root, 'src-main', layer)).find((file) => file.endsWith('.ts'))
  if (name === undefined) throw new Error(`src-main/${layer} has no module`)
  return `../${layer}/${name}`
}

const paths = 'signalbox/import-directions'
const imports = '@typescript-eslint/no-restricted-imports'

describe('layers of src-main', () => {
  test.each([
    ['core', 'store'],
    ['core', 'interpreters'],
    ['core', 'engine'],
    ['store', 'interpreters'],
    ['store', 'engine'],
    ['interpreters', 'store'],
    ['interpreters', 'engine'],
    ['jobs', 'store'],
    ['jobs', 'engine'],
    ['engine', 'server'],
    ['engine', 'desktop'],
    ['engine', 'cli'],
    ['server', 'desktop'],
    ['server', 'cli'],
    ['desktop', 'cli'],
    ['cli', 'desktop'],
  ])('%s may not import %s', async (layer, other) => {
    expect(await judge(`src-main/${layer}`, `import '${someModuleOf(other)}'`)).toEqual([paths])
  })

  test.each([
    ['store', 'core'],
    ['interpreters', 'core'],
    ['jobs', 'core'],
    ['engine', 'store'],
    ['engine', 'interpreters'],
    ['server', 'engine'],
    ['desktop', 'engine'],
    ['desktop', 'server'],
    ['cli', 'server'],
  ])('%s may import %s', async (layer, other) => {
    expect(await judge(`src-main/${layer}`, `import '${someModuleOf(other)}'`)).toEqual([])
  })

  test.each(['store', 'interpreters', 'jobs', 'engine', 'server', 'desktop', 'cli'])(
    '%s may not import a boot list',
    async (layer) => {
      expect(await judge(`src-main/${layer}`, `import '../main.ts'\nimport '../headless.ts'`)).toEqual([paths, paths])
    },
  )

  test.each([
    ['re-exported', "export * from '../store/store.ts'"],
    ['exported by name', "export { openStore } from '../store/store.ts'"],
    ['loaded on demand', "export const store = import('../store/store.ts')"],
    ['imported as a type', "import type { Store } from '../store/store.ts'\nexport type S = Store"],
    ['named in a type', "export type S = import('../store/store.ts').Store"],
  ])('a forbidden module is not %s either', async (_how, code) => {
    expect(await judge('src-main/jobs', code)).toEqual([paths])
  })

  test('a boot list may import every layer', async () => {
    const code = `import '${someModuleOf('desktop').slice(1)}'\nimport '${someModuleOf('engine').slice(1)}'`
    expect(await judge('src-main/main.ts', code)).toEqual([])
  })
})

describe('core', () => {
  test.each([
    ['a built-in module of Node', `import 'node:fs'`, imports],
    ['a value of the contract', `import { contract } from '../../src-preload/contract.ts'`, imports],
    ['the clock', 'export const at = Date.now()', 'no-restricted-properties'],
    ['the clock in disguise', 'export const at = new Date()', 'no-restricted-syntax'],
    ['randomness', 'export const chance = Math.random()', 'no-restricted-properties'],
    ['a timer', 'setTimeout(() => undefined, 1)', 'no-restricted-globals'],
    ['monotonic time', 'export const at = performance.now()', 'no-restricted-globals'],
    ['the process', 'export const home = process.cwd()', 'no-restricted-globals'],
  ])('may not use %s', async (_what, code, rule) => {
    expect(await judge('src-main/core', code)).toEqual([rule])
  })

  test('may use types of the contract and a date it was given', async () => {
    const code = `import type { Wait } from '../../src-preload/contract.ts'
export const yearOf = (at: number, wait: Wait) => [new Date(at).getUTCFullYear(), wait]`
    expect(await judge('src-main/core', code)).toEqual([])
  })
})

describe('electron', () => {
  test.each([
    'src-main/engine',
    'src-main/server',
    'src-main/cli',
    'src-main/interpreters',
    'src-renderer',
    'src-main/core',
  ])('is not imported in %s', async (folder) => {
    expect(await judge(folder, `import { app } from 'electron'\napp.quit()`)).toEqual([imports])
  })

  test.each(['src-main/desktop', 'src-main/main.ts', 'src-preload/bridge.ts'])(
    'may be imported in %s',
    async (place) => {
      expect(await judge(place, `import { app } from 'electron'\napp.quit()`)).toEqual([])
    },
  )
})

describe('the renderer', () => {
  test('imports types of the contract, and nothing else of ours', async () => {
    expect(
      await judge('src-renderer', `import type { RunRow } from '../src-preload/contract.ts'\nexport type R = RunRow`),
    ).toEqual([])
    expect(
      await judge('src-renderer', `import { contract } from '../src-preload/contract.ts'\nexport { contract }`),
    ).toEqual([imports])
    expect(
      await judge('src-renderer', `import type { P } from '../src-preload/problem.ts'\nexport type Q = P`),
    ).toEqual([paths])
    expect(await judge('src-renderer', `import '../src-main/home.ts'`)).toEqual([paths])
  })

  test('has no style attributes, which its content policy would refuse', async () => {
    const filePath = join(root, 'src-renderer/snippet-of-a-test.svelte')
    const rulesBrokenBy = async (code: string) =>
      (await eslint.lintText(code, { filePath })).flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId))
    expect(await rulesBrokenBy('<p style="color: red">no</p>')).toEqual(['no-restricted-syntax'])
    expect(await rulesBrokenBy('<p style={String(1)}>no</p>')).toEqual(['no-restricted-syntax'])
    expect(await rulesBrokenBy('<p style:color="red">yes</p>')).toEqual([])
  })
})
