import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../src-preload/contract.ts'

const WARM_UP = 50
const HANDLER = 'export default () => Number(process.hrtime.bigint() / 1000n)\n'

/** Between two submits, in all that is held against each other. */
export const PAUSE_MS = 10

export type Starts = {
  /** From the call to the first line of the handler. */ startToHandlerMs: number[]
  /** From the call to its reply. */ submittedMs: number[]
}

/** Submits one at a time on an idle host. It is asked for the result only after half the pause, when it is long idle again. */
export async function measureStarts(client: Client, samples: number): Promise<Starts> {
  await client.jobs.save({
    name: 'clock',
    definition: { kind: 'script', code: { from: 'text', name: 'clock.ts', text: HANDLER }, executor: 'async' },
    replace: true,
  })
  const startToHandlerMs: number[] = []
  const submittedMs: number[] = []
  for (let n = 0; n < samples + WARM_UP; n += 1) {
    const before = Number(process.hrtime.bigint() / 1000n)
    const { id } = await client.runs.submit({ what: 'job', job: 'clock' })
    const stored = Number(process.hrtime.bigint() / 1000n)
    let run
    do {
      await delay(PAUSE_MS / 2)
      run = await client.runs.get({ id })
    } while (run.lifecycle !== 'finished')
    if (n >= WARM_UP) {
      startToHandlerMs.push((Number(run.result) - before) / 1_000)
      submittedMs.push((stored - before) / 1_000)
    }
    await delay(PAUSE_MS / 2)
  }
  return { startToHandlerMs, submittedMs }
}
