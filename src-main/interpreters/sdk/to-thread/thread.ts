/** A thread of a run, for `toThread`: calls what it is given, one at a time, and says what became of it. */
import { parentPort, workerData } from 'node:worker_threads'
import { registerModuleHooks } from '../../module-hooks.ts'
import { functionOf, NotShareable } from '../../named/user-code.ts'
import { toRunError } from '../../run-error.ts'
import type { Ended, ThreadFacts, ToThread } from './threads.ts'

const { cacheFolder } = workerData as ThreadFacts
registerModuleHooks(cacheFolder)
const port = parentPort
if (port === null) throw new Error('a thread of a run has a parent')

port.on('message', (message: ToThread) => void perform(message).then(tell))

async function perform({ callable, args, folder }: ToThread): Promise<Ended> {
  try {
    const fn = await functionOf(callable, { folder, name: 'thread' })
    return { how: 'returned', value: await fn(...args) }
  } catch (error) {
    if (error instanceof NotShareable) return { how: 'refused', message: error.message }
    return { how: 'threw', error: toRunError(error) }
  }
}

function tell(ended: Ended): void {
  try {
    port?.postMessage(ended)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    port?.postMessage({ how: 'refused', message: `the result cannot be handed over: ${why}` } satisfies Ended)
  }
}
