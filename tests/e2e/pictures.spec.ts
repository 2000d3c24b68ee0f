/** The pictures of the README. Not a part of the suite: PICTURES=1 playwright test pictures makes them anew. */
import { join } from 'node:path'
import { until } from '../support/until.ts'
import { scriptText, shellLine, useHost } from './support/host.ts'
import { openApp } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const folder = join(import.meta.dirname, '../../docs/pictures')
const host = useHost()
let family = 0

const crawls = `import { log, progress, queue, semaphore, sleep } from 'signalbox'
export default async function crawl({ pages }: { pages: number }) {
  const found = queue('pages', { maxsize: 12 })
  for (let n = 1; n <= pages; n += 1) {
    await found.put({ url: \`https://example.org/catalogue/\${n}\` })
    if (n % 4 === 0) log.info(\`page \${n} is in the queue\`)
    progress(n, pages, \`page \${n}\`)
    await sleep(60)
  }
}`
const indexes = `import { queue, sleep } from 'signalbox'
export default async function index() {
  for (;;) {
    await queue('pages').get()
    await sleep(900)
  }
}`
const part = `import { semaphore, sleep } from 'signalbox'
export default async function ({ ms }: { ms: number }) {
  const compiler = semaphore('compiler', { permits: 3 })
  await compiler.acquire()
  await sleep(ms)
  await compiler.release()
}`
const builds = `import { gather, sleep, spawn } from 'signalbox'
export default async function build() {
  const parts = ['parse', 'resolve', 'types', 'bundle', 'styles', 'icons', 'docs', 'pack']
  await gather(parts.map((name, n) => spawn('part', { ms: name === 'docs' ? 86_400_000 : 500 + n * 350 }, { name })))
}`

test.beforeAll(async () => {
  const { client } = host
  await client.jobs.save({ name: 'nightly backup', definition: shellLine('exit 3') })
  await client.jobs.save({ name: 'rotate logs', definition: shellLine('true') })
  await client.schedules.save({
    name: 'every ten minutes',
    job: 'rotate logs',
    timing: { kind: 'interval', everyMs: 600_000, anchorAt: Date.now() - 60_000, zone: 'UTC' },
  })
  const quick = scriptText('export default () => 1', { executor: 'async' })
  for (let n = 0; n < 60; n += 1) await host.submit(quick, { name: 'thumbnails' })
  const { id } = await client.runs.submit({ what: 'job', job: 'nightly backup' })
  await host.untilFinished(id)
  await host.submit(scriptText(crawls, { executor: 'async' }), { name: 'crawl the catalogue', input: { pages: 5_000 } })
  for (let n = 1; n <= 2; n += 1) await host.submit(scriptText(indexes, { executor: 'async' }), { name: `index ${n}` })
  await client.jobs.save({ name: 'part', definition: scriptText(part, { executor: 'async' }) })
  family = await host.submit(scriptText(builds, { executor: 'async' }), { name: 'build the site' })
  await until('all parts but one have ended', async () => {
    const { children } = await client.runs.get({ id: family })
    return children.finished === 7
  })
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' }, viewport: { width: 1280, height: 800 } })
    test(`pictures in ${colorScheme}`, async ({ page }) => {
      test.slow()
      const take = (name: string) => page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) })
      await openApp(page, host)
      await page.goto(host.page('/queues/pages'))
      await expect(page.getByRole('region', { name: 'Producers' })).toContainText('crawl')
      await expect(page.getByText('Backpressure').first()).toBeVisible()
      await take('queue')
      await page.goto(host.page('/overview'))
      await expect(page.getByRole('region', { name: 'Needs attention' })).toContainText('nightly backup')
      await expect(page.getByRole('region', { name: 'Running now', exact: true })).toContainText('crawl')
      await take('overview')
      await page.goto(host.page(`/runs/${family}`))
      await page.getByRole('tab', { name: /Timeline/ }).click()
      await expect(page.getByRole('main')).toContainText('bundle')
      await take('run')
    })
  })
}
