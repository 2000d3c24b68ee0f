import { test as base, expect } from '@playwright/test'

/** What a page says went wrong, and what a test has announced as part of what it does. */
export type PageFaults = {
  /** Messages that fit `pattern` are no fault of this test. */
  allow(pattern: RegExp): void
}

/**
 * Every test in the window ends with the question whether any of its pages wrote an error or a warning to the console,
 * threw, or tripped its own content policy.
 */
export const test = base.extend<{ faults: PageFaults }>({
  faults: [
    async ({ context }, use) => {
      const seen: string[] = []
      const allowed: RegExp[] = []
      context.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) seen.push(`console ${message.type()}: ${message.text()}`)
      })
      context.on('weberror', (fault) => seen.push(`uncaught: ${String(fault.error())}`))
      await context.exposeFunction('reportPolicyViolation', (what: string) => seen.push(`content policy: ${what}`))
      await context.addInitScript({
        content: `addEventListener('securitypolicyviolation', (event) =>
          reportPolicyViolation([event.effectiveDirective, event.blockedURI, event.sample, event.sourceFile].join(' ')))`,
      })
      await use({ allow: (pattern) => allowed.push(pattern) })
      expect(
        seen.filter((what) => !allowed.some((pattern) => pattern.test(what))),
        'what the pages of this test complained about',
      ).toEqual([])
    },
    { auto: true },
  ],
})

export { expect }
