import { CompletionContext } from '@codemirror/autocomplete'
import { javascript } from '@codemirror/lang-javascript'
import { EditorState } from '@codemirror/state'
import { expect, test } from 'vitest'
import { importedNames } from '../../../src-renderer/lib/ui/code-completion.ts'

const named = (...names: string[]) => names.map((name) => ({ name, kind: 'function', doc: `What ${name} does.` }))
const offer = importedNames({ tools: named('saw', 'sand', 'hammer'), 'tools/small': named('file', 'saw') })

/** What is offered at the `|`: the text that it would replace, and the labels. */
async function offeredAt(text: string, isAsked = false) {
  const at = text.indexOf('|')
  const doc = text.slice(0, at) + text.slice(at + 1)
  const state = EditorState.create({ doc, extensions: javascript({ typescript: true }) })
  const result = await offer(new CompletionContext(state, at, isAsked))
  return result && { replaces: doc.slice(result.from, at), labels: result.options.map(({ label }) => label) }
}

test.each([
  ["import { | } from 'tools'", '', ['saw', 'sand', 'hammer']],
  ["import { sa| } from 'tools'", 'sa', ['saw', 'sand', 'hammer']],
  ["import { saw, h| } from 'tools'", 'h', ['sand', 'hammer']],
  ["import type { f| } from 'tools/small'", 'f', ['file', 'saw']],
  ['import { s| }', 's', ['saw', 'sand', 'hammer']],
])('between the braces of %s are the names of the module', async (text, replaces, labels) => {
  expect(await offeredAt(text)).toEqual({ replaces, labels })
})

test('in the string of an import are the modules', async () => {
  expect(await offeredAt("import { saw } from 'to|'")).toEqual({ replaces: 'to', labels: ['tools', 'tools/small'] })
})

test('in the code is what was imported', async () => {
  const imports = "import { saw, hammer } from 'tools'\nimport { file } from 'tools/small'\n"
  expect(await offeredAt(`${imports}await h|`)).toEqual({ replaces: 'h', labels: ['saw', 'hammer', 'file'] })
  expect(await offeredAt(`${imports}await hammer|`)).toBeNull()
  expect(await offeredAt(`${imports}await hammer|`, true)).toMatchObject({ replaces: 'hammer' })
})

test.each([
  ['after a dot', "import { saw } from 'tools'\nvoid box.s|"],
  ['in a text', "import { saw } from 'tools'\nvoid 's|'"],
  ['in a comment', "import { saw } from 'tools'\n// s|"],
  ['in a space', "import { saw } from 'tools'\nvoid |"],
  ['outside of the braces', "import t| { saw } from 'tools'"],
  ['of a module that is not known', "import { s| } from 'elsewhere'"],
])('nothing is offered %s', async (_where, text) => {
  expect((await offeredAt(text))?.labels ?? []).toEqual([])
})
