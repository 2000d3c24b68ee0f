import { AxeBuilder } from '@axe-core/playwright'
import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import axe from 'axe-core'

const wcag22AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** What depends on theme and density. */
export const colourAndSizeRules = ['color-contrast', 'target-size']

/** What is shown breaks no rule of WCAG 2.2 AA that a machine can check; `rules`: only these. */
export async function expectAccessible(page: Page, rules?: string[]): Promise<void> {
  // Legacy mode looks at this frame alone, and needs no second page for it; the app has no frames.
  const builder = new AxeBuilder({ page, axeSource: axe.source }).setLegacyMode()
  const { violations } = await (rules ? builder.withRules(rules) : builder.withTags(wcag22AA)).analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  expect(found).toEqual([])
}
