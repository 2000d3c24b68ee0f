/** The window as a person uses it: by what is written on it, by mouse and by keys. */
import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { writeClipboard } from './clipboard.ts'
import type { TestHost } from './host.ts'

export type PageName =
  'Overview' | 'Queues' | 'Semaphores' | 'Futures' | 'Runs' | 'Interpreters' | 'Schedules' | 'History' | 'Scripts'

/** Opens the address that the host printed, which leads to the overview, and goes on to the runs. */
export async function openApp(page: Page, host: TestHost): Promise<void> {
  await openAt(page, host, '/runs')
  await expect(page.getByRole('heading', { name: 'Runs', level: 1 })).toBeVisible()
}

/** Opens one place of the app in a tab that may not have the token yet. */
export async function openAt(page: Page, host: TestHost, route: string): Promise<void> {
  await page.goto(host.url)
  // A tab that shows the app already loads it anew for the token.
  await page.waitForURL(({ hash }) => hash === '')
  await page.goto(host.page(route))
}

export const goTo = (page: Page, name: PageName): Promise<void> =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click()

/** An editor by its label; its text is inside a shadow root. */
export const editor = (page: Page, label: 'Script' | 'Input as JSON'): Locator =>
  page.getByRole('textbox', { name: label, exact: true })

/** Replaces the text of an editor from the clipboard. */
export async function paste(page: Page, label: 'Script' | 'Input as JSON', text: string): Promise<void> {
  await writeClipboard(page, text)
  // A script whose types say what it takes has a form in the editor's place.
  const asJson = page.getByRole('group', { name: 'Input as' }).getByRole('button', { name: 'JSON' })
  await expect(async () => {
    if (label === 'Input as JSON' && (await asJson.isVisible())) await asJson.click()
    await editor(page, label).click({ timeout: 1_000 })
  }).toPass()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.press('ControlOrMeta+V')
}

/** A new script with its code and input, nothing else changed. */
export async function writeScript(page: Page, text: string, input?: unknown): Promise<void> {
  await goTo(page, 'Scripts')
  await page.getByRole('link', { name: 'New script' }).click()
  await paste(page, 'Script', text)
  if (input !== undefined) await paste(page, 'Input as JSON', JSON.stringify(input))
}

/** Presses Run and gives the panel of the run that begins below the code. */
export async function pressRun(page: Page): Promise<{ id: number; output: Locator }> {
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const output = page.getByRole('region', { name: /^Run \d+$/ })
  await expect(output).toBeVisible()
  return { id: Number(/\d+/.exec((await output.getAttribute('aria-label')) ?? '')?.[0]), output }
}

/** The page of one run. */
export const runPage = (page: Page, id: number): Locator => page.getByRole('region', { name: `Run ${id}`, exact: true })

/** The first state chip inside `place`: the run's own. */
export const stateOf = (place: Locator): Locator => place.locator('.chip').first()

/** The rows of a table of runs, without its groups' titles. */
export const runRows = (page: Page): Locator => page.locator('tr[data-row]')

export const runRow = (page: Page, id: number): Locator => page.locator(`tr[data-row="${id}"]`)

/** The dialog takes the focus a moment after it is there; what is typed before goes to the page. */
export async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('ControlOrMeta+K')
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused()
}

/** How many runs the history lists, those included that are not drawn because they are out of sight. */
export const expectListed = (page: Page, runs: number): Promise<void> =>
  expect(page.getByRole('table', { name: 'Finished runs, newest first' })).toHaveAttribute(
    'aria-rowcount',
    String(runs + 1),
  )
