import { encodeFrame, frameTypes } from './frames.ts'
import type { Frame, FrameReader } from './frames.ts'
import { readSync, writeSync } from './own-builtins.ts'

/** Descriptors of an interpreter process beside the standard three: to the supervisor, and from it. */
const OUTGOING = 3
const INCOMING = 4

/**
 * Writes a control frame before it returns: what was sent survives `process.exit()` and an abort, in the order of the
 * calls. Blocks while the supervisor does not read; that is the backpressure.
 */
export function sendFrame(payload: string): void {
  const frame = encodeFrame(frameTypes.control, 0, payload)
  for (let sent = 0; sent < frame.length;) sent += writeSync(OUTGOING, frame, sent)
}

/** Blocks until the first frame is there; null when the other side closed before. What came after it is in `reader`. */
export function receiveFirstFrame(reader: FrameReader): Frame[] | null {
  const chunk = Buffer.allocUnsafe(64 * 1024)
  for (;;) {
    const bytes = readSync(INCOMING, chunk)
    if (bytes === 0) return null
    const frames = reader.push(Buffer.from(chunk.subarray(0, bytes)))
    if (frames.length > 0) return frames
  }
}

/**
 * Reads frames as they come. Does not keep the process alive. `onClose` is called when the supervisor is gone.
 * node:net is loaded here and not above: a script that returns at once never needs it, and it costs a millisecond.
 */
export async function watchFrames(
  reader: FrameReader,
  onFrame: (frame: Frame) => void,
  onClose: () => void,
): Promise<void> {
  const { Socket } = await import('node:net')
  const socket = new Socket({ fd: INCOMING, readable: true, writable: false })
  socket.unref()
  socket.on('data', (chunk: Buffer) => reader.push(chunk).forEach(onFrame))
  socket.on('error', onClose)
  socket.on('close', onClose)
}

/** Ends this interpreter and everything in its group: the supervisor is gone, and nobody would ever know of the result. */
export function endWithSupervisor(): never {
  if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL')
  return process.exit(1)
}
