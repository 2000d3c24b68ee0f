import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { join } from 'node:path'
import { MAX_SOCKET_PATH_BYTES } from '../socket-path.ts'
import { encodeFrame, FrameReader, frameTypes } from './frames.ts'
import type { LineEnd } from './interpreter-protocol.ts'

/** A thread says who it is in less, and says nothing after that. */
const MAX_HELLO_BYTES = 256
const MAX_CONNECTIONS = 256
/** How long the news of a thread's death may take on its way through the supervisor. */
const NEWS_MS = 2_000

/** From the engine to one thread of a pool. What was sent and not read is lost with the thread. */
export class DirectLine {
  readonly channel: number
  readonly thread: number
  /** Sent here, and not ended yet. */
  runs = 0
  readonly #socket: Socket

  constructor(channel: number, thread: number, socket: Socket) {
    this.channel = channel
    this.thread = thread
    this.#socket = socket
  }

  /** False while the thread is behind with reading: what waits for it is to wait where the pool has it, not in the engine. */
  get isFree(): boolean {
    return this.#socket.writable && this.#socket.writableLength === 0
  }

  send(payload: string, runs: number): void {
    this.runs += runs
    this.#socket.write(encodeFrame(frameTypes.control, 0, payload))
  }
}

/**
 * The short way for starts: a thread that many runs share connects to the engine itself, so that a start need not pass through
 * the supervisor and the pool's main thread. All else, also every word of a run, goes the long way, where the supervisor
 * sees it; and so do starts while there is no line. See decision 0030.
 */
export class DirectLines {
  readonly #folder: string
  readonly #threads: number
  readonly #onCut: (line: DirectLine) => void
  readonly #offered = new Set<number>()
  readonly #lines = new Set<DirectLine>()
  readonly #sockets = new Set<Socket>()
  #server: Server | null = null

  /** `folder` is made when it is needed; `threads`: of each pool. `onCut` is told of a line that has closed although its thread is not known to be dead. */
  constructor(folder: string, threads: number, onCut: (line: DirectLine) => void) {
    this.#folder = folder
    this.#threads = threads
    this.#onCut = onCut
  }

  /** Where the threads of the pool on `channel` connect; null when they cannot. */
  offer(channel: number): LineEnd | null {
    const path = join(this.#folder, 'line')
    // A pipe of Windows is in no folder, and anybody might connect.
    if (process.platform === 'win32' || Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) return null
    this.#server ??= this.#tryListen(path)
    if (this.#server?.listening !== true) return null
    this.#offered.add(channel)
    return { path, channel }
  }

  /**
   * The least busy line to a pool that takes something at once. Null when there is none, and until all threads of the pool have
   * one: those that came first would be given everything.
   */
  find(channel: number): DirectLine | null {
    let found: DirectLine | null = null
    let lines = 0
    for (const line of this.#lines) {
      if (line.channel !== channel) continue
      lines += 1
      if (line.isFree && (found === null || line.runs < found.runs)) found = line
    }
    return lines >= this.#threads ? found : null
  }

  /** The thread is dead. */
  forgetThread(channel: number, thread: number): void {
    for (const line of this.#lines) if (line.channel === channel && line.thread === thread) this.#lines.delete(line)
  }

  /** The whole process is. */
  forgetPool(channel: number): void {
    this.#offered.delete(channel)
    for (const line of this.#lines) if (line.channel === channel) this.#lines.delete(line)
  }

  close(): void {
    this.#lines.clear()
    this.#server?.close() // removes the socket's file, too
    for (const socket of this.#sockets) socket.destroy()
  }

  /** A full disk, for one, must not keep a pool from being launched: null where there can be no folder now. */
  #tryListen(path: string): Server | null {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    } catch (error) {
      sayLongWay(error as Error)
      return null
    }
    const server = createServer((socket) => this.#welcome(socket))
    server.maxConnections = MAX_CONNECTIONS
    server.on('error', sayLongWay)
    return server.listen(path)
  }

  #welcome(socket: Socket): void {
    let line: DirectLine | null = null
    this.#sockets.add(socket)
    socket.on('error', () => undefined) // `close` follows
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (line !== null && this.#lines.has(line)) this.#waitForNews(line)
    })
    socket.once('data', (hello: Buffer) => {
      line = readHello(hello, socket)
      // Scripts can reach this socket as well: nobody takes the place of a thread, and nobody speaks twice.
      if (line === null || !this.#offered.has(line.channel) || this.#isTaken(line)) socket.destroy()
      else this.#lines.add(line)
      socket.on('data', () => socket.destroy())
    })
  }

  #isTaken({ channel, thread }: DirectLine): boolean {
    return this.#lines.values().some((line) => line.channel === channel && line.thread === thread)
  }

  #waitForNews(line: DirectLine): void {
    setTimeout(() => {
      if (this.#lines.delete(line)) this.#onCut(line)
    }, NEWS_MS).unref()
  }
}

const sayLongWay = ({ message }: Error) => process.stderr.write(`starts go the long way: ${message}\n`)

/** Null for anything else than one whole hello: it is written at once, and small. */
function readHello(bytes: Buffer, socket: Socket): DirectLine | null {
  try {
    const [hello, more] = new FrameReader(MAX_HELLO_BYTES).push(bytes)
    if (hello === undefined || more !== undefined) return null
    const thread: unknown = JSON.parse(hello.payload.toString())
    return Number.isSafeInteger(thread) ? new DirectLine(hello.channel, thread as number, socket) : null
  } catch {
    return null
  }
}
