import ts from 'typescript'

/** The doc comment of a declaration as it stands in the source, indented by `indent`; empty where there is none. */
export function docOf(node: ts.Node, indent = ''): string {
  const doc = ts.getJSDocCommentsAndTags(node).findLast(ts.isJSDoc)
  if (doc === undefined) return ''
  const lines = doc.getText().split('\n')
  return lines.map((line, index) => `${indent}${index === 0 ? '' : ' '}${line.trim()}\n`).join('')
}

export const isInternal = (node: ts.Node): boolean =>
  ts.getJSDocTags(node).some((tag) => tag.tagName.text === 'internal')
