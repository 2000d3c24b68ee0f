/** A host with something of every kind on it, which stands still or goes on all the time, and the places that show it. */
import { scriptText, shellLine } from './host.ts'
import type { TestHost } from './host.ts'

/** `ready`: a text that is there when the place is. */
export type Place = { route: string; ready: string }

const async = (text: string) => scriptText(text, { executor: 'async' })

const breaks = async(`import { log } from 'signalbox'
export default () => { log.info('one'); log.warn('two'); throw new Error('the disk is full') }`)
const holds = async(`import { queue, semaphore, sleep } from 'signalbox'
export default async function (name) {
  await queue(name, { maxsize: 1 }).put(1)
  await semaphore('printer').acquire()
  await sleep('1h')
}`)
const asks = async(`import { future } from 'signalbox'
export default () => future('approval')`)

/** Moves what its pages show, some twenty times a second. */
const busy = async(`import { event, log, progress, queue, semaphore, sleep } from 'signalbox'
export default async function () {
  const stream = queue('stream', { maxsize: 50 })
  for (let n = 1; ; n += 1) {
    await stream.put(n)
    if (n > 8) await stream.get()
    const permit = await semaphore('lanes', { permits: 3 }).acquire()
    progress(n % 1_000, 1_000, 'page ' + n)
    log.info('page ' + n)
    if (n % 20 === 0) await (n % 40 === 0 ? event('even').set() : event('even').clear())
    await sleep(50)
    await permit.release()
  }
}`)

/** Puts something of every kind on `host` that stays as it is: runs that hold, wait, ask and failed, jobs, a schedule. */
export async function populate(host: TestHost): Promise<{ places: Place[]; failed: number }> {
  const { client } = host
  const typed = "export default (input: { folder: string; size?: number; mode: 'a' | 'b'; tags: string[] }) => input\n"
  await client.jobs.save({ name: 'nightly', definition: shellLine('true'), description: 'Packs the notes' })
  await client.jobs.save({ name: 'typed', definition: scriptText('export default () => 1\n') })
  await client.jobs.save({ name: 'typed', definition: scriptText(typed), replace: true })
  await client.schedules.save({
    name: 'often',
    job: 'nightly',
    timing: { kind: 'interval', everyMs: 600_000, anchorAt: Date.now(), zone: 'UTC' },
  })
  const failed = await host.submit(breaks, { name: 'breaks' })
  await host.untilFinished(failed)
  const holder = await host.submit(holds, { name: 'holds', input: 'pages' })
  await host.untilRun(holder, (run) => run.waits[0]?.kind === 'sleep', 'holds the printer')
  const waits = await host.submit(holds, { name: 'waits', input: 'own' })
  await host.untilRun(waits, (run) => run.waits[0]?.kind === 'semaphore', 'waits for the printer')
  const asking = await host.submit(asks, { name: 'asks' })
  await host.untilRun(asking, (run) => run.waits.length > 0, 'asks')
  const { id: interpreter } = await client.interpreters.create({ name: 'workbench' })
  const places = [
    { route: '/overview', ready: 'Needs attention' },
    { route: '/queues', ready: 'pages' },
    { route: '/semaphores', ready: 'printer' },
    { route: '/futures?name=approval', ready: 'asks' },
    { route: '/runs', ready: 'holds' },
    { route: '/runs?tab=timeline', ready: 'breaks' },
    { route: `/runs/${waits}`, ready: 'printer' },
    { route: `/runs/${waits}?tab=graph`, ready: 'is held by' },
    { route: `/runs/${waits}?tab=tree`, ready: 'has spawned nothing' },
    { route: '/interpreters', ready: 'workbench' },
    { route: `/interpreters/${interpreter}`, ready: 'Enter runs' },
    { route: '/schedules', ready: 'often' },
    { route: '/history', ready: 'breaks' },
    { route: '/scripts?job=typed', ready: 'Can be left out.' },
    { route: '/scripts?tab=examples', ready: 'gather-order' },
    { route: '/settings', ready: 'Appearance' },
  ]
  return { places, failed }
}

/** The same with a run that keeps its own places moving. */
export async function makeBusy(host: TestHost): Promise<Place[]> {
  const { places } = await populate(host)
  const working = await host.submit(busy, { name: 'works' })
  await host.untilRun(working, ({ progress }) => (progress?.done ?? 0) > 20, 'is under way')
  return [
    ...places,
    { route: '/queues/stream', ready: 'Put an item…' },
    { route: '/semaphores?kind=event&name=even', ready: 'even' },
    { route: `/runs/${working}`, ready: 'page' },
    { route: `/runs/${working}?tab=logs`, ready: 'page' },
    { route: `/runs/${working}?tab=timeline`, ready: 'works' },
  ]
}
