import { scriptText, useHost } from './support/host.ts'
import { openApp } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
const made = 600

test.beforeAll(async () => {
  const makes = scriptText(
    `import { barrier, event, future, semaphore } from 'signalbox'
export default async function () {
  for (let n = 0; n < ${made}; n += 1) {
    const name = String(n).padStart(3, '0')
    await event('event ' + name).set()
    await semaphore('semaphore ' + name, { permits: 2 }).acquire()
    await future('future ' + name).setResult(n)
  }
}`,
    { executor: 'async' },
  )
  const id = await host.submit(makes, { name: 'makes many' })
  await host.untilFinished(id)
  expect((await host.client.runs.get({ id })).outcome).toBe('succeeded')
})

test('5 and 6: of long lists of objects only what is seen is drawn, all that was sent can be reached, and what was not is said', async ({
  page,
}) => {
  await openApp(page, host)
  const lists: { route: string; name: string; list: string; note: RegExp }[] = [
    { route: '/semaphores', name: 'semaphore', list: 'Objects, list', note: /^The first 500 of 600 by name are here/ },
    { route: '/semaphores?kind=event', name: 'event', list: 'Objects, list', note: /^The first 500 of 600 by name/ },
    { route: '/futures?state=all', name: 'future', list: 'Futures, list', note: /the first 500 of 600 are shown/ },
  ]
  for (const { route, name, list, note } of lists)
    await test.step(route, async () => {
      await page.goto(host.page(route))
      await expect(page.locator(`tr[data-row^="${name}"]`).first()).toBeVisible()
      await expect(page.getByText(note)).toBeVisible()
      const nodes = () => page.evaluate(() => document.querySelectorAll('*').length)
      expect(await nodes()).toBeLessThan(2_000)
      const scroller = page.getByRole('group', { name: list })
      await scroller.evaluate((element) => (element.scrollTop = element.scrollHeight))
      const last = page.locator('tr[aria-rowindex="501"]')
      await expect(last).toBeInViewport({ ratio: 1 })
      expect(await nodes()).toBeLessThan(2_000)
      await last.getByRole('link').focus()
      await page.keyboard.press('k')
      await expect(page.locator('tr[aria-rowindex="500"]').getByRole('link')).toBeFocused()
    })
})
