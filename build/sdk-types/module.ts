import { relative } from 'node:path'
import ts from 'typescript'
import { docOf, isInternal } from './docs.ts'
import { createTypePrinter } from './printer.ts'

export type ModuleText = {
  text: string
  /** By symbol of the source; the name under which this module exports it. */
  exported: ReadonlyMap<ts.Symbol, string>
}

/** What `text` of another module has already. */
type Before = { exported: ReadonlyMap<ts.Symbol, string>; from: string }

/** The declarations of one module of the SDK: what it exports, and what that names. */
export function writeModule(program: ts.Program, path: string, root: string, before: Before | null): ModuleText {
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(path)
  const module = file && checker.getSymbolAtLocation(file)
  if (file === undefined || module === undefined) throw new Error(`${path} is not a module.`)

  const exported = new Map<ts.Symbol, string>()
  for (const symbol of checker.getExportsOfModule(module)) {
    const own = resolved(symbol)
    if (!own.declarations?.some(isInternal)) exported.set(own, symbol.name)
  }
  const faces = findFaces()
  const imported = new Map<ts.Symbol, string>()
  const named = new Set<ts.Symbol>()
  const printer = createTypePrinter(checker, file, {
    faceOf: (definition) => faces.get(definition),
    use(symbol) {
      const there = before?.exported.get(symbol)
      if (there !== undefined) imported.set(symbol, there)
      const known = there ?? exported.get(symbol)
      if (known === undefined && isOurs(symbol)) named.add(symbol)
      return known ?? symbol.name
    },
  })

  const parts: string[] = []
  const again = [...exported].filter(([symbol]) => before?.exported.has(symbol) === true)
  for (const [symbol, name] of exported)
    if (before?.exported.has(symbol) !== true) parts.push(declare(symbol, name, true))
  // Writing one may name more.
  for (const symbol of named) parts.push(declare(symbol, symbol.name, false))
  const lists = [importList([...imported.values()], before?.from), exportList(again, before?.from)]
  return { text: [...lists, ...parts, 'export {}\n'].filter((part) => part !== '').join('\n'), exported }

  /** Declared in our sources, and not only in a type that is being printed. */
  function isOurs({ declarations: [declaration] = [] }: ts.Symbol): boolean {
    if (declaration === undefined || ts.isTypeParameterDeclaration(declaration)) return false
    return /^src-/.test(relative(root, declaration.getSourceFile().fileName))
  }

  function findFaces(): Map<ts.Symbol, string> {
    const found = new Map<ts.Symbol, string>()
    for (const [symbol, name] of exported) {
      const definition = definitionOf(symbol)
      if (definition !== null) found.set(definition, name)
    }
    return found
  }

  /** Of `type Queue<Item> = AsyncFace<QueueDefinition<Item>>`. */
  function definitionOf(symbol: ts.Symbol): ts.Symbol | null {
    const alias = symbol.declarations?.find(ts.isTypeAliasDeclaration)?.type
    if (alias === undefined || !ts.isTypeReferenceNode(alias) || !/^(?:Async|Sync)Face$/.test(alias.typeName.getText()))
      return null
    const [definition] = alias.typeArguments ?? []
    if (definition === undefined || !ts.isTypeReferenceNode(definition)) return null
    return resolved(checker.getSymbolAtLocation(definition.typeName) ?? symbol)
  }

  function declare(symbol: ts.Symbol, name: string, isExported: boolean): string {
    const declaration = symbol.valueDeclaration ?? symbol.declarations?.[0]
    const prefix = isExported ? 'export ' : ''
    if (declaration === undefined) throw new Error(`${name} is declared nowhere.`)
    if (ts.isClassDeclaration(declaration)) return declareClass(declaration, name, prefix)
    if (ts.isTypeAliasDeclaration(declaration)) {
      const definition = definitionOf(symbol)
      const head = `${name}${printer.typeParameters(declaration.typeParameters)}`
      if (definition !== null) return declareFace(symbol, definition, `${prefix}interface ${head}`)
      return `${docOf(declaration)}${prefix}type ${head} = ${typeText(declaration.type, '')};\n`
    }
    return declareValue(symbol, declaration, name, `${prefix}declare `)
  }

  function declareValue(symbol: ts.Symbol, declaration: ts.Declaration, name: string, prefix: string): string {
    const type = checker.getTypeOfSymbol(symbol)
    const doc = docOf(documentedAt(declaration))
    const signatures = type.getCallSignatures()
    if (signatures.length > 0 && type.getProperties().length === 0) {
      const first = signatures.map((each) => docOf(each.getDeclaration())).find((text) => text !== '') ?? doc
      return signatures
        .map((each) => `${docOf(each.getDeclaration()) || first}${prefix}function ${name}${printer.signature(each)};\n`)
        .join('')
    }
    const alias = ts.isVariableDeclaration(declaration) ? declaration.type : undefined
    const text = alias === undefined ? `{\n${properties(type)}}` : typeText(alias, '')
    return `${doc}${prefix}const ${name}: ${text};\n`
  }

  /** What `const { lock } = sync` binds is documented where it stands in `sync`. */
  function documentedAt(declaration: ts.Declaration): ts.Declaration {
    if (!ts.isBindingElement(declaration)) return declaration
    const property = checker.getTypeAtLocation(declaration.parent).getProperty(declaration.name.getText())
    return property?.valueDeclaration ?? declaration
  }

  function declareFace(symbol: ts.Symbol, definition: ts.Symbol, head: string): string {
    const doc = definition.valueDeclaration === undefined ? '' : docOf(definition.valueDeclaration)
    return `${doc}${head} {\n${properties(checker.getDeclaredTypeOfSymbol(symbol), definition)}}\n`
  }

  /** Of a type that is declared nowhere as it is. `definition`: where the docs are, for mapped types have none. */
  function properties(type: ts.Type, definition?: ts.Symbol): string {
    const documented = definition && checker.getDeclaredTypeOfSymbol(definition)
    return type
      .getProperties()
      .map((property) => {
        const name = memberName(property)
        const origin =
          documented?.getProperties().find((each) => memberName(each) === (definitionNames[name] ?? name)) ?? property
        const doc = origin.valueDeclaration === undefined ? '' : docOf(origin.valueDeclaration, '  ')
        const own = checker.getTypeOfSymbol(property)
        const signatures = own.getCallSignatures()
        if (signatures.length === 0) return `${doc}  readonly ${name}: ${printer.type(own)};\n`
        return signatures.map((each) => `${doc}  ${name}${printer.signature(each)};\n`).join('')
      })
      .join('')
  }

  function declareClass(declaration: ts.ClassDeclaration, name: string, prefix: string): string {
    const head = `${prefix}declare class ${name}${printer.typeParameters(declaration.typeParameters)}`
    const members = declaration.members.map((member) => classMember(member))
    return `${docOf(declaration)}${head}${heritage(declaration)} {\n${inheritedConstructor(declaration)}${members.join('')}}\n`
  }

  function heritage({ heritageClauses = ts.factory.createNodeArray() }: ts.ClassDeclaration): string {
    return heritageClauses
      .map((clause) => {
        const [base] = clause.types
        if (base === undefined) return ''
        const isNamed = ts.isIdentifier(base.expression)
        const word = clause.token === ts.SyntaxKind.ExtendsKeyword ? 'extends' : 'implements'
        return ` ${word} ${isNamed ? printer.node(base) : 'Error'}`
      })
      .join('')
  }

  /** `extends named('TimeoutError')`: the base is a class without a name, whose constructor is what counts. */
  function inheritedConstructor(declaration: ts.ClassDeclaration): string {
    const base = declaration.heritageClauses?.[0]?.types[0]?.expression
    if (base === undefined || ts.isIdentifier(base) || declaration.members.some(ts.isConstructorDeclaration)) return ''
    return checker
      .getTypeAtLocation(base)
      .getConstructSignatures()
      .map((each) => `  ${printer.signature(each, ts.SyntaxKind.Constructor)};\n`)
      .join('')
  }

  function classMember(member: ts.ClassElement): string {
    const doc = docOf(member, '  ')
    if (ts.isConstructorDeclaration(member)) {
      if (isInternal(member)) return '  protected constructor();\n'
      return `${doc}  ${printer.signature(signatureOf(member), ts.SyntaxKind.Constructor)};\n`
    }
    const name = publicName(member)
    if (name === null) return ''
    if (ts.isMethodDeclaration(member)) return `${doc}  ${name}${printer.signature(signatureOf(member))};\n`
    if (ts.isPropertyDeclaration(member) && member.type !== undefined)
      return `${doc}  readonly ${name}: ${typeText(member.type, '  ')};\n`
    return `${doc}  readonly ${name}: ${printer.type(checker.getTypeAtLocation(member))};\n`
  }

  function signatureOf(declaration: ts.SignatureDeclaration): ts.Signature {
    const signature = checker.getSignatureFromDeclaration(declaration)
    if (signature === undefined) throw new Error(`${declaration.getText()} has no signature.`)
    return signature
  }

  /** A type as it is written in the source, with the docs of its members. */
  function typeText(node: ts.TypeNode, indent: string): string {
    if (ts.isTypeLiteralNode(node)) {
      const inner = `${indent}  `
      return `{\n${node.members.map((member) => `${docOf(member, inner)}${inner}${memberText(member, inner)};\n`).join('')}${indent}}`
    }
    if (ts.isIntersectionTypeNode(node)) return node.types.map((each) => typeText(each, indent)).join(' & ')
    if (isOfValue(node)) return printer.type(checker.getTypeFromTypeNode(node))
    return printer.node(node)
  }

  function memberText(member: ts.TypeElement, indent: string): string {
    if (!ts.isPropertySignature(member) || member.type === undefined) return printer.node(member).replace(/;$/, '')
    const readonly = member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) ? 'readonly ' : ''
    const optional = member.questionToken === undefined ? '' : '?'
    return `${readonly}${member.name.getText()}${optional}: ${typeText(member.type, indent)}`
  }

  function resolved(symbol: ts.Symbol): ts.Symbol {
    return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)
  }
}

