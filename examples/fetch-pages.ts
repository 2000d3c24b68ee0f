/**
 * Fetches many pages of a server, a few at a time, and returns what came back.
 * Good on the executor `async`: it mostly waits.
 *
 * executor: async
 * input: { "base": "http://127.0.0.1:8000", "pages": 200, "parallel": 8 }
 */
import { log, progress, signal } from 'signalbox'

export default async function fetchPages(input: { base: string; pages: number; parallel?: number }) {
  let next = 1
  let done = 0
  let bytes = 0
  const statuses: Record<string, number> = {}

  async function worker() {
    while (next <= input.pages) {
      const page = next++
      const response = await fetch(`${input.base}/page/${page}`, { signal })
      bytes += (await response.arrayBuffer()).byteLength
      statuses[response.status] = (statuses[response.status] ?? 0) + 1
      if (!response.ok) log.warn('unexpected answer', { page, status: response.status })
      progress(++done, input.pages, `page ${page}`)
    }
  }
  await Promise.all(Array.from({ length: input.parallel ?? 8 }, worker))
  return { pages: done, bytes, statuses }
}
