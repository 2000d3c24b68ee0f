import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'
import { build } from 'vite'
import type { Plugin } from 'vite'
import { generateSdkTypes } from './build/sdk-types/generate.ts'

const root = import.meta.dirname
const source = (path: string) => join(root, 'src-main', path)

/** Every module that a thread, a process or a person starts: each becomes out/main/<name>.js (see src-main/entry.ts). */
const mainEntries = {
  main: source('main.ts'),
  headless: source('headless.ts'),
  cli: source('cli/main.ts'),
  'engine-thread': source('engine/engine-thread.ts'),
  'check-copy-thread': source('store/backups/check-copy-thread.ts'),
  'check-store-thread': source('store/check-store-thread.ts'),
  supervisor: source('interpreters/supervisor.ts'),
  'interpreter-process': source('interpreters/interpreter-process.ts'),
  'interpreter-pool': source('interpreters/interpreter-pool.ts'),
  'interpreter-thread': source('interpreters/interpreter-thread.ts'),
  'http-request': source('interpreters/http-request.ts'),
  'named-process': source('interpreters/named/named-process.ts'),
  'named-thread': source('interpreters/named/named-thread.ts'),
  'to-thread': source('interpreters/sdk/to-thread/thread.ts'),
  sdk: source('interpreters/sdk/index.ts'),
  'sdk-sync': source('interpreters/sdk/sync.ts'),
}

/** The two modules that scripts import know of each other's runs: the second is made of the first as it was built. */
const besideSdk: Plugin = {
  name: 'beside-sdk',
  enforce: 'pre',
  resolveId: (id) => (id === './index.ts' ? { id: './sdk.js', external: true } : null),
}

/**
 * What every script's process loads, once more as one file each: a module costs a third of a millisecond to find, read and
 * link, and a fresh process pays for all of them each time. Measured: 57 → 69 runs a second on two cores.
 */
const oneFileEntries: Plugin = {
  name: 'one-file-entries',
  async closeBundle() {
    for (const name of ['interpreter-process', 'sdk', 'sdk-sync'] as const) {
      await build({
        configFile: false,
        logLevel: 'warn',
        publicDir: false,
        plugins: name === 'sdk-sync' ? [besideSdk] : [],
        build: {
          ssr: mainEntries[name],
          target: 'node24',
          outDir: join(root, 'out/main'),
          emptyOutDir: false,
          // What is imported only when needed (the parser, the type stripper) stays in chunks of its own.
          rolldownOptions: {
            output: { format: 'es', entryFileNames: `${name}.js`, chunkFileNames: 'chunk-[name]-[hash].js' },
          },
        },
      })
    }
  },
}

/** The store reads its migrations at run time from beside its own chunk. */
const copyMigrations: Plugin = {
  name: 'copy-migrations',
  writeBundle: (output) =>
    cpSync(source('store/migrations'), join(output.dir ?? '', 'migrations'), { recursive: true }),
}

/** `example` reads them at run time, and jobs of them may refer to their files. */
const copyExamples: Plugin = {
  name: 'copy-examples',
  writeBundle() {
    rmSync(join(root, 'out/examples'), { recursive: true, force: true })
    cpSync(join(root, 'examples'), join(root, 'out/examples'), { recursive: true })
  },
}

/** `types` writes them into a person's own project. */
const writeSdkTypes: Plugin = {
  name: 'write-sdk-types',
  writeBundle(output) {
    const folder = join(output.dir ?? '', 'types')
    mkdirSync(folder, { recursive: true })
    for (const [name, text] of Object.entries(generateSdkTypes(root))) writeFileSync(join(folder, name), text)
  },
}

/**
 * electron-vite declares `require` and `__dirname` anew in every chunk whose text has a call of that name. Ours are modules
 * that make what they need themselves, and a second declaration is a syntax error when the chunk loads.
 */
const noCommonJsShim: Plugin = {
  name: 'no-commonjs-shim',
  configResolved(config) {
    for (const plugin of config.plugins) if (plugin.name === 'vite:esm-shim') delete plugin.renderChunk
  },
}

export default defineConfig({
  main: {
    plugins: [copyMigrations, copyExamples, writeSdkTypes, noCommonJsShim, oneFileEntries],
    build: {
      target: 'node24',
      outDir: join(root, 'out/main'),
      // Chunks have hashes in their names: without this, those of earlier builds stay.
      emptyOutDir: true,
      rolldownOptions: {
        input: mainEntries,
        // The types of the SDK are most of the work, as the report would say after every build.
        checks: { pluginTimings: false },
        // Chunks lie beside the entries: entryPath() and the migrations resolve from the chunk they end up in.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunk-[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node24',
      outDir: join(root, 'out/preload'),
      emptyOutDir: true,
      externalizeDeps: false,
      rolldownOptions: {
        input: { bridge: join(root, 'src-preload/bridge.ts') },
        // A sandboxed preload is loaded as CommonJS, whatever package.json says.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: join(root, 'src-renderer'),
    plugins: [svelte({ configFile: false })],
    build: {
      target: 'es2023',
      outDir: join(root, 'out/renderer'),
      // The page's policy allows no data: fonts or scripts, so nothing may be inlined.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      minify: true,
      sourcemap: false,
      rolldownOptions: {
        input: join(root, 'src-renderer/index.html'),
        // Compiling components is most of the work, as the report would say after every build.
        checks: { pluginTimings: false },
        output: {
          // The editor is larger than the rest of the window; one chunk of its own loads with the first page that edits.
          codeSplitting: {
            groups: [
              { name: 'editor', test: /node_modules[\\/](@codemirror[\\/](?!merge)|@lezer)/ },
              { name: 'parts', test: /node_modules[\\/](bits-ui|@floating-ui|@lucide|virtua|svelte-sonner)[\\/]/ },
            ],
          },
        },
      },
    },
  },
})
