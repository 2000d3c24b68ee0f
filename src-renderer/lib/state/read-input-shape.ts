/** Reads the input's type out of a script's text. Loaded on demand with the editor, whose parser it uses. */
import { typescriptLanguage } from '@codemirror/lang-javascript'
import type { Json } from '../../../src-preload/contract.ts'
import type { InputShape, Shape, ShapeField } from './input-shape.ts'

/** Types that name each other deeper than this, or themselves, are written as JSON. */
const deepest = 8
const plain = { isNullable: false }
const asJson: Shape = { is: 'json', isNullable: false }

type Tree = ReturnType<typeof typescriptLanguage.parser.parse>
type SyntaxNode = Tree['topNode']
type Source = { text: string; types: Map<string, SyntaxNode> }

/** The first parameter of the default export; null where there is none, or its type is not said. */
export function readInputShape(text: string): InputShape | null {
  const tree = typescriptLanguage.parser.parse(text)
  const parameters = defaultExport(tree, text)?.getChild('ParamList')
  const target = parameters?.firstChild?.nextSibling // after the parenthesis
  if (!target || target.name === ')') return null
  const annotation = nextUntil(target, 'TypeAnnotation')
  if (!annotation) return null
  const source: Source = { text, types: typesOf(tree, text) }
  const type = annotation.lastChild
  if (!type) return null
  const shape = shapeOf(type, source, 0)
  const isOptional = nextUntil(target, 'Optional') !== null || nextUntil(target, 'Equals') !== null
  const name = target.name === 'VariableDefinition' ? sliceOf(target, text) : 'input'
  if (target.name !== 'ObjectPattern' || shape.is !== 'object') return { name, isOptional, shape }
  return { name, isOptional, shape: { ...shape, fields: withPresets(shape.fields, target, text) } }
}

const sliceOf = ({ from, to }: SyntaxNode, text: string) => text.slice(from, to)

/** Of the siblings after `node`, up to the comma, the one of this name. */
function nextUntil(node: SyntaxNode, name: string): SyntaxNode | null {
  for (let at = node.nextSibling; at && at.name !== ',' && at.name !== ')'; at = at.nextSibling)
    if (at.name === name) return at
  return null
}

/** The function that is exported as the default: written there, or named there and written elsewhere at the top. */
function defaultExport(tree: Tree, text: string): SyntaxNode | null {
  for (const exported of tree.topNode.getChildren('ExportDeclaration')) {
    if (!exported.getChild('default')) continue
    const written = exported.getChild('FunctionDeclaration') ?? exported.getChild('FunctionExpression')
    const arrow = written ?? exported.getChild('ArrowFunction')
    if (arrow) return arrow
    const name = exported.getChild('VariableName')
    return name ? functionNamed(tree, sliceOf(name, text), text) : null
  }
  return null
}

function functionNamed(tree: Tree, name: string, text: string): SyntaxNode | null {
  const isNamed = (node: SyntaxNode) => {
    const definition = node.getChild('VariableDefinition')
    return definition !== null && sliceOf(definition, text) === name
  }
  const declared = tree.topNode.getChildren('FunctionDeclaration').find(isNamed)
  if (declared) return declared
  const variable = tree.topNode.getChildren('VariableDeclaration').find(isNamed)
  return variable?.getChild('ArrowFunction') ?? variable?.getChild('FunctionExpression') ?? null
}

/** The types and interfaces of the file, exported or not. */
function typesOf(tree: Tree, text: string): Map<string, SyntaxNode> {
  const types = new Map<string, SyntaxNode>()
  const holders = [tree.topNode, ...tree.topNode.getChildren('ExportDeclaration')]
  for (const holder of holders)
    for (const kind of ['TypeAliasDeclaration', 'InterfaceDeclaration'])
      for (const declaration of holder.getChildren(kind)) {
        const name = declaration.getChild('TypeDefinition')
        // One that takes types itself would need them put in.
        if (name && !declaration.getChild('TypeParamList')) types.set(sliceOf(name, text), declaration)
      }
  return types
}

