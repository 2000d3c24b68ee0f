import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { isBuildStale } from './bin/build-state.js'
import { chromium } from './tests/support/chromium.ts'

const root = import.meta.dirname

/** Hosts of tests live for seconds and start from source: what Node compiles of it is kept for the next one. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'signalbox-tests-compiled') }

/**
 * Supervisors and interpreters that a test starts are those of the build, when it is no older than its sources: from source
 * each of them pays for finding, reading and stripping its modules anew. The modules of a test itself are always the sources.
 */
const builtEntries = {
  name: 'built-entries',
  enforce: 'pre' as const,
  resolveId: (id: string, importer = '') =>
    /(^|\/)entry\.ts$/.test(id) && importer.includes('/src-main/')
      ? join(root, 'tests/support/built-entries.ts')
      : null,
}
const started = isBuildStale(root) ? [] : [builtEntries]

const onCi = process.env['CI'] !== undefined

const pure = {
  // One core is left for the runner by default, which has little to do here.
  maxWorkers: 2,
  // Thousands of random programs take a while where others work beside them.
  testTimeout: 300_000,
}

export default defineConfig({
  test: {
    reporters: onCi ? ['default', ['json', { outputFile: 'artefacts/vitest.json' }]] : ['default'],
    projects: [
      {
        // The renderer's state modules are runes, which the plugin compiles.
        plugins: [svelte({ configFile: false })],
        test: {
          name: 'unit',
          include: ['tests/{unit,simulation}/**/*.test.ts'],
          setupFiles: ['tests/support/seed.ts'],
          // Most of the files take less time than a process of their own and its modules; none leaves anything behind.
          isolate: false,
          ...pure,
        },
      },
      {
        test: {
          name: 'conformance',
          include: ['tests/conformance/**/*.test.ts'],
          setupFiles: ['tests/support/seed.ts'],
          // Their point are real processes.
          exclude: ['tests/conformance/interpreters/**'],
          ...pure,
        },
      },
      {
        plugins: started,
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts', 'tests/conformance/interpreters/**/*.test.ts'],
          env,
          // Real processes, and most tests wait for something: two files at a time leave a third of two cores idle.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          exclude: ['tests/faults/{hostile,soak}/**'],
          env,
          // Each kills, starves or damages what is its own: its host, its store, its volume.
          maxWorkers: 3,
          // Beside the last of those before: both wait a good deal, and each file has all that it damages to itself.
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'hostile',
          include: ['tests/faults/{hostile,soak}/**/*.test.ts'],
          env,
          // What they do to a machine is not to be done to others at the same time.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [svelte({ configFile: false })],
        // Found one after the other, each would load the page anew under the tests that run by then.
        optimizeDeps: { entries: ['src-renderer/**/*.{ts,svelte}', 'tests/components/**/*.ts'] },
        test: {
          name: 'components',
          include: ['tests/components/**/*.test.ts'],
          setupFiles: ['tests/components/support/setup.ts'],
          sequence: { groupOrder: 3 },
          api: { host: '127.0.0.1' },
          // A condition is waited for, and a busy machine is no fault of the window.
          expect: { poll: { timeout: 10_000 } },
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            provider: playwright({
              launchOptions: chromium,
              // What moves is drawn again and again, by the processor, and nothing here is about how it looks.
              contextOptions: { reducedMotion: 'reduce' },
              actionTimeout: 10_000,
            }),
            instances: [{ browser: 'chromium' }],
            viewport: { width: 1280, height: 800 },
            dependencySourcemaps: false,
            screenshotFailures: false,
            traceView: false,
          },
        },
      },
    ],
  },
})
