/** What tests ask a page about itself, measured where it happens. */
import type { Page } from '@playwright/test'

/**
 * Presses `keys` and gives how many ms later `selector` shows something with `text` in it, in a frame that is painted. It is
 * armed before, on its own: a busy page takes a key before it takes a question.
 */
export async function timeFromKeys(page: Page, keys: string, selector: string, text: string): Promise<number> {
  await page.evaluate(
    ([wanted, words]) => {
      const measured = new Promise<number>((resolve) =>
        addEventListener(
          'keydown',
          ({ timeStamp }) => {
            const look = () => {
              const isThere = [...document.querySelectorAll(wanted)].some((one) => one.textContent.includes(words))
              requestAnimationFrame(isThere ? () => resolve(performance.now() - timeStamp) : look)
            }
            look()
          },
          { capture: true, once: true },
        ),
      )
      Object.assign(globalThis, { measured })
    },
    [selector, text] as const,
  )
  await page.keyboard.press(keys)
  return page.evaluate(() => (globalThis as unknown as { measured: Promise<number> }).measured)
}

/**
 * Where everything that scrolls stands, and what has the focus: the same text for the same place. The focused element is
 * told by itself, since rows of a windowed list may come and go above it.
 */
export const placeInPage = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const scrolled = [...document.querySelectorAll('main, main *')]
      .filter(({ scrollTop, scrollLeft }) => scrollTop > 0 || scrollLeft > 0)
      .map(({ className, scrollTop, scrollLeft }) => `${String(className)} at ${scrollLeft},${scrollTop}`)
    const told = globalThis as { focusedBefore?: Element[] }
    const seen = (told.focusedBefore ??= [])
    const focused = document.activeElement ?? document.body
    if (!seen.includes(focused)) seen.push(focused)
    return [...scrolled, `${focused.tagName}, number ${seen.indexOf(focused) + 1} to have the focus`].join('; ')
  })

type Watched = { moved: string[]; heldChanges: number }

/**
 * Presses P and looks what moves from 250 ms after it on: every text that changes, and how often the number of held changes
 * does in 0.8 s.
 */
export async function pauseAndWatch(page: Page): Promise<Watched> {
  await page.evaluate(() => {
    const watched = new Promise<Watched>((resolve) => {
      const watch = () => {
        const moved = new Set<string>()
        let heldChanges = 0
        const observer = new MutationObserver((records) => {
          const places = records.map(({ target }) => (target instanceof Element ? target : target.parentElement))
          if (places.some((place) => place?.closest('[aria-pressed]'))) heldChanges += 1
          for (const place of places)
            if (place && !place.closest('[aria-pressed]'))
              moved.add(
                `${place.closest('[aria-label]')?.getAttribute('aria-label')}: ${place.textContent.slice(0, 80)}`,
              )
        })
        observer.observe(document.body, { subtree: true, childList: true, characterData: true })
        setTimeout(() => {
          observer.disconnect()
          resolve({ moved: [...moved], heldChanges })
        }, 800)
      }
      addEventListener('keydown', () => setTimeout(watch, 250), { capture: true, once: true })
    })
    Object.assign(globalThis, { watched })
  })
  await page.keyboard.press('p')
  return page.evaluate(() => (globalThis as unknown as { watched: Promise<Watched> }).watched)
}

/** Something that had the focus: how it is called, and what is wrong with how it is seen. */
type FocusLook = { name: string; fault: string | null }

/**
 * Presses Tab so many times, then Shift+Tab as often, and gives what had the focus after each. The page looks by itself when
 * the key goes up: to ask it after each press would take as long again.
 */
export async function tabThrough(page: Page, presses: number): Promise<FocusLook[]> {
  await page.evaluate(() => {
    const seen: FocusLook[] = []
    const stopped = new AbortController()
    const look = () => {
      let focused = document.activeElement
      while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement
      if (!focused || focused === document.body) return
      const name = focused.getAttribute('aria-label') ?? focused.textContent.trim().slice(0, 40)
      const { left, right, top, bottom } = focused.getBoundingClientRect()
      const x = (Math.max(0, left) + Math.min(innerWidth, right)) / 2
      const y = (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2
      const root = focused.getRootNode() as Document | ShadowRoot
      const above = root.elementFromPoint(x, y)
      const isSeen = above !== null && (focused.contains(above) || above.contains(focused))
      const ringed: Element[] = []
      for (let at: Element | null = focused; at && ringed.length < 4; at = at.parentElement) ringed.push(at)
      // An editor's ring is drawn above it, since its own parts would cover an outline.
      const isEditor = root instanceof ShadowRoot && getComputedStyle(root.host, '::after').content !== 'none'
      const hasRing =
        isEditor ||
        ringed.some((element) => {
          const { outlineStyle, outlineWidth } = getComputedStyle(element)
          return outlineStyle !== 'none' && outlineWidth !== '0px'
        })
      const covered = isSeen ? null : `covered by ${above?.tagName} ${String(above?.className)}`
      seen.push({ name, fault: covered ?? (hasRing ? null : 'no ring') })
    }
    addEventListener('keyup', ({ key }) => key === 'Tab' && look(), { capture: true, signal: stopped.signal })
    Object.assign(globalThis, {
      endLooks: () => {
        stopped.abort()
        return seen
      },
    })
  })
  for (const key of ['Tab', 'Shift+Tab']) for (let n = 0; n < presses; n += 1) await page.keyboard.press(key)
  return page.evaluate(() => (globalThis as unknown as { endLooks: () => FocusLook[] }).endLooks())
}
