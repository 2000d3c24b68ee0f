import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const onCi = process.env['CI'] !== undefined

export default defineConfig({
  test: {
    reporters: onCi ? ['default', ['json', { outputFile: 'artefacts/vitest.json' }]] : ['default'],
    projects: [
      {
        // The renderer's state modules are runes, which the plugin compiles.
        plugins: [svelte({ configFile: false })],
        test: {
          name: 'unit',
          include: ['tests/{unit,simulation,conformance}/**/*.test.ts'],
          setupFiles: ['tests/support/seed.ts'],
          // Their point are real processes.
          exclude: ['tests/conformance/interpreters/**'],
          // Thousands of random programs take a while where others work beside them.
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/{integration,faults}/**/*.test.ts', 'tests/conformance/interpreters/**/*.test.ts'],
          // Real processes: a file at a time keeps their timing honest on two cores.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
