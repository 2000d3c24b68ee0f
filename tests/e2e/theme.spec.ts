import type { Page } from '@playwright/test'
import { makeBusy } from './support/busy-host.ts'
import { scriptText, shellLine, useHost } from './support/host.ts'
import { keepScreenshot } from './support/screenshot.ts'
import { openApp } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
let interpreter = 0
test.beforeAll(async () => {
  await makeBusy(host)
  interpreter = (await host.client.interpreters.create({ name: 'charts' })).id
  const crossing = (first: string, second: string) =>
    scriptText(
      `import { barrier, lock } from 'signalbox'
export default async function () {
  await lock('${first}').acquire()
  await barrier('both', { parties: 2 }).wait()
  await lock('${second}').acquire()
}`,
      { executor: 'async' },
    )
  const ids = [await host.submit(crossing('one', 'two')), await host.submit(crossing('two', 'one'))]
  for (const id of ids) await host.untilRun(id, ({ deadlock }) => deadlock !== null, 'is in a deadlock')
})

/**
 * Looks at the colours of parts of the page in every frame while the system's theme changes, and gives each look that was
 * seen: a flash would be a third one. Parts inside an editor are found in its shadow root.
 */
async function looksWhileTurning(page: Page, selectors: string[]): Promise<string[]> {
  const turned = page.evaluate(
    (wanted) =>
      new Promise<string[]>((resolve) => {
        const roots = [document, ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? [])]
        const find = (selector: string) =>
          roots.map((root) => root.querySelector(selector)).find((part) => part !== null)
        const look = () =>
          wanted
            .map((selector) => {
              const part = find(selector)
              if (!part) return `no ${selector}`
              const { backgroundColor, color, stroke, fill } = getComputedStyle(part)
              return [backgroundColor, color, stroke, fill].join(' ')
            })
            .join(' | ')
        const seen = [look()]
        const next = () => {
          const now = look()
          if (now !== seen.at(-1)) seen.push(now)
        }
        const frame = () => {
          next()
          if (document.documentElement.dataset['turned'] === undefined) requestAnimationFrame(frame)
          else resolve(seen)
        }
        requestAnimationFrame(frame)
      }),
    selectors,
  )
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(11, 13, 16)')
  await page.evaluate(
    () =>
      new Promise<void>((resolve) =>
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            document.documentElement.dataset['turned'] = ''
            resolve()
          }),
        ),
      ),
  )
  return turned
}

test('23: the theme follows the system without a reload or a flash: editor, graph, timeline and charts turn in one frame', async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await openApp(page, host)
  const places: { route: string; parts: string[] }[] = [
    { route: '/scripts?job=typed', parts: ['.cm-gutters', '.cm-content', 'header', '.button.primary'] },
    { route: '/semaphores?kind=lock', parts: ['.run-table th', 'section[aria-label^="Deadlock"] svg rect', '.chip'] },
    { route: `/interpreters/${interpreter}`, parts: ['figure polyline', 'figure figcaption', '.cm-content'] },
    { route: '/queues', parts: ['.sparkline polyline', '.sparkline polygon', '.meter .fill'] },
    { route: '/overview', parts: ['figure polyline', '.plot .line', 'footer i'] },
  ]
  for (const { route, parts } of places)
    await test.step(route, async () => {
      await page.emulateMedia({ colorScheme: 'light' })
      await page.goto(host.page(route))
      for (const part of parts) await expect(page.locator(part).first()).toBeAttached()
      await page.evaluate(() => {
        delete document.documentElement.dataset['turned']
        Object.assign(globalThis, { isStillHere: true })
      })
      const looks = await looksWhileTurning(page, parts)
      expect(looks.join('\n')).not.toContain('no .')
      expect(looks, 'one look before and one after').toHaveLength(2)
      const [before, after] = looks.map((look) => look.split(' | '))
      parts.forEach((part, index) => expect(after?.[index], part).not.toBe(before?.[index]))
      expect(await page.evaluate(() => 'isStillHere' in globalThis)).toBe(true)
      await expect(page.getByRole('button', { name: 'Change between light and dark' }).locator('svg')).toHaveClass(
        /sun/,
      )
    })
})

test('23: a theme that was chosen is there in the first frame of a reload', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await openApp(page, host)
  await page.getByRole('button', { name: 'Change between light and dark' }).click()
  await page.addInitScript(() =>
    requestAnimationFrame(() =>
      Object.assign(globalThis, { firstFrame: getComputedStyle(document.documentElement).colorScheme }),
    ),
  )
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Runs', level: 1 })).toBeVisible()
  expect(await page.evaluate(() => (globalThis as unknown as { firstFrame: string }).firstFrame)).toBe('dark')
})

