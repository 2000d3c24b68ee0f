/**
 * Three tasks live and fail together: one fails, the others are cancelled and clean up, and the error comes out at the end.
 *
 * executor: async
 * input: { "failAfterMs": 300, "cleanUpMs": 100 }
 */
import { log, sleep, taskGroup } from 'signalbox'

export default async function failTogether(input: { failAfterMs?: number; cleanUpMs?: number } | null) {
  const { failAfterMs, cleanUpMs } = { failAfterMs: 300, cleanUpMs: 100, ...input }
  const steps: string[] = []
  const note = (step: string) => {
    steps.push(step)
    log(step)
  }

  async function download(name: string) {
    try {
      await sleep('1h')
    } finally {
      note(`${name} is told to stop`)
      await sleep(cleanUpMs)
      note(`${name} has cleaned up`)
    }
  }

  async function fail() {
    await sleep(failAfterMs)
    note('the third fails')
    throw new Error('the disk is full')
  }

  try {
    await taskGroup(async (group) => {
      group.spawn(() => download('the first'))
      group.spawn(() => download('the second'))
      group.spawn(fail)
      note('all are started')
    })
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error
    note('the group is over')
    return { steps, errors: error.errors.map((each: Error) => each.message) }
  }
  throw new Error('The group has ended without an error.')
}
