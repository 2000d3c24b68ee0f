import { parse } from 'acorn'
import type { AnyNode, Function as FunctionNode, Pattern } from 'acorn'

/**
 * The names that a function uses and does not declare itself. Whatever is declared anywhere in a function counts as its own, so
 * block scopes are not told apart; a name that is only asked for by `typeof` may be missing.
 */
export function freeNames(source: string): string[] {
  const free = new Set<string>()
  visit(parse(source, { ecmaVersion: 'latest' }), new Set(), free)
  return [...free]
}

function visit(node: AnyNode, known: ReadonlySet<string>, free: Set<string>): void {
  switch (node.type) {
    case 'Identifier':
      if (!known.has(node.name)) free.add(node.name)
      return
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const own = new Set([...known, ...declaredIn(node)])
      for (const child of [...node.params, node.body]) visit(child, own, free)
      return
    }
    case 'MemberExpression':
      visit(node.object, known, free)
      if (node.computed) visit(node.property, known, free)
      return
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      if (node.computed) visit(node.key, known, free)
      if (node.value !== null && node.value !== undefined) visit(node.value, known, free)
      return
    case 'UnaryExpression':
      if (node.operator !== 'typeof' || node.argument.type !== 'Identifier') visit(node.argument, known, free)
      return
    case 'LabeledStatement':
      visit(node.body, known, free)
      return
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
      return
    default:
      for (const child of childrenOf(node)) visit(child, known, free)
  }
}

/** Its parameters, its own name, `arguments`, and what is declared in its body outside of other functions. */
function declaredIn(node: FunctionNode): Set<string> {
  const names = new Set<string>(node.type === 'ArrowFunctionExpression' ? [] : ['arguments'])
  if (node.id) names.add(node.id.name)
  for (const param of node.params) namesOf(param, names)
  collect(node.body, names)
  return names
}

function collect(node: AnyNode, names: Set<string>): void {
  switch (node.type) {
    case 'FunctionDeclaration':
      if (node.id) names.add(node.id.name)
      return
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (node.id) names.add(node.id.name)
      return
    case 'VariableDeclarator':
      namesOf(node.id, names)
      if (node.init) collect(node.init, names)
      return
    case 'CatchClause':
      if (node.param) namesOf(node.param, names)
      collect(node.body, names)
      return
    default:
      for (const child of childrenOf(node)) collect(child, names)
  }
}

/** The names that a pattern binds. */
export function namesOf(pattern: Pattern, names: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern.name)
      return
    case 'ObjectPattern':
      for (const each of pattern.properties) namesOf(each.type === 'RestElement' ? each.argument : each.value, names)
      return
    case 'ArrayPattern':
      for (const each of pattern.elements) if (each !== null) namesOf(each, names)
      return
    case 'AssignmentPattern':
      namesOf(pattern.left, names)
      return
    case 'RestElement':
      namesOf(pattern.argument, names)
      return
    default:
  }
}

function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) yield item
    } else if (isNode(value)) yield value
  }
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
