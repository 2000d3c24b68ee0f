import type { Locator } from '@playwright/test'

/**
 * Writes down every text that `place` shows from now on, in the page itself: a look from outside, now and then, would
 * miss what a quick run shows for a quarter of a second. The function returned gives what was shown so far.
 */
export async function recordTexts(place: Locator): Promise<() => Promise<string[]>> {
  const recording = await place.evaluateHandle((element) => {
    const texts: string[] = []
    const note = () => {
      if (texts.at(-1) !== element.textContent) texts.push(element.textContent)
    }
    note()
    new MutationObserver(note).observe(element, { subtree: true, childList: true, characterData: true })
    return texts
  })
  return () => recording.jsonValue()
}
