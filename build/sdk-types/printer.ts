/** Prints types of the SDK's sources as declarations that stand alone. */
import ts from 'typescript'

/** What a module of declarations calls the things that its types name. */
export type Naming = {
  /** The exported name of a definition's face; undefined where it has none. */
  faceOf(definition: ts.Symbol): string | undefined
  /** Hears of every type that is named, and says by which name. */
  use(symbol: ts.Symbol): string
}

type SignatureKind = ts.SyntaxKind.CallSignature | ts.SyntaxKind.Constructor

const flags =
  ts.NodeBuilderFlags.IgnoreErrors |
  ts.NodeBuilderFlags.NoTruncation |
  ts.NodeBuilderFlags.UseAliasDefinedOutsideCurrentScope |
  ts.NodeBuilderFlags.UseSingleQuotesForStringLiteralType

/** The mapped types of face.ts: what they are applied to has a name of its own in the declarations. */
const faceNames = new Set(['AsyncFace', 'AsyncMembers', 'SyncFace', 'SyncMembers'])

export function createTypePrinter(checker: ts.TypeChecker, file: ts.SourceFile, naming: Naming) {
  const printer = ts.createPrinter({ removeComments: true })

  const print = (node: ts.Node) => {
    const { transformed } = ts.transform(node, [(context) => (root) => rewrite(root, context)])
    // The literals of a node of the sources are read from its file; what the checker makes carries its own.
    const source = ts.getOriginalNode(node).pos < 0 ? file : node.getSourceFile()
    return printer.printNode(ts.EmitHint.Unspecified, transformed[0] ?? node, source)
  }

  function rewrite(node: ts.Node, context: ts.TransformationContext): ts.Node {
    const visit = (child: ts.Node): ts.Node => rewrite(child, context)
    if (ts.isTypeReferenceNode(node)) {
      const [definition] = node.typeArguments ?? []
      if (faceNames.has(nameOf(node.typeName)) && definition !== undefined && ts.isTypeReferenceNode(definition)) {
        const name = naming.faceOf(symbolOf(definition.typeName))
        if (name === undefined) throw new Error(`${nameOf(definition.typeName)} has no exported face.`)
        const given = definition.typeArguments?.map((argument) => visit(argument) as ts.TypeNode)
        return context.factory.createTypeReferenceNode(name, given)
      }
      if (ts.isIdentifier(node.typeName)) {
        const name = naming.use(symbolOf(node.typeName))
        const given = node.typeArguments?.map((argument) => visit(argument) as ts.TypeNode)
        return context.factory.createTypeReferenceNode(name, given)
      }
    }
    // "A definition is faced, all else stays": no value of a script is a definition.
    if (ts.isConditionalTypeNode(node) && ts.isTypeReferenceNode(node.extendsType)) {
      if (nameOf(node.extendsType.typeName) === 'Definition') return visit(node.falseType)
    }
    if (ts.isParameter(node)) {
      const { dotDotDotToken, questionToken } = node
      const name = isNameless(node.name) ? 'options' : node.name
      const type = questionToken === undefined ? node.type : withoutUndefined(node.type)
      const visited = type && (visit(type) as ts.TypeNode)
      return context.factory.createParameterDeclaration(undefined, dotDotDotToken, name, questionToken, visited)
    }
    if (ts.isTypeLiteralNode(node))
      return ts.setEmitFlags(ts.visitEachChild(node, visit, context), ts.EmitFlags.SingleLine)
    return ts.visitEachChild(node, visit, context)
  }

  /** The checker leaves it on the identifiers that it makes. */
  function symbolOf(name: ts.EntityName): ts.Symbol {
    const symbol = (name as ts.EntityName & { symbol?: ts.Symbol }).symbol ?? checker.getSymbolAtLocation(name)
    if (symbol === undefined) throw new Error(`${nameOf(name)} has no symbol.`)
    return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)
  }

  return {
    type(type: ts.Type): string {
      const node = checker.typeToTypeNode(type, undefined, flags | ts.NodeBuilderFlags.InTypeAlias)
      if (node === undefined) throw new Error(`cannot print the type ${checker.typeToString(type)}`)
      return print(node)
    },

    /** `<Value>(name: string): Value` of a function, `constructor(message?: string)` of a class. */
    signature(signature: ts.Signature, kind: SignatureKind = ts.SyntaxKind.CallSignature): string {
      const node = checker.signatureToSignatureDeclaration(signature, kind, undefined, flags)
      if (node === undefined) throw new Error('cannot print a signature')
      return print(node).replace(/;$/, '')
    },

    /** `<Item = unknown>`, or nothing. */
    typeParameters(parameters: readonly ts.TypeParameterDeclaration[] | undefined): string {
      if (parameters === undefined || parameters.length === 0) return ''
      return `<${parameters.map((each) => print(each)).join(', ')}>`
    },

    node: print,
  }
}

/** Of a parameter that the sources take apart, or that a mapped type has left without a name. */
const isNameless = (name: ts.BindingName) => !ts.isIdentifier(name) || /^(?:__|args_)\d+$/.test(name.text)

/** A parameter with a question mark may be undefined without saying so. */
function withoutUndefined(type: ts.TypeNode | undefined): ts.TypeNode | undefined {
  if (type === undefined || !ts.isUnionTypeNode(type)) return type
  const rest = type.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword)
  const [only] = rest
  if (only === undefined || rest.length > 1) return ts.factory.createUnionTypeNode(rest)
  return ts.isParenthesizedTypeNode(only) ? only.type : only
}

const nameOf = (name: ts.EntityName): string => (ts.isIdentifier(name) ? name.text : name.right.text)
