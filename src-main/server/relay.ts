import type { MessagePort } from 'node:worker_threads'
import type { RawData, WebSocket } from 'ws'
import { TokenBucket } from './token-bucket.ts'
import type { Rate } from './token-bucket.ts'

export type RelayRules = {
  /** Messages a client may send; null: as fast as it likes. */
  rate: Rate | null
  /** How often a client is pinged; one that stays silent for a whole period is cut off. Null: never. */
  pingEveryMs: number | null
}

/**
 * Bytes waiting for a client's network above which the engine's port is no longer read. Feeds wait for
 * acknowledgements, so only single large answers come near it.
 */
const HIGH_WATER_BYTES = 1024 * 1024
/** A client that takes nothing for this long, with that much waiting for it, is cut off. */
const STALLED_MS = 30_000

/** WebSocket close codes: the host is going to have its engine again; the client broke a rule. */
const SERVICE_RESTART = 1012

/**
 * Joins a client's socket and an engine's port, frame by frame and unread, until one of them closes; then closes the other.
 *
 * Over the rate the socket is not read until the client is within it again: its own sends slow down, and no call is lost.
 * (Closing it instead would punish a burst of honest calls with the loss of its feeds.)
 */
export function relay(socket: WebSocket, port: MessagePort, rules: RelayRules): void {
  const bucket = rules.rate && new TokenBucket(rules.rate, performance.now())
  let reading: NodeJS.Timeout | null = null
  let stalled: NodeJS.Timeout | null = null

  const toEngine = (frame: RawData, isBinary: boolean) => {
    port.postMessage(isBinary ? bytesOf(frame) : textOf(frame))
    const pauseMs = bucket?.take(performance.now()) ?? 0
    if (pauseMs === 0) return
    if (reading) clearTimeout(reading)
    else socket.pause()
    reading = setTimeout(() => {
      reading = null
      socket.resume()
    }, pauseMs)
  }

  const toClient = (frame: string | Uint8Array) => {
    socket.send(frame, whenSent)
    if (stalled || socket.bufferedAmount < HIGH_WATER_BYTES) return
    port.off('message', toClient) // without a listener the port keeps its messages and reads no more
    stalled = setTimeout(() => socket.terminate(), STALLED_MS)
  }

  const whenSent = () => {
    if (!stalled || socket.readyState !== socket.OPEN || socket.bufferedAmount >= HIGH_WATER_BYTES) return
    clearTimeout(stalled)
    stalled = null
    port.on('message', toClient)
  }

  const stopPinging = rules.pingEveryMs === null ? null : keepAlive(socket, rules.pingEveryMs)
  socket.on('message', toEngine)
  socket.on('error', () => socket.terminate()) // a frame that breaks the protocol; `ws` has already answered with the code
  socket.once('close', () => {
    if (reading) clearTimeout(reading)
    if (stalled) clearTimeout(stalled)
    stopPinging?.()
    port.close()
  })
  port.on('message', toClient)
  port.once('close', () => {
    socket.resume()
    socket.close(SERVICE_RESTART, 'the engine stopped')
  })
}

/** Notices a peer that vanished without a word. While the socket is paused its pong is not read, so that time does not count. */
function keepAlive(socket: WebSocket, everyMs: number): () => void {
  let isHeard = true
  const heard = () => (isHeard = true)
  socket.on('pong', heard)
  socket.on('message', heard)
  const timer = setInterval(() => {
    if (!isHeard && !socket.isPaused) return socket.terminate()
    isHeard = false
    socket.ping()
  }, everyMs)
  return () => clearInterval(timer)
}

/** A copy of its own: `ws` hands out views of a shared chunk, and posting one would post the whole chunk. */
const bytesOf = (frame: RawData) => new Uint8Array(bufferOf(frame))
const textOf = (frame: RawData) => bufferOf(frame).toString('utf8')

function bufferOf(frame: RawData): Buffer {
  if (Array.isArray(frame)) return Buffer.concat(frame)
  return Buffer.isBuffer(frame) ? frame : Buffer.from(frame)
}
