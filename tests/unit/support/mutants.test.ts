import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { copyTree } from '../../support/mutants.ts'
import { tempFolder } from '../../support/temp-folder.ts'

test('a copy of the program has the patch, and the program itself has not', () => {
  const file = 'src-main/store/open.ts'
  const tree = copyTree([{ file, find: "['synchronous', 'FULL', 2]", replace: "['synchronous', 'NORMAL', 1]" }])
  onTestFinished(tree.remove)
  expect(readFileSync(join(tree.root, file), 'utf8')).toContain("'synchronous', 'NORMAL', 1")
  expect(readFileSync(file, 'utf8')).not.toContain("'synchronous', 'NORMAL', 1")
  expect(existsSync(join(tree.root, 'node_modules/better-sqlite3/package.json'))).toBe(true)
})

const placesOf = (text: string) => readFileSync('src-main/store/open.ts', 'utf8').split(text).length - 1

test.each([
  { what: 'nowhere', find: 'no such line', times: 0 },
  { what: 'more than once', find: 'db.close()', times: placesOf('db.close()') },
])('a patch that fits $what is an error, and no copy is left', ({ find, times }) => {
  const folder = tempFolder()
  vi.stubEnv('TMPDIR', folder)
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(() => copyTree([{ file: 'src-main/store/open.ts', find, replace: '' }])).toThrow(
    `the patch of src-main/store/open.ts fits ${times} times instead of once; it looks for: ${find}`,
  )
  expect(readdirSync(folder)).toEqual([])
})
