import type { Page } from '@playwright/test'
import { makeBusy } from './support/busy-host.ts'
import type { Place } from './support/busy-host.ts'
import { useHost } from './support/host.ts'
import { openApp } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
let places: Place[] = []
test.beforeAll(async () => {
  places = [...(await makeBusy(host)), { route: '/queues/pages', ready: 'Put an item…' }]
})

/** Titles of columns that are cut off, and tables that lie over what stands beside them. */
const squeezed = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const titles = [...document.querySelectorAll<HTMLElement>('th')].filter(
      ({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth,
    )
    const cover = (a: DOMRect, b: DOMRect) =>
      a.right > b.left + 1 && a.left < b.right - 1 && a.bottom > b.top + 1 && a.top < b.bottom - 1
    const tables = [...document.querySelectorAll('table')].filter((table) => {
      const place = table.getBoundingClientRect()
      for (let at: Element | null = table; at && getComputedStyle(at).overflowX === 'visible'; at = at.parentElement) {
        const next = at.nextElementSibling
        if (next && cover(place, next.getBoundingClientRect())) return true
      }
      return false
    })
    return [
      ...titles.map(({ textContent }) => `the title ${textContent.trim()}`),
      ...tables.map(({ caption }) => `the table ${caption?.textContent.trim()}`),
    ]
  })

for (const width of [1_100, 1_280, 1_600]) {
  test(`in a window of ${width} pixels every column has room for its title, and no table lies over its neighbour`, async ({
    page,
  }) => {
    test.slow()
    await page.setViewportSize({ width, height: 800 })
    await openApp(page, host)
    const found: string[] = []
    for (const { route, ready } of places) {
      await page.goto(host.page(route))
      await expect(page.getByRole('main')).toContainText(ready)
      found.push(...(await squeezed(page)).map((what) => `${route}: ${what}`))
    }
    expect(found).toEqual([])
  })
}
