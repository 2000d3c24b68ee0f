import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete'
import { ensureSyntaxTree, syntaxTree } from '@codemirror/language'
import type { EditorState } from '@codemirror/state'

/** What a module exports; `doc` is a line that is shown beside the name. */
export type CodeName = { name: string; kind: string; doc: string }
/** By the specifier in the import. */
export type CodeModules = Readonly<Record<string, readonly CodeName[]>>

/** So long may a script be read for it. The editor by itself stops after 20 ms, and a slow machine would be offered nothing. */
const READ_MS = 300

type Tree = ReturnType<typeof syntaxTree>
type Node = ReturnType<Tree['resolveInner']>

/**
 * Offers the exports of `modules` between the braces of an import of them, their specifiers in its string, and in the code
 * what the script has imported of them.
 */
export function importedNames(modules: CodeModules): CompletionSource {
  return (context) => {
    const { state, pos } = context
    const tree = ensureSyntaxTree(state, state.doc.length, READ_MS) ?? syntaxTree(state)
    const node = tree.resolveInner(pos, -1)
    const declaration = ancestor(node, 'ImportDeclaration')
    return declaration === null ? inCode(context, tree, node, modules) : inImport(context, declaration, modules)
  }
}

function inImport({ state, pos }: CompletionContext, declaration: Node, modules: CodeModules): CompletionResult | null {
  const group = declaration.getChild('ImportGroup')
  const specifier = declaration.getChild('String')
  if (specifier !== null && pos > specifier.from)
    return { from: specifier.from + 1, options: Object.keys(modules).map((label) => ({ label, type: 'namespace' })) }
  if (group === null || pos <= group.from || (specifier !== null && pos >= group.to)) return null
  const word = wordBefore(state, pos)
  // Who writes the names first has said of no module yet: it is the first one most often.
  const module = specifier === null ? Object.keys(modules)[0] : specifierText(state, specifier)
  const there = new Set(namesIn(state, group).filter((name) => name !== word))
  const names = (modules[module ?? ''] ?? []).filter(({ name }) => !there.has(name))
  return { from: pos - word.length, options: names.map(asCompletion), validFor: /^[\w$]*$/ }
}

/** Not after a dot, and not in a text or a comment. */
function inCode(
  { state, pos, explicit }: CompletionContext,
  tree: Tree,
  node: Node,
  modules: CodeModules,
): CompletionResult | null {
  const word = wordBefore(state, pos)
  const isName = node.name === 'VariableName' || node.name === 'TypeName'
  if (word === '' || !isName) return null
  const options = tree.topNode.getChildren('ImportDeclaration').flatMap((declaration) => {
    const [group, specifier] = [declaration.getChild('ImportGroup'), declaration.getChild('String')]
    if (group === null || specifier === null) return []
    const imported = new Set(namesIn(state, group))
    return (modules[specifierText(state, specifier)] ?? []).filter(({ name }) => imported.has(name))
  })
  // A word that is complete: Enter is to begin a line, not to choose what stands there.
  if (!explicit && options.some(({ name }) => name === word)) return null
  return { from: pos - word.length, options: options.map(asCompletion) }
}

const asCompletion = ({ name, kind, doc }: CodeName): Completion => ({ label: name, type: kind, info: doc })

function ancestor(node: Node, name: string): Node | null {
  for (let at: Node | null = node; at !== null; at = at.parent) if (at.name === name) return at
  return null
}

const namesIn = (state: EditorState, group: Node) =>
  [...group.getChildren('VariableDefinition'), ...group.getChildren('VariableName')].map(({ from, to }) =>
    state.sliceDoc(from, to),
  )

const specifierText = (state: EditorState, { from, to }: Node) => state.sliceDoc(from, to).replace(/['"]/g, '')

const wordBefore = (state: EditorState, pos: number) =>
  /[\w$]*$/.exec(state.sliceDoc(state.doc.lineAt(pos).from, pos))?.[0] ?? ''
