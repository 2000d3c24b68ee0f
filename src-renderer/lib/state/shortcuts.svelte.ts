import { untrack } from 'svelte'
import { factsOf } from './key-catalogue.ts'
import type { ShortcutId } from './key-catalogue.ts'
import { KeyChords } from './key-chords.ts'
import { keysOf, keyText, parseRebound, rebind } from './keymap.ts'
import type { Rebound } from './keymap.ts'

export type Shortcut = { id: ShortcutId; run: (event: KeyboardEvent) => void }

const keymapKey = 'signalbox.keys'

/** The keys that work now. Pages add theirs while they are shown; the key sheet lists what is here. */
export class Shortcuts {
  active: Shortcut[] = $state.raw([])
  /** What a person has in place of the usual keys, kept in this browser. */
  rebound: Rebound = $state.raw(parseRebound(localStorage.getItem(keymapKey)))
  #chords = new KeyChords()
  /** Of two with the same keys the later one counts: a page's before the window's. */
  #byKeys = $derived(new Map(this.active.map(({ id, run }) => [this.keysOf(id), run])))

  keysOf(id: ShortcutId): string {
    return keysOf(this.rebound, id)
  }

  /** For a tip: `Pause (P)`. */
  inWords(id: ShortcutId): string {
    return keyText(this.keysOf(id))
  }

  /** Adds keys; the returned function takes them away. May be called from an effect, which then does not depend on the list. */
  add(shortcuts: Shortcut[]): () => void {
    this.active = [...untrack(() => this.active), ...shortcuts]
    return () => (this.active = this.active.filter((shortcut) => !shortcuts.includes(shortcut)))
  }

  rebind(id: ShortcutId, keys: string): void {
    this.#keep(rebind(this.rebound, id, keys))
  }

  resetAll(): void {
    this.#keep({})
  }

  #keep(rebound: Rebound): void {
    this.rebound = rebound
    if (Object.keys(rebound).length === 0) localStorage.removeItem(keymapKey)
    else localStorage.setItem(keymapKey, JSON.stringify(rebound))
  }

  listen(): () => void {
    const onKey = (event: Event) => {
      // A browser that fills in a form sends events of that name without a key.
      if (!(event instanceof KeyboardEvent)) return
      const runs = this.#byKeys
      for (const keys of this.#chords.press(event, [...runs.keys()])) runUnlessEntry(keys, runs.get(keys), event)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }
}

/** Shortcuts by the section they are shown in. */
export const bySection = (ids: readonly ShortcutId[]): Map<string, ShortcutId[]> =>
  Map.groupBy(ids, (id) => factsOf(id).section)

/**
 * Letter keys do nothing while text is entered, in a dialog, or with a modifier. The event's own path is asked, since
 * `target` names only the host of a shadow root, such as the editor's.
 */
function runUnlessEntry(keys: string, run: Shortcut['run'] | undefined, event: KeyboardEvent): void {
  if (run === undefined || event.defaultPrevented) return
  const hasModifier = keys.includes('$mod+')
  if (!hasModifier && (event.ctrlKey || event.altKey || event.metaKey || isEntry(event.composedPath()[0]))) return
  event.preventDefault()
  run(event)
}

function isEntry(origin: EventTarget | undefined): boolean {
  if (!(origin instanceof HTMLElement)) return false
  return (
    origin.isContentEditable ||
    origin.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="alertdialog"]') !== null
  )
}