/** Null for what is not for scripts. */
function publicName(member: ts.ClassElement): string | null {
  const { name } = member
  if (name === undefined || ts.isPrivateIdentifier(name) || isInternal(member)) return null
  const isStatic =
    ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)
  if (isStatic === true) return null
  const text = name.getText()
  return text.startsWith('[') && !/^\[Symbol\.(?:asyncDispose|dispose|asyncIterator|iterator)\]$/.test(text)
    ? null
    : text
}

/** As it is written in a class; a well-known symbol's internal name is `__@asyncDispose@12`. */
const memberName = ({ name }: ts.Symbol) => name.replace(/^__@(\w+)@\d+$/, '[Symbol.$1]')

/** What the definitions call the members that the faces name by the language's symbols. */
const definitionNames: Readonly<Record<string, string>> = {
  '[Symbol.asyncDispose]': '[Symbol.scopeEnd]',
  '[Symbol.dispose]': '[Symbol.scopeEnd]',
  '[Symbol.asyncIterator]': '[Symbol.each]',
  '[Symbol.iterator]': '[Symbol.each]',
}

/** Whether it names a type by a value, as `typeof modes`. */
const isOfValue = (node: ts.Node): boolean =>
  ts.isTypeQueryNode(node) || ts.forEachChild(node, (child) => isOfValue(child) || undefined) === true

const importList = (names: string[], from = '') =>
  names.length === 0 ? '' : `import type { ${names.join(', ')} } from '${from}';\n`

const exportList = (symbols: [ts.Symbol, string][], from = '') =>
  symbols.length === 0
    ? ''
    : `export { ${symbols.map(([{ flags }, name]) => ((flags & ts.SymbolFlags.Value) === 0 ? `type ${name}` : name)).join(', ')} } from '${from}';\n`
