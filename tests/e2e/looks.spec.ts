import type { Page } from '@playwright/test'
import { expectAccessibleInBothThemes } from './support/axe.ts'
import { scriptText, shellLine, useHost } from './support/host.ts'
import { keepScreenshots } from './support/screenshot.ts'
import { openApp, openAt, paste, runPage, runRow, stateOf } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
/** Runs of every kind and state, by what they are called here. */
const ids: Record<'working' | 'queued' | 'succeeded' | 'failed' | 'cancelled', number> = {
  working: 0,
  queued: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
}

const working = `import { log, progress, sleep } from 'signalbox'

type Page = { url: string; status: number; bytes: number }

/** Fetches the catalogue page by page, as fast as its rate limit allows. */
export default async function indexCatalogue(input: { pages: number }): Promise<Page[]> {
  const pages: Page[] = []
  for (let n = 1; n <= input.pages; n += 1) {
    const page = { url: \`https://example.org/catalogue/\${n}\`, status: n % 9 ? 200 : 503, bytes: 2_000 + n * 37 }
    if (page.status === 200) log.info(\`fetched \${page.url}\`, { bytes: page.bytes })
    else log.warn(\`\${page.url} answers 503, kept for a second try\`)
    if (n % 23 === 0) log.error('the connection was reset, opened again')
    pages.push(page)
    progress(n, input.pages, \`page \${n}\`)
    await sleep(n < 60 ? 2 : 86_400_000)
  }
  return pages
}
`
const failing = `type Order = { id: number; lines: string[] }

function firstLine(order: Order): string {
  const [line] = order.lines
  if (line === undefined) throw new RangeError(\`order \${order.id} has no lines\`)
  return line
}

export default async (orders: Order[]) => orders.map(firstLine)
`

test.beforeAll(async () => {
  const { client } = host
  await client.jobs.save({
    name: 'nightly backup',
    definition: { ...shellLine('tar -c "$HOME/notes" | gzip > "$HOME/notes.tar.gz"'), timeoutMs: 600_000 },
    description: 'Packs the notes into one file',
  })
  await client.jobs.save({ name: 'index the catalogue', definition: scriptText(working), priority: 5 })
  await client.jobs.save({ name: 'sync photos', definition: shellLine('true') })
  await client.jobs.pause({ name: 'sync photos' })

  ids.succeeded = await host.submit(
    scriptText(`export default () => ({ files: 2000, bytes: 8_234_011, types: { jpg: 1200, png: 640, raw: 160 } })`),
    { name: 'count photos', input: { folder: '/home/ada/photos', recursive: true } },
  )
  ids.failed = await host.submit(scriptText(failing), { name: 'first lines', input: [{ id: 7, lines: [] }] })
  ids.cancelled = await host.submit(shellLine('exec sleep 600'), { name: 'transcode' })
  await client.runs.cancel({ id: ids.cancelled, reason: 'wrong folder' })
  await host.submit({ ...shellLine('exec sleep 600'), timeoutMs: 300 }, { name: 'ask the printer' })
  await host.submit(shellLine('exit 3'), { name: 'check the links' })
  await expect.poll(async () => (await client.engine.status()).counts.finished).toBe(5)

  const work = await client.runs.submit({ what: 'job', job: 'index the catalogue', input: { pages: 240 } })
  ids.working = work.id
  await host.untilRun(ids.working, ({ progress }) => progress?.done === 60, 'has come to page 60')
  const { slots } = await client.engine.status()
  for (let n = slots.process.inUse; n < slots.process.total; n += 1) {
    await host.submit(shellLine('exec sleep 600'), { name: `transcode part ${n}` })
  }
  ids.queued = await host.submit(shellLine('exec sleep 600'), { name: 'transcode the rest' })
  await client.runs.submit({ what: 'job', job: 'nightly backup', delayMs: 7_200_000 })
  await client.runs.submit({ what: 'job', job: 'sync photos' })
})

