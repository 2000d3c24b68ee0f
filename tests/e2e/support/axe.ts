import { AxeBuilder } from '@axe-core/playwright'
import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import axe from 'axe-core'

const wcag22AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** What is shown breaks no rule of WCAG 2.2 AA that a machine can check. */
export async function expectAccessible(page: Page): Promise<void> {
  // Legacy mode looks at this frame alone, and needs no second page for it; the app has no frames.
  const builder = new AxeBuilder({ page, axeSource: axe.source }).setLegacyMode().withTags(wcag22AA)
  expectNone((await builder.analyze()).violations)
}

/** One rule more, where `expectAccessible` has looked before: what is asked with has stayed in the page. */
export async function expectRule(page: Page, rule: 'color-contrast' | 'target-size'): Promise<void> {
  const violations = await page.evaluate(async (id) => {
    const asked = globalThis as unknown as { axe: Pick<typeof axe, 'run'> }
    return (await asked.axe.run(document, { runOnly: { type: 'rule', values: [id] } })).violations
  }, rule)
  expectNone(violations)
}

function expectNone(violations: axe.Result[]): void {
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  expect(found).toEqual([])
}
