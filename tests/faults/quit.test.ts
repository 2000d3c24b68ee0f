import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Submit } from '../../src-preload/contract.ts'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { endWithTest, serveHome } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import { withMark } from './hostile/hostile-host.ts'

type Definition = Extract<Submit, { what: 'definition' }>['definition']

/** Tells apart what this test has started from everything else on the machine. */
const MARK = `97${process.pid}`

const script = (executor: 'async' | 'thread' | 'process', text: string): Definition => ({
  kind: 'script',
  code: { from: 'text', name: `${executor}.ts`, text },
  executor,
})
const loop = `export default () => { console.log('up'); for (;;); }`
/** None of these ends when it is asked to. */
const stubborn: Record<string, Definition> = {
  'a busy loop of async': script('async', loop),
  'a busy loop of thread': script('thread', loop),
  'a script that ignores SIGTERM': script(
    'process',
    `process.on('SIGTERM', () => undefined)
     export default async () => { console.log('up'); await new Promise((resolve) => setTimeout(resolve, 1e9)) }`,
  ),
  'a command that left its group': {
    kind: 'command',
    command: { as: 'shell', line: `trap '' TERM; setsid sleep ${MARK} & echo up; while :; do sleep 1; done` },
  },
}

test('a quit kills what does not end by itself; all of it is run again and has spent nothing', async () => {
  const home = join(tempFolder(), 'home')
  const host = await serveHome(home)
  endWithTest(host.child)
  const first = await connectToHost(home)
  const ids = new Map<string, number>()
  for (const [name, definition] of Object.entries(stubborn)) {
    const { id } = await first.client.runs.submit({ what: 'definition', definition })
    ids.set(name, id)
    await until(`${name} is up`, async () => {
      const { lines } = await first.client.runs.logs({ id })
      return lines.some((line) => line.text === 'up')
    })
  }
  first.close()

  const asked = performance.now()
  expect((await host.stop()).code).toBe(0)
  console.log(
    `a host with ${ids.size} runs that ignore their stop has quit after ${Math.round(performance.now() - asked)} ms`,
  )
  expect(withMark(MARK)).toEqual([])

  const next = await serveHome(home)
  endWithTest(next.child)
  const { client, close } = await connectToHost(home)
  for (const [name, id] of ids) {
    await until(`${name} runs again`, async () => (await client.runs.get({ id })).lifecycle === 'running')
    const { attempt, maxAttempts, attempts } = await client.runs.get({ id })
    const states = attempts.map(({ state }) => state)
    expect({ name, attempt, maxAttempts, states }).toEqual({
      name,
      attempt: 1,
      maxAttempts: 1,
      states: ['interrupted', 'running'],
    })
    await client.runs.cancel({ id })
  }
  close()
  next.child.kill('SIGTERM')
  expect((await next.whenEnded).code).toBe(0)
  expect(withMark(MARK)).toEqual([])
}, 120_000)
