/** A host on which something of every kind goes on all the time, and the places that show it. */
import { scriptText, shellLine } from './host.ts'
import type { TestHost } from './host.ts'

/** Moves what every page shows, some fifty times a second. */
const busy = scriptText(
  `import { event, log, progress, queue, semaphore, sleep } from 'signalbox'
export default async function () {
  const pages = queue('pages', { maxsize: 50 })
  for (let n = 1; ; n += 1) {
    await pages.put(n)
    if (n > 8) await pages.get()
    const permit = await semaphore('printer', { permits: 3 }).acquire()
    progress(n % 1_000, 1_000, 'page ' + n)
    log.info('page ' + n)
    if (n % 20 === 0) await (n % 40 === 0 ? event('even').set() : event('even').clear())
    await sleep(20)
    await permit.release()
  }
}`,
  { executor: 'async' },
)
const waits = scriptText(
  `import { future } from 'signalbox'
export default () => future('approval')`,
  { executor: 'async' },
)

export type BusyPlaces = { route: string; ready: string }[]

/** Sets it going, and gives the places: `ready` is a text that is there when the place is. */
export async function makeBusy(host: TestHost): Promise<BusyPlaces> {
  const { client } = host
  const typed = "export default (input: { folder: string; size?: number; mode: 'a' | 'b' }) => input\n"
  await client.jobs.save({ name: 'nightly', definition: shellLine('true'), description: 'Packs the notes' })
  await client.jobs.save({ name: 'typed', definition: scriptText('export default () => 1\n') })
  await client.jobs.save({ name: 'typed', definition: scriptText(typed), replace: true })
  await client.schedules.save({
    name: 'often',
    job: 'nightly',
    timing: { kind: 'interval', everyMs: 600_000, anchorAt: Date.now(), zone: 'UTC' },
  })
  const failed = await host.submit(shellLine('exit 3'), { name: 'breaks' })
  await host.untilFinished(failed)
  const working = await host.submit(busy, { name: 'works' })
  const asks = await host.submit(waits, { name: 'asks' })
  await host.untilRun(asks, (run) => run.waits.length > 0, 'waits')
  await host.untilRun(working, ({ progress }) => (progress?.done ?? 0) > 40, 'is under way')
  const { id: interpreter } = await client.interpreters.create({ name: 'workbench' })
  return [
    { route: '/overview', ready: 'Needs attention' },
    { route: '/queues', ready: 'pages' },
    { route: '/queues/pages', ready: 'Put an item…' },
    { route: '/semaphores', ready: 'printer' },
    { route: '/semaphores?kind=event&name=even', ready: 'even' },
    { route: '/futures?name=approval', ready: 'asks' },
    { route: '/runs', ready: 'works' },
    { route: `/runs/${working}`, ready: 'page' },
    { route: `/runs/${working}?tab=logs`, ready: 'page' },
    { route: `/runs/${working}?tab=timeline`, ready: 'works' },
    { route: '/interpreters', ready: 'workbench' },
    { route: `/interpreters/${interpreter}`, ready: 'Enter runs' },
    { route: '/schedules', ready: 'often' },
    { route: '/history', ready: 'breaks' },
    { route: '/scripts?job=typed', ready: 'folder' },
    { route: '/scripts?tab=examples', ready: 'gather-order' },
    { route: '/settings', ready: 'Appearance' },
  ]
}
