import type { Client, Submit } from '../../../src-preload/contract.ts'
import type { Random } from '../../support/random.ts'

type Definition = Extract<Submit, { what: 'definition' }>['definition']

const script = (
  executor: 'async' | 'thread' | 'process',
  text: string,
  more: {
    timeoutMs?: number
    retry?: { maxAttempts: number; backoff: { kind: 'fixed'; delayMs: number }; on: null }
  } = {},
): Definition => ({ kind: 'script', executor, code: { from: 'text', name: 'soak.ts', text }, graceMs: 300, ...more })

/** What people have their scheduler do in a week: short work of each kind, talk, failures, waits, and what is too slow. */
const jobs: { name: string; share: number; definition: Definition }[] = [
  { name: 'quick', share: 40, definition: script('async', 'export default (input) => input') },
  {
    name: 'talks',
    share: 10,
    definition: script(
      'async',
      `export default () => { for (let n = 0; n < 200; n += 1) console.log('line', n, 'x'.repeat(60)) }`,
    ),
  },
  {
    name: 'computes',
    share: 10,
    definition: script(
      'thread',
      'export default () => { let sum = 0; for (let n = 0; n < 1e5; n += 1) sum += n; return sum }',
    ),
  },
  {
    name: 'flaky',
    share: 8,
    definition: script(
      'async',
      `import { run } from 'signalbox'
export default () => { if (run.attempt % 2 === 1) throw new Error('not this time') }`,
      { retry: { maxAttempts: 3, backoff: { kind: 'fixed', delayMs: 20 }, on: null } },
    ),
  },
  {
    name: 'moves',
    share: 8,
    definition: script(
      'async',
      `import { queue, semaphore } from 'signalbox'
export default async (input) => {
  await using _ = await semaphore('soak', { permits: 3 }).acquire()
  await queue('soak').put(input)
  return queue('soak').get()
}`,
    ),
  },
  {
    name: 'too slow',
    share: 4,
    definition: script('async', 'export default () => new Promise((resolve) => setTimeout(resolve, 60_000))', {
      timeoutMs: 30,
    }),
  },
  { name: 'alone', share: 2, definition: script('process', `export default () => 'x'.repeat(2_000)`) },
  {
    name: 'command',
    share: 4,
    definition: { kind: 'command', command: { as: 'shell', line: 'echo out; echo err >&2' } },
  },
]
const total = jobs.reduce((sum, { share }) => sum + share, 0)

/** Saves the jobs, and a schedule that starts one of them every second. */
export async function saveWork(client: Client): Promise<void> {
  for (const { name, definition } of jobs) await client.jobs.save({ name, definition })
  const timing = { kind: 'interval' as const, everyMs: 1_000, anchorAt: Date.now(), zone: 'UTC' }
  await client.schedules.save({ name: 'ticks', job: 'quick', timing })
}

export function pickJob(random: Random): string {
  let place = random.int(0, total - 1)
  const job = jobs.find(({ share }) => (place -= share) < 0)
  if (job === undefined) throw new Error('there is no work')
  return job.name
}
