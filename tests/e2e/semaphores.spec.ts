import type { Page } from '@playwright/test'
import { until } from '../support/until.ts'
import { expectAccessibleInBothThemes, expectAccessibleInEveryLook } from './support/axe.ts'
import { scriptText, useHost } from './support/host.ts'
import { keepScreenshots } from './support/screenshot.ts'
import { openApp, openAt, runPage } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

const script = (body: string) =>
  scriptText(
    `import { barrier, condition, event, lock, semaphore, sleep } from 'signalbox'
export default async function () {
  ${body}
}`,
    { executor: 'async' },
  )
/** Holds a permit for ever. */
const holds = (name: string, permits: number) =>
  script(`await using permit = await semaphore('${name}', { permits: ${permits} }).acquire()
  await sleep('1h')`)
/** Takes `first`, waits until the other one has its lock too, and then takes `second`. */
const crossing = (first: string, second: string) =>
  script(`await using one = await lock('${first}').acquire()
  await barrier('both ${[first, second].sort().join(' ')}', { parties: 2 }).wait()
  await using two = await lock('${second}').acquire()`)

const untilHeld = (name: string) =>
  until(`${name} is held`, async () => {
    const { rows } = await host.client.semaphores.list({})
    return rows.some((row) => row.name === name && row.held > 0)
  })
const rowOf = (page: Page, name: string) => page.locator(`tr[data-row="${name}"]`)

test.afterEach(() => host.endRuns())

test('9: held and free are all permits in every painted frame while they come and go', async ({ page }) => {
  const churns = script(`for (;;) {
    const permit = await semaphore('api', { permits: 5 }).acquire()
    await sleep(300)
    await permit.release()
    await sleep(700 * Math.random())
  }`)
  for (let n = 0; n < 8; n += 1) await host.submit(churns, { name: `fetch ${n}` })
  await openAt(page, host, '/semaphores')
  await expect(rowOf(page, 'api').getByRole('cell').nth(3)).not.toHaveText('5')
  const frames = await page.evaluate(
    () =>
      new Promise<[held: number, free: number, permits: number, dots: number][]>((resolve) => {
        const seen: [number, number, number, number][] = []
        const look = () => {
          const row = document.querySelector('tr[data-row="api"]')
          const cells = [...(row?.querySelectorAll('td') ?? [])].map((cell) => Number(cell.textContent))
          const dots = row?.querySelectorAll('i.held').length ?? -1
          seen.push([cells[2] ?? -1, cells[3] ?? -1, cells[4] ?? -1, dots])
          const hasMoved = seen.some(([held]) => held !== seen[0]?.[0])
          // A minute of frames is long enough for anything to move.
          if (seen.length < 150 || (!hasMoved && seen.length < 3_600)) requestAnimationFrame(look)
          else resolve(seen)
        }
        requestAnimationFrame(look)
      }),
  )
  expect(frames.filter(([held, free, permits]) => held + free !== permits || permits !== 5)).toEqual([])
  expect(frames.filter(([held, , , dots]) => held !== dots)).toEqual([])
  expect(new Set(frames.map(([held]) => held)).size, 'the numbers have moved').toBeGreaterThan(1)
})

test('9: waiters stand in the order in which they came, and more permits set by hand let them go on', async ({
  page,
}) => {
  const first = await host.submit(holds('gpu', 1), { name: 'train' })
  await host.untilRun(first, ({ lifecycle }) => lifecycle === 'running', 'runs')
  await untilHeld('gpu')
  const waiting: number[] = []
  for (const name of ['embed', 'caption']) {
    const id = await host.submit(holds('gpu', 1), { name })
    await host.untilRun(id, ({ waits }) => waits.some(({ kind }) => kind === 'semaphore'), 'waits')
    waiting.push(id)
  }
  await openAt(page, host, '/semaphores')
  await rowOf(page, 'gpu').getByRole('link').press('Enter')
  const line = page.getByRole('list', { name: 'Who waits for gpu' })
  await expect(line.getByRole('listitem')).toHaveText([/^1 embed/, /^2 caption/])
  await expect(page.getByRole('list', { name: 'Who holds gpu' })).toContainText('script.ts:3')
  await page.getByRole('button', { name: 'One permit more' }).press('Enter')
  await expect(line.getByRole('listitem')).toHaveText([/^1 caption/])
  await page.getByLabel('Permits', { exact: true }).fill('3')
  await page.getByRole('button', { name: 'Set 3' }).press('Enter')
  await expect(page.getByText('3 held · 0 free')).toBeVisible()
  await page.getByRole('button', { name: 'One permit less' }).press('Enter')
  await expect(page.getByText('3 held · -1 free')).toBeVisible()
  expect(await host.client.semaphores.get({ name: 'gpu' })).toMatchObject({ permits: 2, held: 3, free: -1 })
})

test('8: the wait of a run leads to the semaphore, where the run is pointed out', async ({ page }) => {
  const holder = await host.submit(holds('printer', 1), { name: 'print' })
  await host.untilRun(holder, ({ lifecycle }) => lifecycle === 'running', 'runs')
  await untilHeld('printer')
  const waiter = await host.submit(holds('printer', 1), { name: 'print more' })
  await host.untilRun(waiter, ({ waits }) => waits.length > 0, 'waits')
  await openAt(page, host, `/runs/${waiter}`)
  await runPage(page, waiter)
    .getByRole('link', { name: /^semaphore printer: needs 1, 0 of 1 free · next in line/ })
    .click()
  await expect(
    page.getByRole('list', { name: 'Who waits for printer' }).locator('[aria-current="true"]'),
  ).toContainText('print more')
})

