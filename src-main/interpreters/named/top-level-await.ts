import { parse } from 'acorn'
import type { ImportDeclaration, Statement, ModuleDeclaration, VariableDeclaration } from 'acorn'
import { namesOf } from './free-names.ts'

type Edit = { from: number; to: number; text: string }

/**
 * The code as a script that gives the promise of its last value, with `await` and `import` at its top level. What it declares
 * there becomes a variable of the script, so it stays, and a `const` can be declared again. Lines stay where they are. Throws
 * what the parser throws.
 */
export function withTopLevelAwait(code: string): string {
  const { body } = parse(code, {
    ecmaVersion: 'latest',
    sourceType: 'script',
    allowAwaitOutsideFunction: true,
    allowImportExportEverywhere: true,
  })
  const names = new Set<string>()
  const edits = body.flatMap((statement) => editsOf(statement, names))
  const functions = body.flatMap((each) => (each.type === 'FunctionDeclaration' ? [each.id.name] : []))
  const last = body.at(-1)
  if (last?.type === 'ExpressionStatement') {
    edits.push({ from: last.start, to: last.expression.start, text: 'return (' })
    edits.push({ from: last.expression.end, to: last.end, text: ');' })
  }
  let text = code
  for (const { from, to, text: by } of edits.toSorted((a, b) => b.from - a.from))
    text = text.slice(0, from) + by + text.slice(to)
  const declared = names.size === 0 ? '' : `var ${[...names].join(', ')}; `
  const hoisted = functions.map((name) => `globalThis.${name} = ${name}; `).join('')
  return `${declared}(async () => { ${hoisted}${text}\n})()`
}

function editsOf(statement: Statement | ModuleDeclaration, names: Set<string>): Edit[] {
  const { start, end } = statement
  switch (statement.type) {
    case 'VariableDeclaration':
      return editsOfVariables(statement, names)
    case 'ClassDeclaration':
      names.add(statement.id.name)
      return [{ from: start, to: start, text: `${statement.id.name} = ` }]
    case 'ImportDeclaration':
      return [{ from: start, to: end, text: importOf(statement, names) }]
    case 'ExportAllDeclaration':
    case 'ExportDefaultDeclaration':
    case 'ExportNamedDeclaration':
      throw new SyntaxError('There is nothing that could import from here: leave `export` out.')
    default:
      return []
  }
}

function editsOfVariables({ start, end, declarations }: VariableDeclaration, names: Set<string>): Edit[] {
  for (const { id } of declarations) namesOf(id, names)
  const first = declarations[0]
  const last = declarations.at(-1)
  if (first === undefined || last === undefined) return []
  return [
    { from: start, to: first.start, text: 'void (' },
    { from: last.end, to: end, text: ');' },
  ]
}

function importOf({ source, specifiers }: ImportDeclaration, names: Set<string>): string {
  const module = `await import(${JSON.stringify(source.value)})`
  const [first] = specifiers
  if (first === undefined) return `${module};`
  for (const { local } of specifiers) names.add(local.name)
  if (specifiers.some(({ type }) => type === 'ImportNamespaceSpecifier') && specifiers.length === 1)
    return `${first.local.name} = ${module};`
  const taken = specifiers.map((each) => {
    if (each.type === 'ImportDefaultSpecifier') return `default: ${each.local.name}`
    if (each.type === 'ImportNamespaceSpecifier') return `...${each.local.name}`
    const imported = each.imported.type === 'Identifier' ? each.imported.name : JSON.stringify(each.imported.value)
    return `${imported}: ${each.local.name}`
  })
  return `({ ${taken.join(', ')} } = ${module});`
}
