import { setTimeout as delay } from 'node:timers/promises'
import type { Client, Submit } from '../src-preload/contract.ts'
import { rate } from './rounds.ts'

const BULK = 5_000

const script = (executor: 'async' | 'thread' | 'process') => ({
  kind: 'script' as const,
  code: { from: 'text' as const, name: 'no-op.ts', text: 'export default () => null\n' },
  executor,
})
const definitions = {
  async: script('async'),
  thread: script('thread'),
  command: { kind: 'command', command: { as: 'argv', argv: ['true'] } },
  process: script('process'),
} satisfies Record<string, Extract<Submit, { what: 'definition' }>['definition']>

/** The slots that a drain is measured with. */
export const SLOTS = { async: 1024, thread: 256, process: 16 }
export const slotsOption = Object.entries(SLOTS)
  .map(([executor, number]) => `${executor}=${number}`)
  .join(',')

/** Submits `count` runs in bulk. */
export async function submitAll(client: Client, job: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= BULK) {
    const inputs = Array.from({ length: Math.min(BULK, left) }, () => ({ n: 1 }))
    await client.runs.submitMany({ job, inputs })
  }
}

/** Runs drained per second; the job is paused while its runs are submitted. */
export async function drain(client: Client, job: keyof typeof definitions, count: number): Promise<number> {
  await client.jobs.save({ name: job, definition: definitions[job], replace: true })
  await client.jobs.pause({ name: job })
  const succeeded = async () => (await client.engine.status()).finished.succeeded
  const target = (await succeeded()) + count
  await submitAll(client, job, count)
  return rate(count, async () => {
    await client.jobs.resume({ name: job })
    while ((await succeeded()) < target) await delay(10)
  })
}
