import { call } from '@orpc/server'
import { expect, test } from 'vitest'
import { Feeds } from '../../../src-main/engine/feeds.ts'
import { createOverviewFeeds } from '../../../src-main/engine/overview-views.ts'
import { openFamily } from '../../support/family.ts'

test('a family says of each run which group it is in and what it waits for, and nothing of the kind once it has ended', async () => {
  const world = await openFamily({ slots: { async: 3, process: 1 } })
  const feeds = new Feeds(world.engine, world.clock)
  const parent = await world.submit({ job: 'work' })
  const group = await world.openGroup(parent)
  const [first, second] = [await world.spawn(parent), await world.spawn(parent, { group })]
  await world.watch(second, first)

  const stream = await call(createOverviewFeeds(world.engine, feeds).family, { id: parent })
  const next = async () => {
    const step = await stream.next()
    if (step.done === true) throw new Error('the feed has ended')
    feeds.ack(step.value.feed, step.value.version)
    return step.value
  }
  expect(await next()).toMatchObject({
    type: 'snapshot',
    rows: [
      { row: { id: first, executor: 'async', group: null, waits: [] } },
      { row: { id: second, group: { id: group, name: null }, waits: [{ kind: 'run', run: first }] } },
    ],
  })
  const patched = next()
  await world.end(second)
  await world.pass(250)
  expect(await patched).toMatchObject({ upserts: [{ row: { id: second, lifecycle: 'finished', waits: [] } }] })
})
