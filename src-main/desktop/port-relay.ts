import type { MessagePort } from 'node:worker_threads'
import type { MessagePortMain } from 'electron'
import { TokenBucket } from '../server/token-bucket.ts'

/** Caps on what one page may send. The engine checks contents; here it is only size and rate. */
const limits = { messageBytes: 1_048_576, rate: { perSecond: 200, burst: 400 } }

export type Relay = { close(): void; readonly closed: Promise<void> }

/**
 * Joins a page's port to the engine's: frames pass as they are, both ways. A frame that is too large, comes too fast or
 * is not a frame closes the connection; the page connects anew. Either side closing closes the other.
 */
export function relayPorts(page: MessagePortMain, engine: MessagePort, now: () => number): Relay {
  const bucket = new TokenBucket(limits.rate, now())
  const { promise: closed, resolve } = Promise.withResolvers<void>()

  function close(): void {
    page.close()
    engine.close()
    resolve()
  }

  page.on('message', ({ data, ports }) => {
    const frame: unknown = data
    const bytes = frameBytes(frame)
    if (bytes === null || bytes > limits.messageBytes || ports.length > 0 || bucket.take(now()) > 0) close()
    else engine.postMessage(frame)
  })
  engine.on('message', (frame: unknown) => page.postMessage(frame))
  page.on('close', close)
  engine.on('close', close)
  page.start()
  return { close, closed }
}

/** Null: not a frame. A string is measured as it would travel. */
function frameBytes(frame: unknown): number | null {
  if (typeof frame === 'string') return frame.length > limits.messageBytes ? frame.length : Buffer.byteLength(frame)
  if (frame instanceof ArrayBuffer || ArrayBuffer.isView(frame)) return frame.byteLength
  return null
}
