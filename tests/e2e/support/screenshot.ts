import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'

const folder = join(import.meta.dirname, '../../../artefacts/screenshots')

/**
 * Keeps a picture for a person who asked for them with SCREENSHOTS=1. No test compares one, and to draw it takes longer than
 * to ask a page all rules of accessibility.
 */
export async function keepScreenshot(place: Page | Locator, name: string): Promise<void> {
  if (process.env['SCREENSHOTS'] !== undefined) await place.screenshot({ path: join(folder, `${name}.png`) })
}

/** One in light and one in dark; leaves the page in light. */
export async function keepScreenshots(page: Page, name: string): Promise<void> {
  if (process.env['SCREENSHOTS'] === undefined) return
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await keepScreenshot(page, `${name}-${colorScheme}`)
  }
}
