import type { Page } from '@playwright/test'

export async function writeClipboard(page: Page, text: string): Promise<void> {
  await allowClipboard(page)
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
}

export async function readClipboard(page: Page): Promise<string> {
  await allowClipboard(page)
  return page.evaluate(() => navigator.clipboard.readText())
}

const allowClipboard = (page: Page) =>
  page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(page.url()).origin })
