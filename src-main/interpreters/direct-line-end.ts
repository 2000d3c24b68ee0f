import { connect } from 'node:net'
import { encodeFrame, FrameReader, frameTypes } from './frames.ts'
import type { LineEnd } from './interpreter-protocol.ts'
import { toJson } from './own-builtins.ts'

const READ_BYTES = 64 * 1024

/**
 * Connects thread `thread` to the engine and hands over what comes; resolves when it is connected, or cannot be: then everything
 * comes the long way. It does not keep the thread alive.
 */
export async function openLine(
  { path, channel }: LineEnd,
  thread: number,
  take: (json: string) => void,
): Promise<void> {
  const reader = new FrameReader()
  const socket = connect({
    path,
    // Not as events of a stream: what a script does to those must not keep a start from being heard.
    onread: {
      buffer: Buffer.alloc(READ_BYTES),
      callback: (size, buffer) => {
        for (const { payload } of reader.push(Buffer.from(buffer.subarray(0, size)))) take(payload.toString())
        return true
      },
    },
  })
  socket.unref()
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve)
    // It is also what is heard of a later one, which `close` says to the engine.
    socket.on('error', () => resolve())
  })
  socket.write(encodeFrame(frameTypes.control, channel, toJson(thread)))
}
