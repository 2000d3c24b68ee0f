import type { Locator } from '@playwright/test'

/** The lines of a log that can be read without scrolling, each with where it stands on the screen, from top to bottom. */
export function linesInView(log: Locator): Promise<{ text: string; top: number }[]> {
  return log.evaluate((element) => {
    const view = element.getBoundingClientRect()
    return [...element.querySelectorAll('.line')]
      .map((line) => {
        const { top, bottom } = line.getBoundingClientRect()
        return { text: line.textContent, top, bottom }
      })
      .filter(({ top, bottom }) => top >= view.top && bottom <= view.bottom)
      .map(({ text, top }) => ({ text, top: Math.round(top) }))
      .sort((a, b) => a.top - b.top)
  })
}
