import { expect, test } from 'vitest'
import { encodeFrame, FrameReader, frameTypes } from '../../../src-main/interpreters/frames.ts'

const wire = Buffer.concat([
  encodeFrame(frameTypes.control, 0, '[1,"€"]'),
  encodeFrame(frameTypes.relay, 4_000_000_000, Buffer.alloc(0)),
  encodeFrame(frameTypes.relay, 7, Buffer.from('x'.repeat(300))),
])
const frames = [
  [1, 0, '[1,"€"]'],
  [2, 4_000_000_000, ''],
  [2, 7, 'x'.repeat(300)],
]

test.each([1, 2, 3, 8, 9, 10, 100, 1_000])('frames are found in chunks of %i bytes', (size) => {
  const reader = new FrameReader()
  const found: unknown[] = []
  for (let at = 0; at < wire.length; at += size) {
    for (const { type, channel, payload } of reader.push(wire.subarray(at, at + size))) {
      found.push([type, channel, payload.toString()])
    }
  }
  expect(found).toEqual(frames)
})
