import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Deadlock, RunRow } from '../../src-preload/contract.ts'
import { connectToHost } from '../../src-main/cli/connection.ts'
import type { Connection } from '../../src-main/cli/connection.ts'
import { serveHome, signalboxOn } from '../support/command-line.ts'
import { until } from '../support/until.ts'

const home = mkdtempSync(join(tmpdir(), 'signalbox-deadlocks-'))
const signalbox = signalboxOn(home)
let host: Awaited<ReturnType<typeof serveHome>>
let connection: Connection

beforeAll(async () => {
  host = await serveHome(home, ['--slots', 'process=2,async=4'])
  connection = await connectToHost(home)
})

afterAll(async () => {
  connection.close()
  await host.stop()
  rmSync(home, { recursive: true })
})

/** Saves a job that takes `first`, waits until the other one has its lock too, and then takes `second`. */
async function addJob(name: string, first: string, second: string, executor: string): Promise<string> {
  const file = join(home, `${name}.ts`)
  writeFileSync(
    file,
    `import { barrier, lock } from 'signalbox'
export default async function () {
  await using one = await lock('${first}').acquire()
  await barrier('both ${executor}', { parties: 2 }).wait()
  await using two = await lock('${second}').acquire()
  return [one.id, two.id].length
}
`,
  )
  expect(await signalbox('job', 'add', file, '--name', name, '--executor', executor)).toMatchObject({ code: 0 })
  return file
}

const rows = async () => JSON.parse((await signalbox('ps', '--json')).stdout) as RunRow[]

test.each(['process', 'thread', 'async'])(
  'two scripts (%s) that take two locks in opposite order are named until a person cancels one',
  async (executor) => {
    const { client } = connection
    const [a, b] = [`A ${executor}`, `B ${executor}`]
    const file = await addJob(`one-${executor}`, a, b, executor)
    await addJob(`two-${executor}`, b, a, executor)
    const one = (await client.runs.submit({ what: 'job', job: `one-${executor}` })).id
    const two = (await client.runs.submit({ what: 'job', job: `two-${executor}` })).id

    let found: Deadlock[] = []
    await until('a deadlock is found', async () => (found = await client.waits.deadlocks()).length > 0)
    const [deadlock] = found
    expect(deadlock?.members.map(({ run, holds, waits }) => [run, holds[0]?.resource, waits[0]?.resource])).toEqual([
      [one, a, b],
      [two, b, a],
    ])
    expect(deadlock?.members[0]?.waits[0]?.by?.place).toMatch(`${file}:5:`)
    expect(deadlock!.foundAt - deadlock!.since).toBeLessThan(5_000)
    expect((await client.engine.status()).deadlocks).toBe(1)

    expect((await rows()).map(({ id, deadlock: of }) => [id, of])).toEqual([
      [one, deadlock!.id],
      [two, deadlock!.id],
    ])
    const said = (await signalbox('ps')).stdout
    expect(said).toContain(`: ${deadlock!.summary}.\n`)
    expect(said).toContain(`signalbox cancel ${deadlock!.victim.run} `)
    expect((await signalbox('ps', '--tree')).stdout).toMatch(new RegExp(`at ${file}:5:\\d+\n.*held by run ${two} `))
    expect((await signalbox('show', String(one))).stdout).toMatch(
      /^WAITS [^]*waits for the lock "B [^]*held by run[^]*^DEADLOCK /m,
    )
    await client.runs.cancel({ id: deadlock!.victim.run })
    await until('both have ended', async () => (await rows()).length === 0)
    await until('it is gone', async () => (await client.waits.deadlocks()).length === 0)
    const ends = await Promise.all([one, two].map((id) => client.runs.get({ id })))
    expect(ends.map(({ outcome }) => outcome).sort()).toEqual(['cancelled', 'succeeded'])
    expect(ends.map(({ events }) => events.filter(({ type }) => type.startsWith('deadlock')).length)).toEqual([2, 2])
  },
)

test('parents that hold all slots and await their queued children are named with them', async () => {
  const { client } = connection
  const parent = join(home, 'parent.ts')
  writeFileSync(join(home, 'leaf.ts'), 'export default () => 7\n')
  writeFileSync(
    parent,
    `import { gather, spawn } from 'signalbox'
export default async function () {
  return await gather([spawn('./leaf.ts'), spawn('./leaf.ts')])
}
`,
  )
  expect(await signalbox('job', 'add', parent, '--name', 'parent', '--executor', 'process')).toMatchObject({ code: 0 })
  const submit = async () => (await client.runs.submit({ what: 'job', job: 'parent' })).id
  const parents = [await submit(), await submit()]
  let found: Deadlock[] = []
  await until('a deadlock is found', async () => (found = await client.waits.deadlocks()).length > 0)
  const [deadlock] = found
  const unfinished = await rows()
  expect(deadlock!.members.map(({ run }) => run).sort()).toEqual(unfinished.map(({ id }) => id).sort())
  expect(deadlock!.cycle.map(({ by }) => by)).toEqual(['end', 'holds'])
  // A child less would still leave its parent waiting for the other one.
  expect(deadlock!.victim).toEqual({ run: parents[1], name: 'parent', why: 'its end lets all others go on' })
  const tree = (await signalbox('ps', '--tree')).stdout
  expect(tree).toMatch(
    new RegExp(`waits for all of run \\d+, run \\d+[^]*└ leaf[^]*held by run ${parents[0]} \\(parent\\)`),
  )

  await client.runs.cancel({ id: deadlock!.victim.run })
  await until('all have ended', async () => (await rows()).length === 0)
  const outcomes = await Promise.all(parents.map(async (id) => (await client.runs.get({ id })).outcome))
  expect(outcomes.sort()).toEqual(['cancelled', 'succeeded'])
})
