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
    // A window may write to the clipboard when it is clicked; the shell has to be told.
    permissions: ['clipboard-read', 'clipboard-write'],
    screenshot: 'only-on-failure',
    // A copy of the page after each step costs a tenth of a run, and on CI nobody opens it.
    trace: process.env['CI'] ? 'off' : { mode: 'retain-on-failure', screenshots: false },
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
