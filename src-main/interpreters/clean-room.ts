/**
 * What the runs of one thread share although they should not: builtins, their prototypes, and what runs leave going. It cannot be
 * undone, so it is found, said of the run, and the interpreter is given up.
 */
import { monotonicNow } from './own-builtins.ts'

export type Found = {
  /** Builtins that are not what they were: everybody on this thread, and everything that starts on it, is affected. */
  changed: string[]
  /** New names in the global scope. */
  globals: string[]
}

/** Short runs in their thousands are looked at together: so long after a look, and so many times its own length, is the next one. */
const REST_MS = 20
const RESTS = 50
const MAX_NAMED = 5

const { getOwnPropertyDescriptor, getPrototypeOf } = Object
const { ownKeys } = Reflect

type Watched = { name: string; of: object; known: Map<PropertyKey, unknown>; isGlobal: boolean }

/** Stands for a value that may change: a getter's, which Node replaces when it is first used, and what is no function. */
const LAZY = Symbol('lazy')

/** Remembers the builtins as they are now; call it before user code runs. */
export class CleanRoom {
  readonly #watched: Watched[]
  #restUntil = 0

  constructor() {
    this.#watched = objects().map(([name, of]) => ({ name, of, known: valuesOf(of), isGlobal: of === globalThis }))
  }

  /** What has changed since the last look, each thing once; null when it is too early for another one. */
  look(): Found | null {
    const begunAt = monotonicNow()
    if (begunAt < this.#restUntil) return null
    const found: Found = { changed: [], globals: [] }
    for (const watched of this.#watched) compare(watched, found)
    const now = monotonicNow()
    this.#restUntil = now + Math.max(REST_MS, RESTS * (now - begunAt))
    return found
  }
}

function compare({ name, of, known, isGlobal }: Watched, found: Found): void {
  const keys = ownKeys(of)
  let isSame = keys.length === known.size
  for (const key of keys) {
    const before = known.get(key)
    if (before === undefined && !known.has(key)) {
      isSame = false
      // By symbols libraries find themselves again, Node's own among them.
      const isFound = typeof key === 'string' || name.endsWith('.prototype')
      if (isFound && isGlobal) found.globals.push(String(key))
      else if (isFound) found.changed.push(`${name}.${String(key)}`)
      known.set(key, valueOf(of, key))
    } else if (before !== LAZY) {
      const value = valueOf(of, key)
      if (value === before) continue
      found.changed.push(isGlobal ? String(key) : `${name}.${String(key)}`)
      known.set(key, value)
    }
  }
  if (isSame || keys.length === known.size) return
  for (const key of [...known.keys()]) {
    if (getOwnPropertyDescriptor(of, key) !== undefined) continue
    if (known.get(key) !== LAZY && known.get(key) !== GONE)
      found.changed.push(isGlobal ? String(key) : `${name}.${String(key)}`)
    known.delete(key)
  }
}

const GONE = Symbol('gone')

const valuesOf = (of: object) => new Map(ownKeys(of).map((key) => [key, valueOf(of, key)]))

function valueOf(of: object, key: PropertyKey): unknown {
  const descriptor = getOwnPropertyDescriptor(of, key)
  if (descriptor === undefined) return GONE
  return typeof descriptor.value === 'function' ? descriptor.value : LAZY
}

/** What scripts replace: the globals, the builtins' statics and prototypes, and the modules that nearly all of them use. */
function objects(): [name: string, of: object][] {
  const classes = {
    Object,
    Function,
    Array,
    String,
    Number,
    Boolean,
    Symbol,
    Date,
    RegExp,
    Error,
    Promise,
    Map,
    Set,
    WeakMap,
    ArrayBuffer,
    Uint8Array,
    Buffer,
  }
  const typedArray = getPrototypeOf(Uint8Array) as { prototype: object }
  return [
    ['globalThis', globalThis],
    ...Object.entries(classes).flatMap(([name, of]): [string, object][] => [
      [name, of],
      [`${name}.prototype`, of.prototype as object],
    ]),
    ['TypedArray.prototype', typedArray.prototype],
    ['Iterator.prototype', getPrototypeOf(getPrototypeOf([][Symbol.iterator]())) as object],
    ['JSON', JSON],
    ['Math', Math],
    ['Reflect', Reflect],
    ['console', console],
    ['process', process],
    ['fs', process.getBuiltinModule('node:fs')],
  ]
}

/** Kinds of what keeps an event loop going that a run has no reason to leave behind. */
const LEFT: Record<string, string> = {
  Timeout: 'timer',
  Immediate: 'immediate',
  ProcessWrap: 'program',
  TCPServerWrap: 'server',
  PipeServerWrap: 'server',
  FSEventWrap: 'file watch',
  StatWatcher: 'file watch',
}

/** How much of each kind keeps this thread going. */
export function goingOn(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) {
    const name = LEFT[kind]
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

/** "2 timers, 1 server": what goes on now and did not `before`; null when that is nothing. */
export function leftInWords(before: ReadonlyMap<string, number>, now = goingOn()): string | null {
  const left = [...now].flatMap(([name, count]) => {
    const more = count - (before.get(name) ?? 0)
    return more <= 0 ? [] : [`${more} ${name}${more === 1 ? '' : 's'}`]
  })
  return left.length === 0 ? null : left.join(', ')
}

/** The first few names, and how many more there are. */
export const someOf = (names: string[]): string =>
  names.length <= MAX_NAMED
    ? names.join(', ')
    : `${names.slice(0, MAX_NAMED).join(', ')} and ${names.length - MAX_NAMED} more`
