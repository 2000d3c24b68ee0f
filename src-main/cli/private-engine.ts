import type { EngineHandle } from '../engine/engine-client.ts'
import { startEngine } from '../engine/engine-client.ts'
import { startLocalSocket } from '../server/local-socket.ts'
import type { LocalSocket } from '../server/local-socket.ts'
import { version } from '../version.ts'
import { connectToPort } from './connection.ts'
import type { Connection } from './connection.ts'

export type Reached = {
  connection: Connection
  /** Leaves the host; one that was started for this command alone is stopped when nobody else is connected to it. */
  leave: () => Promise<void>
}

/**
 * Starts an engine on `home` for one command, with the socket that lets other verbs see and cancel what it runs. Rejects
 * with `HOME_IN_USE` when a host came first.
 */
export async function startPrivateEngine(home: string): Promise<Reached> {
  const engine = await startEngine({ home, mode: 'private', ownerLabel: `run, process ${process.pid}` })
  const local = await openSocket(home, engine)
  const connection = connectToPort(engine.connect())
  return {
    connection,
    async leave() {
      connection.close()
      await local.whenEmpty()
      local.retire()
      await engine.stop()
      await local.close()
    },
  }
}

async function openSocket(home: string, engine: EngineHandle): Promise<LocalSocket> {
  try {
    return await startLocalSocket({ home, connect: () => engine.connect(), kind: 'private', url: null, version })
  } catch (error) {
    await engine.stop()
    throw error
  }
}
