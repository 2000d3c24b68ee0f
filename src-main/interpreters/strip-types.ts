import { createRequire } from 'node:module'
import { join } from 'node:path'
import type * as Amaro from 'amaro'
import { fs } from './lean-builtins.ts'

/** Changes whenever the stripped form of the same source would: amaro's version and our own handling. */
const CACHE_VERSION = 'amaro-1.2-a'

/** What amaro throws for a source it does not take: an object, not an Error. Columns count from 0, lines from 1. */
export type StripError = { code: string; message: string; startLine: number; startColumn: number }

const require = createRequire(import.meta.url)
/** Loaded on first need only: its wasm costs 30 ms, as much as a whole process start. */
let amaro: typeof Amaro | null = null

/** JavaScript with every type replaced by blanks, so that positions stay. Throws a `StripError`. */
export function stripTypes(source: string): string {
  amaro ??= require('amaro') as typeof Amaro
  return amaro.transformSync(source, { mode: 'strip-only' }).code
}

export const isStripError = (error: unknown): error is StripError =>
  typeof error === 'object' && error !== null && 'startLine' in error && 'startColumn' in error

/**
 * `stripTypes` with a cache on disk. The file's name is a quick hash of the source, and the file holds the source itself to
 * compare with: a collision costs a miss, never the wrong code, and node:crypto (4 ms to load) is not needed.
 */
export function stripTypesCached(source: string, cacheFolder: string): string {
  const folder = join(cacheFolder, 'stripped')
  const file = join(folder, `${CACHE_VERSION}-${quickHash(source)}.js`)
  const cached = readIfThere(file)
  // Blanks keep the length: the file is the source, then its stripped form.
  if (cached !== null && cached.startsWith(source)) return cached.slice(source.length)
  const stripped = stripTypes(source)
  fs.mkdirSync(folder, { recursive: true })
  const written = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  fs.writeFileSync(written, source + stripped)
  fs.renameSync(written, file)
  return stripped
}

function readIfThere(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** 64 bits of FNV-1a in two lanes. */
function quickHash(text: string): string {
  let a = 0x811c9dc5
  let b = 0x1b873593
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit ^ (a >>> 15), 0x85ebca6b)
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0')
}
