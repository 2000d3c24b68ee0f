import type { Command } from 'commander'
import { problem } from '../../src-preload/problem.ts'
import type { Client } from '../../src-preload/contract.ts'
import { chooseHome } from '../home.ts'
import type { Connection } from './connection.ts'
import { refusalCode } from './failure.ts'

/** What every verb is told besides its own options. */
export type Circumstances = { home: string; json: boolean }

/** Reads `--home` and `--json`, wherever on the line they stood. */
export function circumstancesOf(command: Command): Circumstances {
  const { home, json } = command.optsWithGlobals<{ home?: string; json?: boolean }>()
  return { home: chooseHome(home), json: json === true }
}

/** Does `work` with the host that runs on `home`, and leaves. Rejects with `NO_HOST` when none runs. */
export async function withHost<T>(
  home: string,
  work: (client: Client, connection: Connection) => Promise<T>,
): Promise<T> {
  const { connectToHost } = await import('./connection.ts')
  const connection = await connectToHost(home)
  try {
    return await work(connection.client, connection)
  } catch (error) {
    throw asLoss(error, connection)
  } finally {
    connection.close()
  }
}

/** What a call fails with when the host goes away under it says only that the line is cut. */
export function asLoss(error: unknown, connection: Connection): unknown {
  return connection.closed.aborted && refusalCode(error) === null ? problem('ENGINE_LOST') : error
}