type View = { name: string; show: (page: Page) => Promise<void> }
const visit = (page: Page, route: string) => page.goto(host.page(route))
const runs: View[] = [
  {
    name: 'runs',
    async show(page) {
      await visit(page, '/runs')
      await expect(runRow(page, ids.queued)).toContainText('next in line')
    },
  },
  {
    name: 'run-log',
    async show(page) {
      await visit(page, `/runs/${ids.working}?tab=logs`)
      await expect(page.getByText('fetched https://example.org/catalogue/59')).toBeVisible()
    },
  },
  {
    name: 'run-waiting',
    async show(page) {
      await visit(page, `/runs/${ids.queued}`)
      await expect(runPage(page, ids.queued)).toContainText('no free process slot')
    },
  },
  {
    name: 'run-succeeded',
    async show(page) {
      await visit(page, `/runs/${ids.succeeded}`)
      await expect(runPage(page, ids.succeeded).getByRole('region', { name: 'Result' })).toContainText('jpg')
    },
  },
  {
    name: 'run-failed',
    async show(page) {
      await visit(page, `/runs/${ids.failed}`)
      await expect(runPage(page, ids.failed).getByRole('region', { name: 'Error' })).toContainText('RangeError')
      await page.getByText('script.ts', { exact: true }).click()
    },
  },
  {
    name: 'history',
    async show(page) {
      await visit(page, '/history')
      await expect(runRow(page, ids.failed)).toBeVisible()
    },
  },
  {
    name: 'history-filtered',
    async show(page) {
      await visit(page, '/history?state=failed&state=exploded')
      await expect(page.getByText(/^There is no state "exploded"/)).toBeVisible()
      await page.getByRole('combobox', { name: 'Filter the history' }).fill('state:')
      await expect(page.getByRole('option').first()).toBeVisible()
    },
  },
  {
    name: 'history-nothing-fits',
    async show(page) {
      await visit(page, '/history?q=nothing%20like%20this')
      await expect(page.getByRole('button', { name: 'Clear the filter' })).toBeVisible()
    },
  },
]
const scripts: View[] = [
  {
    name: 'scripts',
    async show(page) {
      await visit(page, '/scripts')
      await expect(page.getByRole('heading', { name: 'Choose a job on the left' })).toBeVisible()
    },
  },
  {
    name: 'script',
    async show(page) {
      await visit(page, '/scripts?job=index%20the%20catalogue')
      await expect(page.getByText('indexCatalogue')).toBeVisible()
    },
  },
  {
    name: 'script-faults',
    async show(page) {
      await visit(page, '/scripts?new=script')
      await paste(page, 'Script', 'export default async () => {\n  const answer = 6 *\n}\n')
      await paste(page, 'Input as JSON', '{ "folder": ')
      await page.getByLabel('Time limit').fill('soon')
      await expect(page.locator('.cm-lint-marker-error')).toBeVisible()
      await page.getByRole('button', { name: 'Run', exact: true }).click()
    },
  },
  {
    name: 'script-run',
    async show(page) {
      await visit(page, '/scripts?new=sample')
      await page.getByLabel('Executor').selectOption('async')
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      const output = page.getByRole('region', { name: /^Run \d+$/ })
      await expect(output.getByText('step 2 of 8')).toBeVisible()
      await output.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Cancel the run' }).click()
      await expect(stateOf(output)).toHaveText('Cancelled')
    },
  },
]
const dialogs: View[] = [
  {
    name: 'dialog-cancel',
    async show(page) {
      await visit(page, `/runs/${ids.working}`)
      await page.getByRole('button', { name: 'Cancel' }).click()
      await expect(page.getByRole('dialog', { name: `Cancel run ${ids.working}?` })).toBeVisible()
    },
  },
  {
    name: 'dialog-save',
    async show(page) {
      await visit(page, '/scripts?new=script')
      await page.getByRole('button', { name: 'Save as job…' }).click()
      await page.getByLabel('Name').fill('sync photos')
      await page.getByRole('button', { name: 'Save', exact: true }).click()
      await expect(page.getByText(/A job named "sync photos" exists already/)).toBeVisible()
    },
  },
  {
    name: 'dialog-delete',
    async show(page) {
      await visit(page, '/scripts?job=sync%20photos')
      await page.getByRole('button', { name: /^More for / }).click()
      await page.getByRole('menuitem', { name: 'Delete this job…' }).click()
      await expect(page.getByRole('dialog', { name: 'Delete the job sync photos?' })).toBeVisible()
    },
  },
  {
    name: 'dialog-run-again',
    async show(page) {
      await visit(page, `/runs/${ids.succeeded}`)
      await page.getByRole('button', { name: 'Run again with changed input…' }).click()
      await expect(page.getByRole('dialog').getByText('/home/ada/photos')).toBeVisible()
    },
  },
]

