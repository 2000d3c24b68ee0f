/** The samples that come with the program, as definitions of jobs. */
import { strict as assert } from 'node:assert'
import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import type { Example } from '../../src-preload/contract.ts'
import { executors, scriptDefinitionSchema } from '../../src-preload/definition.ts'
import type { Json } from '../../src-preload/json.ts'

const isSource = import.meta.url.endsWith('/src-main/jobs/examples.ts')
/** In a build it is copied to beside the folder of our modules: what lies in theirs counts as our code, in stacks and places. */
const folder = fileURLToPath(new URL(isSource ? '../../examples/' : '../examples/', import.meta.url))

/** What a sample imports or spawns from beside it lies in folders below; those are no samples of their own. */
export async function listExamples(): Promise<Example[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort()
  return Promise.all(
    files.map(async (file) => parseExample(join(folder, file), await readFile(join(folder, file), 'utf8'))),
  )
}

/**
 * The comment at the top says it all: its first line is the description, a line `executor: async` where it belongs, and a line
 * `input: {"scale":1}` with what it may be given. A sample becomes a text, so that it outlives the folder, unless it needs
 * what lies beside it.
 */
export function parseExample(path: string, text: string): Example {
  const lines = (/^\/\*\*(.*?)\*\//s.exec(text)?.[1] ?? '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
  const field = (name: string) => {
    const line = lines.find((line) => line.startsWith(`${name}: `))
    assert.ok(line !== undefined, `${path}: the comment at the top has no line "${name}: …"`)
    return line.slice(name.length + 2)
  }
  const executor = v.parse(v.picklist(executors), field('executor'))
  const needsNeighbours = /['"`]\.{1,2}\//.test(text)
  return {
    name: basename(path, extname(path)),
    description: lines.find((line) => line !== '') ?? '',
    executor,
    input: JSON.parse(field('input')) as Json,
    definition: v.parse(scriptDefinitionSchema, {
      kind: 'script',
      code: needsNeighbours ? { from: 'file', path } : { from: 'text', name: basename(path), text },
      executor,
    }),
  }
}
