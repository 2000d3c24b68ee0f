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
          include: ['tests/integration/**/*.test.ts', 'tests/conformance/interpreters/**/*.test.ts'],
          // Real processes: two files at a time are what two cores can take, for most tests wait for something.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          // What they do to a machine is not to be done to others at the same time.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
