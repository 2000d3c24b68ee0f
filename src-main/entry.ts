import { fileURLToPath } from 'node:url'

const entries = {
  'engine-thread': './engine/engine-thread.ts',
  'check-copy-thread': './store/backups/check-copy-thread.ts',
  'check-store-thread': './store/check-store-thread.ts',
  supervisor: './interpreters/supervisor.ts',
  'interpreter-process': './interpreters/interpreter-process.ts',
  'interpreter-pool': './interpreters/interpreter-pool.ts',
  'interpreter-thread': './interpreters/interpreter-thread.ts',
  'http-request': './interpreters/http-request.ts',
  'named-process': './interpreters/named/named-process.ts',
  'named-thread': './interpreters/named/named-thread.ts',
  'to-thread': './interpreters/sdk/to-thread/thread.ts',
  sdk: './interpreters/sdk/index.ts',
  'sdk-sync': './interpreters/sdk/sync.ts',
} as const

export type EntryName = keyof typeof entries

/**
 * Absolute path of a module that a thread or a process starts with. From source this is the TypeScript file, which
 * Node runs as it is; in a build every entry stands beside this module's chunk as `<name>.js`.
 */
export function entryPath(name: EntryName): string {
  const isSource = import.meta.url.endsWith('/src-main/entry.ts')
  return fileURLToPath(new URL(isSource ? entries[name] : `./${name}.js`, import.meta.url))
}
