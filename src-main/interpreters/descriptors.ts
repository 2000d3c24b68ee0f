import { encodeFrame, frameTypes } from './frames.ts'
import type { Frame, FrameReader } from './frames.ts'
import { monotonicNow, readSync, writeSync } from './own-builtins.ts'

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

/** From the supervisor, once the first frame is there: as events, or blocking. */
export class Incoming {
  readonly #reader: FrameReader
  readonly #onFrame: (frame: Frame) => void
  readonly #onClose: () => void
  #isWatched = false

  constructor(reader: FrameReader, onFrame: (frame: Frame) => void, onClose: () => void) {
    this.#reader = reader
    this.#onFrame = onFrame
    this.#onClose = onClose
  }

  /**
   * Takes frames as they come. Does not keep the process alive. node:net is loaded here and not above: a script that returns
   * at once never needs it, and it costs a millisecond.
   */
  watch(): void {
    if (this.#isWatched) return
    this.#isWatched = true
    const { Socket } = process.getBuiltinModule('node:net')
    const socket = new Socket({ fd: INCOMING, readable: true, writable: false })
    socket.unref()
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', this.#onClose)
    socket.on('close', this.#onClose)
  }

  /**
   * Blocks until frames have come and were taken, or `withinMs` are over. The descriptor does not block once it is watched, and
   * nothing in Node waits for one, so it is looked at again and again, less often the longer nothing comes.
   */
  receive(withinMs: number): void {
    this.watch()
    const chunk = Buffer.allocUnsafe(64 * 1024)
    const until = monotonicNow() + withinMs
    for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const bytes = tryRead(chunk)
      if (bytes === 0) {
        this.#onClose()
        return
      }
      if (bytes !== null) {
        this.#take(Buffer.from(chunk.subarray(0, bytes)))
        return
      }
      const leftMs = until - monotonicNow()
      if (leftMs <= 0) return
      Atomics.wait(bed, 0, 0, Math.min(pauseMs, leftMs))
    }
  }

  #take(chunk: Buffer): void {
    this.#reader.push(chunk).forEach(this.#onFrame)
  }
}

const SHORTEST_PAUSE_MS = 0.1
const LONGEST_PAUSE_MS = 10
/** What a thread waits on that only wants to sleep. */
const bed = new Int32Array(new SharedArrayBuffer(4))

/** Null when there is nothing to read. */
function tryRead(chunk: Buffer): number | null {
  try {
    return readSync(INCOMING, chunk)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return null
    throw error
  }
}

/** Ends this interpreter and everything in its group: the supervisor is gone, and nobody would ever know of the result. */
export function endWithSupervisor(): never {
  if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL')
  return process.exit(1)
}