function shapeOf(node: SyntaxNode, source: Source, depth: number): Shape {
  if (depth > deepest) return asJson
  const inner = (child: SyntaxNode | null | undefined) => (child ? shapeOf(child, source, depth + 1) : asJson)
  switch (node.name) {
    case 'TypeName':
      return namedShape(sliceOf(node, source.text), source, depth)
    case 'LiteralType':
    case 'UnionType':
      return unionShape(node, source, depth)
    case 'ArrayType':
      return { is: 'list', of: inner(node.firstChild), ...plain }
    case 'ParenthesizedType':
      return inner(node.firstChild?.nextSibling)
    case 'ReadonlyType':
      return inner(node.lastChild)
    case 'ParameterizedType': {
      const name = sliceOf(node.firstChild ?? node, source.text)
      const argument = node.getChild('TypeArgList')?.firstChild?.nextSibling
      return name === 'Array' || name === 'ReadonlyArray' ? { is: 'list', of: inner(argument), ...plain } : asJson
    }
    case 'ObjectType':
      return objectShape(node, source, depth)
    case 'IntersectionType': {
      const parts = typesIn(node).map((part) => inner(part))
      const fields = parts.flatMap((part) => (part.is === 'object' ? part.fields : []))
      return parts.every(({ is }) => is === 'object') ? { is: 'object', fields, ...plain } : asJson
    }
    default:
      return asJson
  }
}

function namedShape(name: string, source: Source, depth: number): Shape {
  if (name === 'string' || name === 'number' || name === 'boolean') return { is: name, ...plain }
  const declaration = source.types.get(name)
  if (!declaration) return asJson
  if (declaration.name === 'TypeAliasDeclaration')
    return declaration.lastChild
      ? shapeOf(typesIn(declaration).at(-1) ?? declaration.lastChild, source, depth + 1)
      : asJson
  const bases = declaration.getChildren('TypeName').map((base) => shapeOf(base, source, depth + 1))
  const body = declaration.getChild('ObjectType')
  const own = body ? objectShape(body, source, depth + 1) : asJson
  const all = [...bases, own]
  if (!all.every((part) => part.is === 'object')) return asJson
  const fields = new Map(all.flatMap((part) => (part.is === 'object' ? part.fields : [])).map((one) => [one.name, one]))
  return { is: 'object', fields: [...fields.values()], ...plain }
}

/** Texts and numbers to choose from, with null or undefined beside one type, or just JSON. */
function unionShape(node: SyntaxNode, source: Source, depth: number): Shape {
  const members = flatUnion(node)
  const isNothing = (member: SyntaxNode) =>
    ['NullType', 'UndefinedType'].includes(member.name) || ['null', 'undefined'].includes(sliceOf(member, source.text))
  const isNullable = members.some((member) => sliceOf(member, source.text) === 'null')
  const rest = members.filter((member) => !isNothing(member))
  const literals = rest.map((member) => literalOf(member, source.text))
  if (literals.length > 0 && literals.every((literal) => literal !== undefined))
    return { is: 'choice', values: literals, isNullable }
  const [only] = rest
  if (rest.length !== 1 || !only || only === node) return { ...asJson, isNullable }
  return { ...shapeOf(only, source, depth + 1), isNullable }
}

const flatUnion = (node: SyntaxNode): SyntaxNode[] =>
  node.name === 'UnionType' ? typesIn(node).flatMap((member) => flatUnion(member)) : [node]

function literalOf(node: SyntaxNode, text: string): string | number | boolean | undefined {
  if (node.name !== 'LiteralType') return undefined
  const value = valueOf(node.lastChild, text)
  const isNegative = node.firstChild?.name === 'ArithOp'
  if (typeof value === 'number') return isNegative ? -value : value
  return typeof value === 'string' || typeof value === 'boolean' ? value : undefined
}

