/**
 * How far the host grows (its process, the built one) while four runs flood it at once with output, for 25 s and until they are
 * cut at their budgets: two scripts that log as fast as they can, `yes`, and bytes without a line's end. See decision 0026.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Client, Submit } from '../src-preload/contract.ts'
import { connectToHost } from '../src-main/cli/connection.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { residentMb } from './resident.ts'
import { inRounds, print, spread } from './rounds.ts'

type Definition = Extract<Submit, { what: 'definition' }>['definition']

const FLOOD_S = 25
const WARM_RUNS = 12
const LOOK_MS = 250

const script = (text: string, executor: 'async' | 'process'): Definition => ({
  kind: 'script',
  executor,
  code: { from: 'text', name: 'task.ts', text },
})
const shell = (line: string): Definition => ({ kind: 'command', command: { as: 'shell', line } })
const logs = script(
  `export default async () => {
  const until = Date.now() + ${FLOOD_S * 1_000}
  while (Date.now() < until) {
    for (let n = 0; n < 200; n += 1) console.log('line ' + n + ' ' + 'x'.repeat(80))
    await new Promise((next) => setImmediate(next))
  }
}`,
  'process',
)
const floods = [logs, logs, shell(`timeout ${FLOOD_S} yes hello`), shell(`timeout ${FLOOD_S} cat /dev/zero`)]

async function submit(client: Client, definition: Definition): Promise<void> {
  await client.runs.submit({ what: 'definition', definition, input: null })
}

async function untilIdle(client: Client, look: () => void): Promise<void> {
  for (;;) {
    look()
    const { queued, running, stopping } = (await client.engine.status()).counts
    if (queued + running + stopping === 0) return
    await delay(LOOK_MS)
  }
}

const rounds = await inRounds(3, async (folder) => {
  const host = await startHostProcess(folder)
  const { client, close } = await connectToHost(folder)
  for (let n = 0; n < WARM_RUNS; n += 1) await submit(client, script('export default () => 1', 'async'))
  await untilIdle(client, () => undefined)
  const calmMb = residentMb(host.child.pid)
  for (const flood of floods) await submit(client, flood)
  let mostMb = calmMb
  await untilIdle(client, () => (mostMb = Math.max(mostMb, residentMb(host.child.pid))))
  close()
  await endHost(host, 'SIGTERM')
  return { calmMb, mostMb }
})

print('floods', {
  calmMb: spread(rounds.map(({ calmMb }) => calmMb)),
  mostMb: spread(rounds.map(({ mostMb }) => mostMb)),
  growthMb: spread(rounds.map(({ calmMb, mostMb }) => mostMb - calmMb)),
})