for (const [what, views] of [
  ['runs and the history', runs],
  ['scripts', scripts],
  ['dialogs', dialogs],
] as const)
  test(`22: ${what} break no rule of WCAG 2.2 AA in any state, in light and in dark`, async ({ page }) => {
    test.slow()
    await openApp(page, host)
    for (const { name, show } of views)
      await test.step(name, async () => {
        await show(page)
        await keepScreenshots(page, name)
        await expectAccessibleInBothThemes(page)
        await page.keyboard.press('Escape')
      })
  })

test('22: an address without its key breaks no rule of WCAG 2.2 AA, in light and in dark', async ({ page }) => {
  await page.goto(new URL(host.url).origin)
  await expect(page.getByRole('heading', { name: 'This address lacks its key' })).toBeVisible()
  await keepScreenshots(page, 'no-key')
  await expectAccessibleInBothThemes(page)
})

for (const [width, height] of [
  [1024, 700],
  [720, 450],
] as const) {
  test(`at ${width}x${height} the script, its input and its actions can be reached and read`, async ({ page }) => {
    await page.setViewportSize({ width, height })
    await openAt(page, host, '/scripts?job=index%20the%20catalogue')
    const places = [
      page.getByRole('link', { name: 'New command' }),
      page.getByRole('textbox', { name: 'Script', exact: true }),
      page.getByRole('button', { name: 'Run', exact: true }),
      page.getByLabel('pages', { exact: true }),
      page.getByLabel('Description'),
    ]
    for (const place of places) {
      await place.scrollIntoViewIfNeeded()
      await expect(place).toBeInViewport()
    }
    const code = await page.getByRole('textbox', { name: 'Script', exact: true }).boundingBox()
    expect(code?.width, 'room for the code').toBeGreaterThan(300)
  })

  test(`at ${width}x${height} the reason of a wait keeps its room`, async ({ page }) => {
    await page.setViewportSize({ width, height })
    await openApp(page, host)
    const why = await page.getByRole('columnheader', { name: 'Why it waits, or how far it is' }).boundingBox()
    expect(why?.width).toBeGreaterThan(170)
  })
}

test('at 1024x700 names keep their room beside what is chosen, and no button is beyond the edge', async ({ page }) => {
  const objects = `import { queue, semaphore } from 'signalbox'
export default async () => {
  await semaphore('api.example.org', { permits: 8 }).acquire()
  await queue('pages', { maxsize: 10 }).put(1)
}`
  await host.untilFinished(await host.submit(scriptText(objects, { executor: 'async' }), { name: 'make objects' }))
  await page.setViewportSize({ width: 1024, height: 700 })
  await openAt(page, host, '/semaphores?name=api.example.org')
  await expect(page.getByRole('heading', { name: 'api.example.org' })).toBeVisible()
  const name = page.getByRole('columnheader', { name: 'Name' })
  expect((await name.boundingBox())?.width, 'room for the name of a semaphore').toBeGreaterThan(120)

  await page.goto(host.page('/queues'))
  await expect(page.getByRole('button', { name: 'More for pages' })).toBeInViewport({ ratio: 1 })

  await page.goto(host.page('/history'))
  await runRow(page, ids.failed).getByRole('link', { name: 'first lines' }).focus()
  await page.keyboard.press('Space')
  await expect(page.getByRole('complementary', { name: `Preview of run ${ids.failed}` })).toBeVisible()
  const finished = await runRow(page, ids.failed).getByRole('cell', { name: / ago$/ }).boundingBox()
  const content = await page.getByRole('group', { name: 'History, content' }).boundingBox()
  const edges = [finished, content].map((box) => (box?.x ?? 0) + (box?.width ?? 0))
  expect(edges[0], 'the right edge of the last column').toBeLessThanOrEqual(edges[1] ?? 0)
})
