import { untrack } from 'svelte'
import { createKeybindingsHandler } from 'tinykeys'

export type Shortcut = {
  /** In tinykeys' grammar: `c`, `g r`, `$mod+k`. */
  keys: string
  /** What it does, for the key sheet. */
  label: string
  section: string
  run: (event: KeyboardEvent) => void
}

/** The keys that work now. Pages add theirs while they are shown; the key sheet lists what is here. */
export class Shortcuts {
  active: Shortcut[] = $state.raw([])
  #handler = $derived(
    createKeybindingsHandler(Object.fromEntries(this.active.map((shortcut) => [shortcut.keys, guarded(shortcut)]))),
  )

  /** Adds keys; the returned function takes them away. May be called from an effect, which then does not depend on the list. */
  add(shortcuts: Shortcut[]): () => void {
    this.active = [...untrack(() => this.active), ...shortcuts]
    return () => (this.active = this.active.filter((shortcut) => !shortcuts.includes(shortcut)))
  }

  listen(): () => void {
    const onKey = (event: KeyboardEvent) => this.#handler(event)
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }
}

/** The keys of a shortcut as they are printed: `Ctrl K`, `G R`. */
export const keyCaps = (keys: string): string[] =>
  keys
    .replace('Shift+?', '?')
    .split(/[ +]/)
    .map((key) => (key === '$mod' ? 'Ctrl' : key.length === 1 ? key.toUpperCase() : key))

/**
 * Letter keys do nothing while text is entered, in a dialog, or with a modifier. The event's own path is asked, since
 * `target` names only the host of a shadow root, such as the editor's.
 */
function guarded(shortcut: Shortcut): (event: KeyboardEvent) => void {
  const hasModifier = shortcut.keys.includes('$mod+')
  return (event) => {
    if (event.defaultPrevented) return
    if (!hasModifier && (event.ctrlKey || event.altKey || event.metaKey || isEntry(event.composedPath()[0]))) return
    event.preventDefault()
    shortcut.run(event)
  }
}

function isEntry(origin: EventTarget | undefined): boolean {
  if (!(origin instanceof HTMLElement)) return false
  return (
    origin.isContentEditable ||
    origin.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="alertdialog"]') !== null
  )
}
