import ts from 'typescript'

/** What a module of the SDK exports. `doc` is one sentence. */
export type ExportedName = { name: string; kind: 'function' | 'class' | 'constant' | 'type'; doc: string }

/** The exports of both modules, out of their declarations, in the order of the alphabet. */
export function namesOfModules(types: {
  'index.d.ts': string
  'sync.d.ts': string
}): Record<'signalbox' | 'signalbox/sync', ExportedName[]> {
  const index = namesIn(types['index.d.ts'], new Map())
  const sync = namesIn(types['sync.d.ts'], index)
  return { signalbox: sorted(index), 'signalbox/sync': sorted(sync) }
}

/** `before`: those of the module from which this one exports again. */
function namesIn(text: string, before: ReadonlyMap<string, ExportedName>): Map<string, ExportedName> {
  const found = new Map<string, ExportedName>()
  const note = (name: string, kind: ExportedName['kind'], node: ts.Node) => {
    if (!found.has(name)) found.set(name, { name, kind, doc: firstSentence(node) })
  }
  for (const node of ts.createSourceFile('module.d.ts', text, ts.ScriptTarget.Latest, true).statements) {
    if (ts.isExportDeclaration(node) && node.exportClause !== undefined && ts.isNamedExports(node.exportClause)) {
      for (const { name } of node.exportClause.elements) {
        const known = before.get(name.text)
        if (known !== undefined) found.set(name.text, known)
      }
    }
    const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined
    if (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) continue
    if (ts.isFunctionDeclaration(node) && node.name) note(node.name.text, 'function', node)
    else if (ts.isClassDeclaration(node) && node.name) note(node.name.text, 'class', node)
    else if (ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) note(node.name.text, 'type', node)
    else if (ts.isVariableStatement(node))
      for (const { name } of node.declarationList.declarations) note(name.getText(), 'constant', node)
  }
  return found
}

function firstSentence(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node)
  const text = (ts.getTextOfJSDocComment(doc?.comment) ?? '').replace(/\s+/g, ' ')
  return /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text
}

const sorted = (names: ReadonlyMap<string, ExportedName>) =>
  [...names.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'))
