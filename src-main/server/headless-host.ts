import { rmSync } from 'node:fs'
import { keepEngine } from '../engine/engine-keeper.ts'
import { homePaths } from '../home.ts'
import { version } from '../version.ts'
import { startHttpHost } from './http.ts'
import type { HttpHost } from './http.ts'
import { startLocalSocket } from './local-socket.ts'
import type { LocalSocket } from './local-socket.ts'
import { readRendererFiles } from './renderer-files.ts'
import type { Slots } from '../../src-preload/slots.ts'
import { createToken } from './token.ts'

export type HeadlessHostOptions = {
  /** The data folder, absolute. */
  home: string
  /** 0 takes a free one. */
  port: number
  slots: Slots
  /** Said to a second host that finds the folder taken. */
  ownerLabel: string
  /** Called when the engine crashed and could not be started again; the host is of no use then. */
  onEngineLost: (reason: unknown) => void
}

export type HeadlessHost = {
  /** Opens the window in a browser; carries the token, so it is for the person who started the host only. */
  url: string
  /**
   * Takes away the socket, the port and the token, drains the engine while those who are connected can watch, and ends
   * their connections. Nothing is left behind when it resolves.
   */
  stop: () => Promise<void>
}

/** Starts engine, local socket and browser server on one data folder. Rejects with the `Problem` of what is refused. */
export async function startHeadlessHost(options: HeadlessHostOptions): Promise<HeadlessHost> {
  const { home } = options
  const tokenPath = homePaths(home).token
  const engine = await keepEngine(
    { home, mode: 'host', ownerLabel: options.ownerLabel, slots: options.slots },
    options.onEngineLost,
  )
  const connect = () => engine.tryConnect()
  let token: string | null = null
  let http: HttpHost | null = null
  let local: LocalSocket | null = null

  async function stop(): Promise<void> {
    // First what the next host will make anew, while the lock of the folder is still ours.
    local?.retire()
    http?.retire()
    if (token !== null) rmSync(tokenPath, { force: true })
    await engine.stop()
    await http?.close()
    await local?.close()
  }

  try {
    token = createToken(tokenPath)
    http = await startHttpHost({ port: options.port, files: readRendererFiles(), token, connect })
    const address = `http://127.0.0.1:${http.port}/`
    local = await startLocalSocket({ home, connect, kind: 'headless', url: address, version })
    return { url: `${address}#token=${token}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
