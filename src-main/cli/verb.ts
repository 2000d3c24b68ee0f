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
    throw await explainLoss(error, connection, home)
  } finally {
    connection.close()
  }
}

/** A call whose host goes away under it fails with a line that was cut. Says whether the engine or all of it is gone. */
export async function explainLoss(error: unknown, connection: Connection, home: string): Promise<unknown> {
  if (!connection.closed.aborted || refusalCode(error) !== null) return error
  const { connectToHost } = await import('./connection.ts')
  try {
    const again = await connectToHost(home)
    again.close()
    return problem('ENGINE_LOST')
  } catch (refusal) {
    return refusalCode(refusal) === 'NO_HOST' ? problem('HOST_LOST', { run: null }) : refusal
  }
}
