/**
 * Framing of every pipe between the engine, the supervisor and the interpreters:
 * u32 payload length, u8 type, u32 channel (big endian), payload.
 *
 * `control` carries a JSON array: one parse per batch. `relay` carries bytes of an interpreter's own stream of frames,
 * cut anywhere: the supervisor passes them on unread, and only the two ends parse them.
 */
export const frameTypes = { control: 1, relay: 2 } as const
export type FrameType = (typeof frameTypes)[keyof typeof frameTypes]

export type Frame = { type: number; channel: number; payload: Buffer }

const HEADER_BYTES = 9

/** A whole frame in one buffer. */
export function encodeFrame(type: FrameType, channel: number, payload: Buffer | string): Buffer {
  const payloadBytes = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payloadBytes)
  frame.writeUInt32BE(payloadBytes, 0)
  frame.writeUInt8(type, 4)
  frame.writeUInt32BE(channel, 5)
  if (typeof payload === 'string') frame.write(payload, HEADER_BYTES)
  else payload.copy(frame, HEADER_BYTES)
  return frame
}

/** Cuts a stream of bytes back into frames, however the pipe cut it. Throws when a frame is larger than allowed. */
export class FrameReader {
  readonly #maxPayloadBytes: number
  /** Bytes of frames that are not complete yet; joined only when the frame is, so that a large one is copied once. */
  #chunks: Buffer[] = []
  #size = 0

  constructor(maxPayloadBytes = Infinity) {
    this.#maxPayloadBytes = maxPayloadBytes
  }

  /** The frames that are complete with this chunk. Payloads are views: take what is kept longer. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    const frames: Frame[] = []
    for (;;) {
      const head = this.#head()
      if (head === null) return frames
      const payloadBytes = head.readUInt32BE(0)
      if (payloadBytes > this.#maxPayloadBytes) throw new RangeError(`a frame of ${payloadBytes} bytes`)
      const frameBytes = HEADER_BYTES + payloadBytes
      if (this.#size < frameBytes) return frames
      const joined = this.#join()
      frames.push({
        type: joined.readUInt8(4),
        channel: joined.readUInt32BE(5),
        payload: joined.subarray(HEADER_BYTES, frameBytes),
      })
      this.#chunks = joined.length > frameBytes ? [joined.subarray(frameBytes)] : []
      this.#size -= frameBytes
    }
  }

  #head(): Buffer | null {
    if (this.#size < HEADER_BYTES) return null
    const first = this.#chunks[0]
    return first !== undefined && first.length >= HEADER_BYTES ? first : this.#join()
  }

  #join(): Buffer {
    const [first] = this.#chunks
    if (this.#chunks.length === 1 && first !== undefined) return first
    const joined = Buffer.concat(this.#chunks, this.#size)
    this.#chunks = [joined]
    return joined
  }
}
