import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { entryPath } from '../entry.ts'
import { allowedEnvironment } from './child-environment.ts'
import { collectEvery } from './collect-every.ts'
import { encodeFrame, FrameReader, frameTypes } from './frames.ts'
import type { Frame } from './frames.ts'
import { TAG_VARIABLE } from './supervisor-protocol.ts'
import type { FromChannel, FromSupervisor, ToSupervisor } from './supervisor-protocol.ts'

/** A result of the largest size, escaped twice, is smaller; so is a batch of log lines. */
const MAX_INTERPRETER_FRAME_BYTES = 64 * 1024 * 1024

const PING_MS = 2_000
/** Bytes received between two collections. */
const COLLECT_BYTES = 2 * 1024 * 1024
/** Counted in turns of our own loop, so that a host that stood still itself does not blame its supervisor. */
const MAX_UNANSWERED = 5
/** How long `end` may take. */
const END_MS = 3_000

/** Both absolute. */
export type LinkFolders = { cacheFolder: string; tempFolder: string }

export type LinkEvents = {
  message(message: FromChannel): void
  /** A frame of an interpreter's own stream. */
  frame(channel: number, frame: Frame): void
  /** The interpreter's stream is not made of frames: nothing more is read from it. */
  broken(channel: number): void
  /** Everything that one read brought was handed over. */
  readEnded(): void
  /** The supervisor is gone: `code` 0 after `end()`, anything else means it died. Nothing comes after it. */
  exited(code: number | null): void
}

/** One supervisor process and the pipe to it. What is sent until `flush`, or in one turn of the loop, leaves in one write. */
export class SupervisorLink {
  readonly life: string
  readonly #child: ChildProcess
  /** Null for a channel that is not read any more. */
  readonly #readers = new Map<number, FrameReader | null>()
  #controls: ToSupervisor[] = []
  #frames: Buffer[] = []
  #isFlushPlanned = false
  readonly #heartbeat: NodeJS.Timeout
  #unanswered = 0

  constructor(tag: string, life: string, { cacheFolder, tempFolder }: LinkFolders, events: LinkEvents) {
    this.life = life
    this.#child = spawn(process.execPath, [entryPath('supervisor'), tempFolder], {
      // A session of its own: the terminal's Ctrl-C is for the host, which then ends it in order.
      detached: true,
      windowsHide: true,
      env: {
        ...allowedEnvironment(process.env),
        ELECTRON_RUN_AS_NODE: '1',
        NODE_COMPILE_CACHE: compileCache(cacheFolder),
        [TAG_VARIABLE]: `${tag}/${life}/supervisor`,
      },
      // Its own troubles are said where the host says its own.
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const reader = new FrameReader()
    const collectable = collectEvery(COLLECT_BYTES)
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      collectable(chunk.length)
      for (const frame of reader.push(chunk)) this.#receive(frame, events)
      events.readEnded()
    })
    // Its end is told by `close`; a write that comes too late for it is no news.
    this.#child.stdin?.on('error', () => undefined)
    let startError: Error | null = null
    this.#child.once('error', (error) => (startError = error))
    this.#heartbeat = setInterval(() => this.#ping(), PING_MS)
    this.#child.once('close', (code) => {
      clearInterval(this.#heartbeat)
      if (startError !== null) process.stderr.write(`the supervisor could not be started: ${String(startError)}\n`)
      events.exited(startError === null ? code : -1)
    })
  }

  send(message: ToSupervisor): void {
    this.#controls.push(message)
    this.#planFlush()
  }

  /** Sends a control frame to an interpreter. `number` is the frame's channel there; 0 for everything but batches. */
  sendTo(channel: number, payload: string, number = 0): void {
    this.#encodeControls()
    this.#frames.push(encodeFrame(frameTypes.relay, channel, encodeFrame(frameTypes.control, number, payload)))
    this.#planFlush()
  }

  flush(): void {
    this.#isFlushPlanned = false
    this.#encodeControls()
    if (this.#frames.length === 0) return
    this.#child.stdin?.write(this.#frames.length === 1 ? this.#frames[0] : Buffer.concat(this.#frames))
    this.#frames = []
  }

  /** What this channel still sends is thrown away. */
  stopReading(channel: number): void {
    this.#readers.set(channel, null)
  }

  /** No more frames come from this channel. */
  forget(channel: number): void {
    this.#readers.delete(channel)
  }

  /** Closes the pipe: the supervisor kills everything it started, sees it dead, and exits; one that cannot is killed. */
  end(): void {
    this.flush()
    this.#child.stdin?.end()
    clearInterval(this.#heartbeat)
    const killTimer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS)
    this.#child.once('close', () => clearTimeout(killTimer))
  }

  /** A supervisor that was stopped, or hangs, would let every run stand still for ever: it counts as dead. */
  #ping(): void {
    if (this.#unanswered >= MAX_UNANSWERED) {
      this.#child.kill('SIGKILL')
      return
    }
    this.#unanswered++
    this.send({ type: 'ping' })
  }

  #receive(frame: Frame, events: LinkEvents): void {
    if (frame.type === frameTypes.control) {
      for (const message of JSON.parse(frame.payload.toString()) as FromSupervisor[]) {
        if (message.type === 'alive') this.#unanswered = 0
        else events.message(message)
      }
      return
    }
    let reader = this.#readers.get(frame.channel)
    if (reader === undefined) this.#readers.set(frame.channel, (reader = new FrameReader(MAX_INTERPRETER_FRAME_BYTES)))
    if (reader === null) return
    let frames: Frame[]
    try {
      frames = reader.push(frame.payload)
    } catch {
      // User code can write to the descriptor too, and what it writes must not reach further than this.
      this.stopReading(frame.channel)
      events.broken(frame.channel)
      return
    }
    for (const inner of frames) if (this.#readers.get(frame.channel) !== null) events.frame(frame.channel, inner)
  }

  #planFlush(): void {
    if (this.#isFlushPlanned) return
    this.#isFlushPlanned = true
    queueMicrotask(() => this.flush())
  }

  #encodeControls(): void {
    if (this.#controls.length === 0) return
    this.#frames.push(encodeFrame(frameTypes.control, 0, JSON.stringify(this.#controls)))
    this.#controls = []
  }
}

/**
 * Where V8's compiled code of our entries and of scripts is kept between processes: a start costs half with it. The folder
 * that the environment names for Node goes first, so that hosts which live for a moment can share one.
 */
export const compileCache = (cacheFolder: string): string =>
  process.env['NODE_COMPILE_CACHE'] ?? join(cacheFolder, 'compiled')
