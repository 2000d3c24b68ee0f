import { join } from 'node:path'
import type { EntryName } from '../../src-main/entry.ts'

/** Stands in for `src-main/entry.ts` where the build is no older than its sources (vitest.config.ts): what a test starts is built. */
export const entryPath = (name: EntryName): string => join(import.meta.dirname, '../../out/main', `${name}.js`)
