import type { Page } from '@playwright/test'
import { expectAccessibleInEveryLook } from './support/axe.ts'
import { populate } from './support/busy-host.ts'
import type { Place } from './support/busy-host.ts'
import { scriptText, useHost } from './support/host.ts'
import { openApp, openPalette } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
let places: Place[] = []

test.beforeAll(async () => {
  const { places: common, failed } = await populate(host)
  places = [
    ...common,
    { route: '/queues/pages', ready: 'Put an item…' },
    { route: `/runs/${failed}`, ready: 'the disk is full' },
    { route: `/runs/${failed}?tab=logs`, ready: 'two' },
    { route: '/scripts?job=typed&tab=versions', ready: 'compared with version 1' },
    { route: '/scripts?job=nightly', ready: 'Command line' },
  ]
})

/** What is open above a place, each begun from the place `on`. */
const overlays: { name: string; on: string; open: (page: Page) => Promise<void> }[] = [
  { name: 'palette', on: '/runs', open: openPalette },
  {
    name: 'key sheet',
    on: '/history',
    open: async (page) => {
      await page.keyboard.press('Shift+?')
      await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
    },
  },
  {
    name: 'cancellations',
    on: '/overview',
    open: async (page) => {
      await page.getByRole('button', { name: /^\d+ stopping$/ }).click()
      await expect(page.getByRole('region', { name: 'Cancellations' })).toBeVisible()
    },
  },
  {
    name: 'menu of a queue',
    on: '/queues/pages',
    open: async (page) => {
      await page.getByRole('button', { name: 'More for pages' }).click()
      await expect(page.getByRole('menu')).toBeVisible()
    },
  },
  {
    name: 'schedule editor',
    on: '/schedules?new=1',
    open: async (page) => {
      await expect(page.getByRole('dialog', { name: 'New schedule' })).toBeVisible()
    },
  },
]

test('22 and 25: no page breaks a rule of WCAG 2.2 AA in any look, with nothing on the console and no violation of the policy', async ({
  page,
}) => {
  test.slow()
  await openApp(page, host)
  for (const { route, ready } of places) {
    await page.goto(host.page(route))
    await expect(page.getByRole('main').getByText(ready).first()).toBeVisible()
    await test.step(route, () => expectAccessibleInEveryLook(page))
  }
  for (const { name, on, open } of overlays) {
    await page.goto(host.page(on))
    await open(page)
    await test.step(name, () => expectAccessibleInEveryLook(page))
    await page.keyboard.press('Escape')
  }
})

test('4: a hidden window changes nothing of itself, and is current when it is seen again', async ({ page }) => {
  await openApp(page, host)
  await page.goto(host.page('/history'))
  await expect(page.getByRole('link', { name: 'breaks' }).first()).toBeVisible()
  await page.goto(host.page('/runs'))
  await expect(page.getByRole('link', { name: 'holds', exact: true })).toBeVisible()
  await page.evaluate(() => {
    const set = (isHidden: boolean) => {
      for (const [name, value] of [
        ['hidden', isHidden],
        ['visibilityState', isHidden ? 'hidden' : 'visible'],
      ] as const)
        Object.defineProperty(document, name, { value, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }
    set(true)
    // What was under way may still end; from then on nothing moves.
    return new Promise<void>((resolve) =>
      setTimeout(() => {
        const changes: number[] = []
        new MutationObserver((all) => changes.push(all.length)).observe(document.body, {
          subtree: true,
          childList: true,
          characterData: true,
          attributes: true,
        })
        Object.assign(globalThis, { changesWhileHidden: () => changes.length, show: () => set(false) })
        resolve()
      }, 500),
    )
  })
  const late = await host.submit(
    scriptText("import { sleep } from 'signalbox'\nexport default () => sleep('1h')", { executor: 'async' }),
    {
      name: 'late',
    },
  )
  await host.untilRun(late, ({ lifecycle }) => lifecycle === 'running', 'runs')
  type Hidden = { changesWhileHidden: () => number; show: () => void }
  expect(await page.evaluate(() => (globalThis as unknown as Hidden).changesWhileHidden())).toBe(0)
  const currentMs = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const shownAt = performance.now()
        const look = () =>
          document.querySelector('main')?.textContent.includes('late')
            ? resolve(performance.now() - shownAt)
            : requestAnimationFrame(look)
        ;(globalThis as unknown as Hidden).show()
        look()
      }),
  )
  console.log(`current ${Math.round(currentMs)} ms after the window was seen again`)
  // Wanted are 500 ms on a machine that has nothing else to do.
  expect(currentMs).toBeLessThan(2_000)
  await expect(page.getByRole('link', { name: 'late', exact: true })).toBeVisible()
})