const looks = [
  'scheduled', 'queued', 'waiting', 'running', 'paused', 'retrying', 'succeeded', 'failed', 'timed-out', 'stopping',
  'cancelled', 'lost',
] // prettier-ignore

test('23: in grey all twelve states are told apart, chips by icon and word and bars by their pattern', async ({
  page,
}) => {
  const { client } = host
  await client.jobs.save({ name: 'held', definition: shellLine('true') })
  await client.jobs.pause({ name: 'held' })
  await client.runs.submit({ what: 'job', job: 'held' })
  await client.runs.submit({ what: 'job', job: 'nightly', delayMs: 3_600_000 })
  const ended = [
    await host.submit(shellLine('true')),
    await host.submit(shellLine('exit 3')),
    await host.submit({ ...shellLine('exec sleep 600'), timeoutMs: 200 }),
    await host.submit(shellLine('exec sleep 600')),
  ]
  await client.runs.cancel({ id: ended[3] ?? 0 })
  for (const id of ended) await host.untilFinished(id)
  const deaf = { ...shellLine(`trap '' TERM; echo deaf; while :; do sleep 0.1; done`), graceMs: 600_000 }
  const stopping = await host.submit(deaf)
  await expect.poll(async () => (await client.runs.get({ id: stopping })).logLines).toBeGreaterThan(0)
  await client.runs.cancel({ id: stopping })
  await client.queues.put({ name: 'starving', value: 1, create: {} })

  await page.emulateMedia({ reducedMotion: 'reduce' })
  await openApp(page, host)
  const chips = new Map<string, { icon: string; word: string }[]>()
  for (const [route, ready] of [
    ['/runs', 'Scheduled'],
    ['/history', 'Timed out'],
    ['/queues', 'Flowing'],
    ['/interpreters', 'Idle'],
  ] as const) {
    await page.goto(host.page(route))
    await expect(page.locator('.chip', { hasText: ready }).first()).toBeVisible()
    const found = await page.locator('.chip[data-state-look]').evaluateAll((all) =>
      all.map((chip) => ({
        look: (chip as HTMLElement).dataset['stateLook'] ?? '',
        icon: chip.querySelector('svg')?.innerHTML ?? '',
        word: chip.textContent.trim(),
      })),
    )
    for (const { look, ...chip } of found) chips.set(look, [...(chips.get(look) ?? []), chip])
  }
  expect([...chips.keys()].length, `looks that were seen: ${[...chips.keys()].join(', ')}`).toBeGreaterThan(7)
  const owner = new Map<string, string>()
  for (const [look, all] of chips)
    for (const { icon, word } of all) {
      expect(icon, `${look} has an icon`).not.toBe('')
      expect(word, `${look} has a word`).not.toBe('')
      const before = owner.get(`${icon} ${word}`)
      expect(before ?? look, `who else looks like ${look}`).toBe(look)
      owner.set(`${icon} ${word}`, look)
    }

  // The bars of all twelve, drawn by the tokens of the page, without colours.
  await page.goto(host.page('/runs'))
  const pictures = new Map<string, string>()
  await page.evaluate((all) => {
    const sheet = document.createElement('div')
    sheet.id = 'bars'
    sheet.style.cssText =
      'position: fixed; inset: 60px auto auto 60px; z-index: 99; background: #888; filter: grayscale(1)'
    for (const look of all) {
      const bar = document.createElement('div')
      bar.dataset['stateLook'] = look
      bar.style.cssText = 'width: 120px; height: 12px; margin: 6px; background: var(--state-fill)'
      sheet.append(bar)
    }
    document.body.append(sheet)
  }, looks)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await keepScreenshot(page.locator('#bars'), `bars-in-grey-${colorScheme}`)
    for (const look of looks.filter((each) => each !== 'running')) {
      const pattern = await page
        .locator(`#bars [data-state-look="${look}"]`)
        .evaluate((bar) => getComputedStyle(bar).background.replace(/(rgb|color)[^)]*\)/g, 'colour'))
      const same = [...pictures].find(([name, drawn]) => name !== look && drawn === pattern)
      expect(same?.[0], `who else is drawn like ${look}`).toBeUndefined()
      pictures.set(look, pattern)
    }
  }
})
