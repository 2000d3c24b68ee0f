/** Two texts compared, line by line. Loaded on demand, as the editor is. */
import { unifiedMergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView, lineNumbers } from '@codemirror/view'
import { codeLook } from './code-editor-view.ts'

export type CodeDiffOptions = { parent: HTMLElement; before: string; after: string; label: string }

/** In a shadow root, as the editor: there its styles are adopted sheets, which the page's policy allows. */
export function createCodeDiff({ parent, before, after, label }: CodeDiffOptions): EditorView {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' })
  const extensions = [
    codeLook,
    lineNumbers(),
    diffLook,
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({
      'aria-label': label,
      role: 'textbox',
      'aria-readonly': 'true',
      'aria-multiline': 'true',
      tabindex: '0',
    }),
    unifiedMergeView({
      original: before,
      mergeControls: false,
      syntaxHighlightDeletions: false,
      collapseUnchanged: { margin: 3, minSize: 8 },
      diffConfig: { scanLimit: 2_000, timeout: 500 },
    }),
  ]
  return new EditorView({ root, parent: root, state: EditorState.create({ doc: after, extensions }) })
}

const part = (state: string, share: number) => `color-mix(in srgb, var(--${state}-bar) ${share}%, transparent)`

/** A sign beside every line says what was done to it: colour alone would not. */
const diffLook = EditorView.theme({
  '&.cm-merge-b .cm-changedLine, &.cm-merge-b .cm-inlineChangedLine': { backgroundColor: part('succeeded', 8) },
  '& .cm-deletedChunk': { backgroundColor: part('failed', 12), padding: '0 0 0 6px' },
  '&.cm-merge-b .cm-changedText': { background: 'none', borderBottom: '2px solid var(--succeeded-bar)' },
  '&.cm-merge-b .cm-deletedText, & .cm-deletedChunk .cm-deletedText': { background: part('failed', 14) },
  // Its text is coloured no further: on this ground some colours would be too weak to read.
  '& .cm-deletedChunk, & .cm-deletedChunk *': { color: 'var(--text-1)', textDecoration: 'none' },
  '& .cm-changeGutter': { width: '14px', paddingLeft: '0' },
  '&.cm-merge-b .cm-changedLineGutter, & .cm-deletedLineGutter': { background: 'none', textAlign: 'center' },
  '& .cm-changedLineGutter::after': { content: '"+"', color: 'var(--succeeded-fg)' },
  '& .cm-deletedLineGutter::after': { content: '"−"', color: 'var(--failed-fg)' },
  '& .cm-collapsedLines': { color: 'var(--text-2)', background: 'var(--bg-2)', padding: '3px 12px' },
  '& .cm-collapsedLines::before, & .cm-collapsedLines::after': { content: '""' },
})
