import { defineConfig } from '@playwright/test'
import { chromium } from './tests/support/chromium.ts'

export default defineConfig({
  globalSetup: './tests/e2e/support/built.ts',
  outputDir: 'artefacts/playwright',
  reporter: process.env['CI'] ? [['list'], ['json', { outputFile: 'artefacts/playwright.json' }]] : [['list']],
  forbidOnly: process.env['CI'] !== undefined,
  workers: 2,
  timeout: 60_000,
  use: {
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: { mode: 'retain-on-failure', screenshots: false },
  },
  projects: [
    {
      name: 'browser',
      testDir: 'tests/e2e',
      // Writes the pictures of the README anew, which are kept with the source.
      testIgnore: process.env['PICTURES'] === undefined ? ['**/pictures.spec.ts'] : [],
      use: {
        launchOptions: chromium,
      },
    },
    { name: 'electron', testDir: 'tests/e2e-electron' },
  ],
})
