/** Which keys do what: those of the catalogue, and what a person has in their place. */
import { factsOf, shortcutIds } from './key-catalogue.ts'
import type { ShortcutId } from './key-catalogue.ts'

export type Rebound = Partial<Record<ShortcutId, string>>

/** Works on every page; the sections of one page that are there together. */
const everywhere = ['Everywhere', 'Go to']
const together = [
  ['Run', 'Log', 'Timeline'],
  ['Run', 'Timeline', 'Timeline and tree'],
  ['Run', 'Graph'],
  ['Run', 'Tree', 'Timeline and tree'],
]

/** These do something in the field where keys are pressed, or nothing by themselves. */
const notKeys = new Set(['Tab', 'Enter', 'Escape', 'Backspace', 'Delete', ' ', 'Dead', 'Process', 'Unidentified'])
const modifiers = new Set(['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'NumLock'])
const MOST_PRESSES = 2

export const keysOf = (rebound: Rebound, id: ShortcutId): string => rebound[id] ?? factsOf(id).keys

/** The keys as they are printed: `Ctrl K`, `G R`. */
export const keyCaps = (keys: string): string[] =>
  keys
    .replace('Shift+?', '?')
    .split(/ |(?<=[^+])\+/)
    .map((key) => capWords[key] ?? (key.length === 1 ? key.toUpperCase() : key))

const capWords: Record<string, string> = {
  $mod: 'Ctrl',
  Escape: 'Esc',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
}

/** The same inside a sentence or a tip: `Ctrl+K`, `G R`. */
export const keyText = (keys: string): string =>
  keys
    .split(' ')
    .map((press) => keyCaps(press).join('+'))
    .join(' ')

/** The same for `aria-keyshortcuts`, which knows no sequences; undefined for one. */
export const ariaKeys = (keys: string): string | undefined =>
  keys.includes(' ') ? undefined : keys.replace('$mod', 'Control').replace(/[a-z]$/, (letter) => letter.toUpperCase())

/** What is used of a KeyboardEvent. */
type Press = { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean }

/** One press in the grammar of shortcuts; null for what cannot be part of one. */
export function pressOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Press): string | null {
  if (altKey || notKeys.has(key) || modifiers.has(key)) return null
  return [ctrlKey || metaKey ? '$mod' : '', shiftKey ? 'Shift' : '', key.length === 1 ? key.toLowerCase() : key]
    .filter((part) => part !== '')
    .join('+')
}

/** A further press; after as many as there can be it begins anew. */
export function addPress(keys: string, press: string): string {
  const presses = keys === '' ? [] : keys.split(' ')
  return presses.length >= MOST_PRESSES ? press : [...presses, press].join(' ')
}

/** Why `id` cannot have `keys`, as a sentence; undefined: it can. */
export function faultOfKeys(rebound: Rebound, id: ShortcutId, keys: string): string | undefined {
  for (const other of shortcutIds) {
    if (other === id || !canMeet(id, other)) continue
    const has = keysOf(rebound, other)
    const { label, section } = factsOf(other)
    const what = `“${label}” (${section})`
    if (has === keys) return `${keyText(keys)} is ${what} already.`
    if (has.startsWith(`${keys} `)) return `${keyText(keys)} begins ${keyText(has)}, which is ${what}.`
    if (keys.startsWith(`${has} `)) return `${keyText(has)} is ${what} already, so nothing can begin with it.`
  }
  return undefined
}

/** `rebound` with other keys for one shortcut; its own ones are not kept. */
export function rebind(rebound: Rebound, id: ShortcutId, keys: string): Rebound {
  const others = { ...rebound }
  delete others[id]
  return keys === factsOf(id).keys ? others : { ...others, [id]: keys }
}

/** What was kept as text, without what cannot be: of another version, or written by hand. */
export function parseRebound(text: string | null): Rebound {
  if (text === null) return {}
  try {
    const stored: unknown = JSON.parse(text)
    if (typeof stored !== 'object' || stored === null) return {}
    return shortcutIds.reduce<Rebound>((found, id) => {
      const keys = (stored as Record<string, unknown>)[id]
      if (typeof keys !== 'string' || factsOf(id).isFixed || !isKeys(keys)) return found
      return faultOfKeys(found, id, keys) === undefined ? rebind(found, id, keys) : found
    }, {})
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

const isKeys = (text: string): boolean =>
  text.split(' ').length <= MOST_PRESSES &&
  text.split(' ').every((press) => /^(\$mod\+)?(Shift\+)?(\S|[A-Z]\w{1,14})$/.test(press))

function canMeet(one: ShortcutId, other: ShortcutId): boolean {
  const sections = [factsOf(one).section, factsOf(other).section]
  if (sections[0] === sections[1]) return true
  return (
    sections.some((name) => everywhere.includes(name)) ||
    together.some((all) => sections.every((name) => all.includes(name)))
  )
}
