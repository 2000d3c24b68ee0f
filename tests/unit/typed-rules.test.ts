import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tseslint from 'typescript-eslint'
import { expect, test } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'

const root = join(import.meta.dirname, '../..')

/** What oxlint says in `folder` with the project's rules. It ends with 1 when it finds anything. */
const oxlint = (folder: string, ...words: string[]) =>
  new Promise<string>((resolve) =>
    execFile(
      process.execPath,
      [join(root, 'node_modules/oxlint/bin/oxlint'), '-c', join(root, '.oxlintrc.json'), ...words],
      { cwd: folder },
      (_, stdout) => resolve(stdout),
    ),
  )

/** Why each is off stands in eslint.config.js, where components have them off too. */
const off = ['require-await', 'unbound-method']

test('every recommended rule that needs types is on', async () => {
  const recommended = tseslint.configs.recommendedTypeCheckedOnly
    .flatMap(({ rules }) => Object.entries(rules ?? {}))
    .filter(([name, level]) => name.startsWith('@typescript-eslint/') && level !== 'off')
    .map(([name]) => name.slice('@typescript-eslint/'.length))
  const { rules } = JSON.parse(await oxlint(root, '--print-config')) as { rules: Record<string, unknown> }
  const known = Object.keys(rules).map((name) => name.replace(/^.*\//, ''))
  expect(recommended.length).toBeGreaterThan(20)
  expect(recommended.filter((name) => !known.includes(name)).toSorted()).toEqual(off)
})

test('a promise that nobody awaits and a wrong type are found, by the options of the nearest tsconfig.json', async () => {
  const folder = tempFolder()
  const options = { strict: true, noUncheckedIndexedAccess: true, lib: ['ES2024'], types: [], noEmit: true }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }))
  const text = `const later = async () => 1
later()
export const first = (numbers: number[]): number => numbers[0]
`
  writeFileSync(join(folder, 'wrong.ts'), text)
  const said = await oxlint(folder, '--type-aware', '--type-check', '-f', 'unix', '.')
  expect(said).toMatch(/wrong\.ts:2:1: .*no-floating-promises/)
  expect(said).toMatch(/wrong\.ts:3:53: .*TS2322/)
})