const typesIn = (node: SyntaxNode): SyntaxNode[] => {
  const found: SyntaxNode[] = []
  for (let at = node.firstChild; at; at = at.nextSibling) if (/Type$|^TypeName$/.test(at.name)) found.push(at)
  return found
}

function objectShape(node: SyntaxNode, source: Source, depth: number): Shape {
  const fields: ShapeField[] = []
  for (let at = node.firstChild; at; at = at.nextSibling) {
    if (at.name === 'PropertyType') fields.push(fieldOf(at, source, depth))
    // A method or an index signature: no list of fields says what may be in it.
    else if (/Signature|MethodType/.test(at.name)) return asJson
  }
  return { is: 'object', fields, ...plain }
}

function fieldOf(node: SyntaxNode, source: Source, depth: number): ShapeField {
  const name = node.getChild('PropertyDefinition') ?? node.getChild('String') ?? node.firstChild ?? node
  const type = node.getChild('TypeAnnotation')?.lastChild
  const comment = commentAt(node, source.text)
  const shape = type ? shapeOf(type, source, depth + 1) : asJson
  const said = /@default(?:Value)?\s+(.+)/.exec(comment)?.[1]?.trim()
  return {
    name: sliceOf(name, source.text).replace(/^['"]|['"]$/g, ''),
    doc: comment
      .replace(/@\w[\s\S]*$/, '')
      .replace(/\s+/g, ' ')
      .trim(),
    isOptional: node.getChild('Optional') !== null || /\bundefined\b/.test(type ? sliceOf(type, source.text) : ''),
    preset: said === undefined ? undefined : jsonOf(said),
    shape,
  }
}

/** The comment before a property, or after it on its line, without its signs. */
function commentAt(node: SyntaxNode, text: string): string {
  const before = node.prevSibling
  const isOwn = before && /Comment$/.test(before.name) && !isTrailing(before, text)
  let after = node.nextSibling
  while (after && (after.name === ';' || after.name === ',')) after = after.nextSibling
  const isAfter =
    after && /Comment$/.test(after.name) && isTrailing(after, text) && !text.slice(node.to, after.from).includes('\n')
  const comment = isOwn ? before : isAfter ? after : null
  if (!comment) return ''
  return sliceOf(comment, text)
    .replace(/^\/\*\*?|\*\/$|^\/\/+/g, '')
    .replace(/^\s*\*\s?/gm, '')
    .trim()
}

/** Behind something on the same line, which is then what it is about. */
function isTrailing({ from }: SyntaxNode, text: string): boolean {
  const before = text.slice(text.lastIndexOf('\n', from - 1) + 1, from)
  return before.trim() !== '' && !/\{\s*$/.test(before)
}

/** `{ size = 3 }` of the parameter: a field with a value of its own can be left out. */
function withPresets(fields: ShapeField[], pattern: SyntaxNode, text: string): ShapeField[] {
  const presets = new Map<string, Json | undefined>()
  for (const property of pattern.getChildren('PatternProperty')) {
    if (!property.getChild('Equals') || !property.firstChild) continue
    presets.set(sliceOf(property.firstChild, text), valueOf(property.lastChild, text))
  }
  return fields.map((field) =>
    presets.has(field.name) ? { ...field, isOptional: true, preset: presets.get(field.name) ?? field.preset } : field,
  )
}

function valueOf(node: SyntaxNode | null, text: string): Json | undefined {
  if (!node) return undefined
  const written = sliceOf(node, text)
  if (node.name === 'String') return written.slice(1, -1)
  return ['Number', 'BooleanLiteral', 'ArrayExpression', 'ObjectExpression', 'UnaryExpression'].includes(node.name)
    ? jsonOf(written.replaceAll('_', ''))
    : undefined
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text.replace(/^'(.*)'$/, '"$1"')) as Json
  } catch {
    return undefined
  }
}