test('8: whatever a run waits for, its wait is a link to where it stands pointed out among those who wait', async ({
  page,
}) => {
  const waits = (body: string) =>
    scriptText(
      `import { barrier, condition, event, future, lock, queue, sleep } from 'signalbox'
export default async function () { ${body} }`,
      { executor: 'async' },
    )
  const holder = await host.submit(waits(`await lock('door').acquire(); await sleep('1h')`), { name: 'inside' })
  await host.untilRun(holder, (run) => run.waits[0]?.kind === 'sleep', 'has the lock')
  const cases: [name: string, body: string, says: RegExp, list: string][] = [
    ['knocks', `await lock('door').acquire()`, /^lock door/, 'Who waits for door'],
    ['listens', `await event('bell').wait()`, /^event bell is not set/, 'Who waits at bell'],
    [
      'meets',
      `await barrier('table', { parties: 9 }).wait()`,
      /^barrier table: 1 of 9 are there/,
      'Who waits at table',
    ],
    [
      'watches',
      `const c = condition('news'); await c.acquire(); await c.wait()`,
      /^condition news/,
      'Who waits at news',
    ],
    ['asks', `await future('answer')`, /^future answer/, 'Who waits for answer'],
    ['takes', `await queue('empty one').get()`, /^queue empty one/, 'Consumers'],
  ]
  await openApp(page, host)
  for (const [name, body, says, list] of cases)
    await test.step(name, async () => {
      const id = await host.submit(waits(body), { name })
      await host.untilRun(id, (run) => run.waits.length > 0, 'waits')
      await page.goto(host.page(`/runs/${id}`))
      await runPage(page, id).getByRole('link', { name: says }).click()
      const place = page.getByRole(list === 'Consumers' ? 'region' : 'list', { name: list })
      await expect(place.locator('[aria-current="true"]')).toContainText(name)
    })
})

test('25: two kinds of nothing, each with a way on', async ({ page }) => {
  await openAt(page, host, '/semaphores?kind=condition')
  await expect(page.getByRole('heading', { name: 'Nobody waits at a condition' })).toBeVisible()
  await host.untilFinished(await host.submit(script(`await event('ready').set()`)))
  await page.getByRole('tab', { name: /^Events/ }).click()
  await expect(rowOf(page, 'ready').locator('.chip')).toHaveText('Set')
  await page.keyboard.press('/')
  await page.keyboard.type('nothing')
  await expect(page.getByRole('heading', { name: 'No name fits the filter' })).toBeVisible()
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await expect(rowOf(page, 'ready')).toBeVisible()
})

test('9: a deadlock is drawn, names both runs, and is ended from there', async ({ page }) => {
  test.slow() // the whole page is checked several times over
  const one = await host.submit(crossing('photos', 'index'), { name: 'sort photos' })
  const two = await host.submit(crossing('index', 'photos'), { name: 'index photos' })
  for (const [name, permits] of [
    ['api.example.org', 8],
    ['workshop', 2],
  ] as const)
    for (let n = 0; n < 4; n += 1) await host.submit(holds(name, permits), { name: `use ${name}` })
  await host.submit(holds('many', 40), { name: 'use many' })
  await host.submit(script(`await barrier('start', { parties: 3 }).wait()`), { name: 'runner' })
  await host.submit(script(`const c = condition('changed'); await c.acquire(); await c.wait()`), {
    name: 'watcher',
  })
  for (const id of [one, two]) await host.untilRun(id, ({ deadlock }) => deadlock !== null, 'is in a deadlock')

  await openAt(page, host, '/semaphores')
  const banner = page.getByRole('region', { name: /^Deadlock \d+$/ })
  const drawing = banner.getByRole('img')
  await expect(drawing).toContainText(`sort photos · ${one}`)
  await expect(drawing).toContainText(`index photos · ${two}`)
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Semaphores' })).toContainText('1 to see to')
  await rowOf(page, 'workshop').getByRole('link').click()
  await expect(page.getByRole('list', { name: /^Who waits for workshop/ })).toBeVisible()
  await keepScreenshots(page, 'semaphores')
  await expectAccessibleInEveryLook(page)
  for (const [kind, name] of [
    ['Locks', 'photos'],
    ['Barriers', 'start'],
    ['Conditions', 'changed'],
  ] as const) {
    await page.getByRole('tab', { name: new RegExp(`^${kind}`) }).click()
    await rowOf(page, name).getByRole('link').click()
    await expect(
      page.getByRole('list', { name: new RegExp(`^Who (waits (for|at)|holds) ${name}$`) }).first(),
    ).toBeVisible()
    await expectAccessibleInBothThemes(page)
  }
  await keepScreenshots(page, 'conditions')

  await banner.getByRole('button', { name: /^Cancel run \d+…$/ }).click()
  await page.getByRole('button', { name: 'Cancel the run' }).click()
  for (const id of [one, two]) await host.untilFinished(id)
  await expect(banner).toHaveCount(0)
})
