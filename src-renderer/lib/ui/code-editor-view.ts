/** CodeMirror as this app uses it. Loaded on demand: it is larger than the rest of the window. */
import { autocompletion, closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab, insertNewlineAndIndent } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { json } from '@codemirror/lang-json'
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language'
import { lintGutter, linter } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState, Prec } from '@codemirror/state'
import type { Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import type { KeyBinding } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { importedNames } from './code-completion.ts'
import type { CodeModules } from './code-completion.ts'

/** A fault's place; lines and columns count from 1. */
export type CodeFault = { line: number; column: number; message: string }
export type CodeLanguage = 'typescript' | 'json'

/** Enter runs, Shift+Enter adds a line, the arrows at the ends of the text bring earlier code back. */
export type CodePrompt = { run: () => void; recall: (step: 1 | -1) => void }

export type CodeEditorOptions = {
  parent: HTMLElement
  text: string
  language: CodeLanguage
  label: string
  isReadOnly: boolean
  onChange: (text: string) => void
  /** Ctrl+Enter. */
  onSubmit: (() => void) | null
  /** For a line of code at a time. */
  prompt: CodePrompt | null
  /** Asked 300 ms after the last keystroke. */
  check: ((text: string) => Promise<CodeFault[]>) | null
  /** Whose names are offered while one types. */
  modules: CodeModules | null
}

const lintDelayMs = 300

/** Builds the editor inside a shadow root: there its styles are adopted sheets, which the page's policy allows. */
export function createCodeEditor(options: CodeEditorOptions): EditorView {
  const root = options.parent.shadowRoot ?? options.parent.attachShadow({ mode: 'open' })
  return new EditorView({
    root,
    parent: root,
    state: EditorState.create({ doc: options.text, extensions: extensions(options) }),
  })
}

/** Puts `text` in place of what is there, unless it is there already. */
export function replaceText(view: EditorView, text: string): void {
  if (view.state.doc.toString() === text) return
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
}

function extensions(options: CodeEditorOptions): Extension[] {
  return [
    options.language === 'typescript' ? javascript({ typescript: true }) : json(),
    options.language === 'typescript' && options.prompt === null
      ? [lineNumbers(), foldGutter(), highlightActiveLineGutter(), highlightActiveLine()]
      : [],
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    typingOverLines,
    search({ top: true }),
    look,
    EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false', tabindex: '0' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.onChange(update.state.doc.toString())
    }),
    EditorState.readOnly.of(options.isReadOnly),
    options.check ? [lintGutter(), checking(options.check)] : [],
    options.modules ? autocompletion({ override: [importedNames(options.modules)] }) : [],
    options.onSubmit
      ? Prec.highest(keymap.of([{ key: 'Mod-Enter', run: submit(options.onSubmit), preventDefault: true }]))
      : [],
    options.prompt ? Prec.highest(keymap.of(promptKeys(options.prompt))) : [],
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      indentWithTab,
    ]),
  ]
}

/**
 * Typing over a selection of several lines is done here: left to Chromium, its editing merges the lines with style
 * attributes, which the page's policy refuses and reports.
 */
const typingOverLines = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection
    const text = event.data
    if (event.inputType !== 'insertText' || text === null || view.composing || view.state.readOnly) return false
    if (view.state.doc.lineAt(main.from).number === view.state.doc.lineAt(main.to).number) return false
    event.preventDefault()
    const insert = () =>
      view.state.update(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true })
    const isTaken = view.state
      .facet(EditorView.inputHandler)
      .some((take) => take(view, main.from, main.to, text, insert))
    if (!isTaken) view.dispatch(insert())
    return true
  },
})

const submit = (onSubmit: () => void) => () => {
  onSubmit()
  return true
}

function promptKeys({ run, recall }: CodePrompt): KeyBinding[] {
  const recallAt = (step: 1 | -1) => (view: EditorView) => {
    const { doc, selection } = view.state
    const line = doc.lineAt(selection.main.head).number
    if (!selection.main.empty || line !== (step === -1 ? 1 : doc.lines)) return false
    recall(step)
    return true
  }
  return [
    { key: 'Enter', run: submit(run), shift: insertNewlineAndIndent },
    { key: 'ArrowUp', run: recallAt(-1) },
    { key: 'ArrowDown', run: recallAt(1) },
  ]
}

const checking = (check: (text: string) => Promise<CodeFault[]>) =>
  linter(
    async (view) => {
      const faults = await check(view.state.doc.toString())
      return faults.map(({ line, column, message }) => {
        const place = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines))
        const from = Math.min(place.from + Math.max(0, column - 1), place.to)
        return { from, to: Math.min(from + 1, place.to), severity: 'error' as const, message }
      })
    },
    { delay: lintDelayMs },
  )

const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: 'var(--scheduled-fg)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--succeeded-fg)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--retrying-fg)' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--running-fg)' },
  { tag: [tags.typeName, tags.className], color: 'var(--waiting-fg)' },
  { tag: [tags.comment], color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: [tags.propertyName, tags.definition(tags.variableName)], color: 'var(--text-1)' },
  { tag: [tags.invalid], color: 'var(--failed-fg)' },
])

const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text-1)', backgroundColor: 'transparent', fontSize: '12.5px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.5', fontVariantLigatures: 'none' },
  '.cm-content': { caretColor: 'var(--text-1)', padding: '6px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text-1)' },
  '.cm-gutters': { color: 'var(--text-3)', backgroundColor: 'var(--bg-1)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--bg-3) 45%, transparent)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 28%, transparent)',
  },
  '.cm-selectionMatch, .cm-searchMatch': { backgroundColor: 'color-mix(in srgb, var(--waiting-bar) 30%, transparent)' },
  '.cm-searchMatch-selected': { outline: '1px solid var(--waiting-bar)' },
  '.cm-matchingBracket': { backgroundColor: 'transparent', outline: '1px solid var(--control-line)' },
  '.cm-panels': {
    color: 'var(--text-1)',
    backgroundColor: 'var(--bg-2)',
    borderColor: 'var(--line)',
    fontFamily: 'var(--font-text)',
  },
  '.cm-panels input, .cm-panels button': {
    color: 'var(--text-1)',
    background: 'var(--bg-1)',
    border: '1px solid var(--control-line)',
    borderRadius: '4px',
    minHeight: '24px',
  },
  '.cm-panels button': { backgroundImage: 'none', padding: '0 8px' },
  '.cm-tooltip': {
    color: 'var(--text-1)',
    backgroundColor: 'var(--bg-1)',
    border: '1px solid var(--control-line)',
    borderRadius: '4px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: '12.5px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    color: 'var(--text-1)',
    background: 'color-mix(in srgb, var(--accent) 28%, transparent)',
  },
  '.cm-completionIcon': { opacity: '1', color: 'var(--text-3)' },
  '.cm-completionMatchedText': { fontWeight: '600', textDecoration: 'none' },
  '.cm-tooltip.cm-completionInfo': { padding: '6px 8px', maxWidth: '360px', fontFamily: 'var(--font-text)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--failed-bar)' },
  '.cm-foldPlaceholder': { color: 'var(--text-2)', backgroundColor: 'var(--bg-2)', border: '1px solid var(--line)' },
})

/** Colours and measures, for whatever shows code. */
const look: Extension = [syntaxHighlighting(highlighting), theme]
/** TypeScript that is only shown. */
export const codeLook: Extension = [javascript({ typescript: true }), look]
