import { existsSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openLine } from '../../../src-main/interpreters/direct-line-end.ts'
import { DirectLines } from '../../../src-main/interpreters/direct-lines.ts'
import type { DirectLine } from '../../../src-main/interpreters/direct-lines.ts'
import { encodeFrame, frameTypes } from '../../../src-main/interpreters/frames.ts'
import type { LineEnd } from '../../../src-main/interpreters/interpreter-protocol.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'

const CHANNEL = 7

/** Lines that are offered to the pool of one channel, and those that were cut. */
function open(folder = join(tempFolder(), 'life'), threads = 1) {
  const cut: DirectLine[] = []
  const lines = new DirectLines(folder, threads, (line) => cut.push(line))
  onTestFinished(() => lines.close())
  const end = lines.offer(CHANNEL)
  return { lines, cut, folder, end }
}

function offered(end: LineEnd | null): LineEnd {
  if (end === null) throw new Error('nothing was offered')
  return end
}

const hello = (channel: number, words: string) => encodeFrame(frameTypes.control, channel, words)

/** A connection that says `bytes` and reads nothing. */
async function dial({ path }: LineEnd, bytes: Buffer): Promise<{ socket: Socket; closed: Promise<void> }> {
  const socket = connect(path)
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(bytes)
  return { socket, closed }
}

test('a thread that connects is given what is sent on its line, whole and in order, also when it is large', async () => {
  const { lines, end } = open()
  const got: string[] = []
  await openLine(offered(end), 3, (json) => got.push(json))
  await until('the line is there', () => lines.find(CHANNEL) !== null)
  const line = lines.find(CHANNEL)!
  const texts = ['"a"', JSON.stringify('é'.repeat(300_000)), '"z"']
  for (const text of texts) line.send(text, 1)
  await until('all has come', () => got.length === 3)
  expect(got).toEqual(texts)
  expect(line).toMatchObject({ channel: CHANNEL, thread: 3, runs: 3 })
})

test('of several lines the one with the fewest runs is taken, of other pools none', async () => {
  const { lines, end } = open()
  await openLine(offered(end), 1, () => undefined)
  await until('the first is there', () => lines.find(CHANNEL)?.thread === 1)
  const first = lines.find(CHANNEL)!
  first.send('0', 2)
  await openLine(offered(end), 2, () => undefined)
  await until('the second is taken', () => lines.find(CHANNEL)?.thread === 2)
  lines.find(CHANNEL)!.send('0', 3)
  expect(lines.find(CHANNEL)).toBe(first)
  expect(lines.find(CHANNEL + 1)).toBeNull()
})

test('no line is taken until all threads have one, nor when one of them has died', async () => {
  const { lines, end } = open(undefined, 2)
  await openLine(offered(end), 1, () => undefined)
  // One that is refused was certainly looked at after the first.
  await (
    await dial(offered(end), hello(CHANNEL, '1'))
  ).closed
  expect(lines.find(CHANNEL)).toBeNull()
  await openLine(offered(end), 2, () => undefined)
  await until('both are there', () => lines.find(CHANNEL) !== null)
  lines.forgetThread(CHANNEL, 1)
  expect(lines.find(CHANNEL)).toBeNull()
})

test('a thread that does not read is given no more until it does', async () => {
  const { lines, end } = open()
  const { socket } = await dial(offered(end), hello(CHANNEL, '1'))
  socket.pause()
  await until('the line is there', () => lines.find(CHANNEL) !== null)
  lines.find(CHANNEL)!.send('x'.repeat(10_000_000), 1)
  expect(lines.find(CHANNEL)).toBeNull()
  socket.resume()
  await until('it has read all', () => lines.find(CHANNEL) !== null)
})

test.each([
  ['of a pool that is not expected', hello(CHANNEL + 1, '1')],
  ['without a number', hello(CHANNEL, '"1"')],
  ['that is no JSON', hello(CHANNEL, '{')],
  ['that is too long', hello(CHANNEL, ' '.repeat(1_000))],
  ['that is not whole', hello(CHANNEL, '1').subarray(0, 5)],
  ['with more behind it', Buffer.concat([hello(CHANNEL, '1'), hello(CHANNEL, '2')])],
])('a hello %s is refused', async (_what, bytes) => {
  const { lines, end } = open()
  const { closed } = await dial(offered(end), bytes)
  await closed
  expect(lines.find(CHANNEL)).toBeNull()
})

test('nobody takes the place of a thread that has a line', async () => {
  const { lines, cut, end } = open()
  await openLine(offered(end), 1, () => undefined)
  await until('the line is there', () => lines.find(CHANNEL) !== null)
  const line = lines.find(CHANNEL)
  await (
    await dial(offered(end), hello(CHANNEL, '1'))
  ).closed
  expect(lines.find(CHANNEL)).toBe(line)
  expect(cut).toEqual([])
})

test('a line that closes is told of when its thread is not known to be dead, and only then', async () => {
  const { lines, cut, end } = open()
  const dies = await dial(offered(end), hello(CHANNEL, '1'))
  await until('the first is there', () => lines.find(CHANNEL)?.thread === 1)
  lines.find(CHANNEL)!.send('0', 1)
  const hides = await dial(offered(end), hello(CHANNEL, '2'))
  await until('the second is there', () => lines.find(CHANNEL)?.thread === 2)
  dies.socket.destroy()
  hides.socket.destroy()
  lines.forgetThread(CHANNEL, 1)
  await until('the other one is told of', () => cut.length > 0)
  expect(cut.map(({ thread }) => thread)).toEqual([2])
})

test('a folder whose path is too long for a socket, and one that cannot be made, mean that there are no lines', () => {
  expect(open(join(tempFolder(), 'x'.repeat(100))).end).toBeNull()
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => said.mockRestore())
  const inTheWay = join(tempFolder(), 'file')
  writeFileSync(inTheWay, '')
  expect(open(join(inTheWay, 'life')).end).toBeNull()
  expect(said.mock.calls.flat()).toEqual([expect.stringContaining('starts go the long way: ENOTDIR')])
})

test('the socket is for this user alone, and goes with the lines', () => {
  const { lines, folder } = open()
  expect(existsSync(join(folder, 'line'))).toBe(true)
  lines.close()
  expect(existsSync(join(folder, 'line'))).toBe(false)
})
