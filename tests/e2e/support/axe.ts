import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import axe from 'axe-core'

const wcag22AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** The rules that look at colours: all that a theme decides over. */
const ofColours = ['color-contrast', 'link-in-text-block']
/** The rules that look at sizes, and at what therefore has to be scrolled: all that the rows decide over. */
const ofSizes = ['target-size', 'scrollable-region-focusable']

/** What is shown breaks no rule of WCAG 2.2 AA that a machine can check, as the page looks now. */
export const expectAccessible = (page: Page): Promise<void> => expectNoneBroken(page, { type: 'tag', values: wcag22AA })

/** The same in light and in dark: all rules once, and of the other theme what it decides over. Leaves the page in light. */
export async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await test.step('in light', () => expectAccessible(page))
  await page.emulateMedia({ colorScheme: 'dark' })
  await test.step('in dark', () => expectNoneBroken(page, { type: 'rule', values: ofColours }))
  await page.emulateMedia({ colorScheme: 'light' })
}

/** The same in every theme and with rows of every height. Leaves the page in light with its usual rows. */
export async function expectAccessibleInEveryLook(page: Page): Promise<void> {
  await expectAccessibleInBothThemes(page)
  const setRows = (density: 'compact' | 'dense' | 'cozy') =>
    page.evaluate((chosen) => (document.documentElement.dataset['density'] = chosen), density)
  for (const density of ['dense', 'cozy'] as const) {
    await setRows(density)
    await test.step(`with ${density} rows`, () => expectNoneBroken(page, { type: 'rule', values: ofSizes }))
  }
  await setRows('compact')
}

/**
 * Asks in the page itself and takes out what is broken and nothing else: the builder of `@axe-core/playwright` brings its
 * rules anew each time and reads back all that is in order too, which takes three times as long as the question.
 */
async function expectNoneBroken(page: Page, runOnly: axe.RunOnly): Promise<void> {
  type Asked = { axe: Pick<typeof axe, 'run'> }
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  const found = await page.evaluate(async (only) => {
    const { violations } = await (globalThis as unknown as Asked).axe.run(document, {
      runOnly: only,
      resultTypes: ['violations'],
    })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  }, runOnly)
  expect(found).toEqual([])
}
