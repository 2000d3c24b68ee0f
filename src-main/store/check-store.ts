import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { entryPath } from '../entry.ts'

/**
 * Reads an open store from end to end on a thread of its own and says what is wrong; null: nothing. Rejects when it could not be
 * read, and with the signal's reason.
 */
export async function checkStore(path: string, signal: AbortSignal): Promise<string | null> {
  const worker = new Worker(entryPath('check-store-thread'), { workerData: path })
  try {
    const [damage] = (await once(worker, 'message', { signal })) as [string | null]
    return damage
  } finally {
    await worker.terminate()
  }
}
