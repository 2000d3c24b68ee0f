import { randomUUID } from 'node:crypto'
import type { MessagePort } from 'node:worker_threads'
import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../../src-preload/problem.ts'
import { startEngine } from './engine-client.ts'
import type { EngineHandle, EngineOptions, EnginePorts } from './engine-client.ts'

const firstDelayMs = 500
const longestDelayMs = 30_000
/** How long after a start that found the disk full the next is tried. */
const roomDelayMs = 5_000
/** An engine that lived this long was healthy: its crash is a first one again. */
const healthyAfterMs = 60_000

export type EngineKeeper = {
  /** Null while the engine is being started again. */
  tryConnect(): MessagePort | null
  /** Drains the engine and ends the keeping; a second call returns the same promise. */
  stop(): Promise<void>
}

/**
 * Starts the engine and starts it again when it crashes, ever more slowly. Rejects with the `Problem` of the first start;
 * `onRefused` gets the one of a later start, after which nothing is tried any more.
 */
export async function keepEngine(
  given: Omit<EngineOptions, 'life'>,
  onRefused: (reason: unknown) => void,
  ports?: EnginePorts,
): Promise<EngineKeeper> {
  const options: EngineOptions = { ...given, life: randomUUID() }
  const stopping = new AbortController()
  let engine: EngineHandle | null = await startEngine(options, ports)

  async function restartUntilStopped(): Promise<void> {
    let delayMs = firstDelayMs
    while (engine !== null) {
      const startedAt = performance.now()
      const crash = await engine.ended
      engine = null
      if (stopping.signal.aborted) return
      console.error(`The engine stopped and is started again: ${crash?.message ?? 'it ended by itself'}`)
      if (performance.now() - startedAt > healthyAfterMs) delayMs = firstDelayMs
      await delay(delayMs, undefined, { signal: stopping.signal })
      delayMs = Math.min(delayMs * 2, longestDelayMs)
      engine = await startWithRoom()
    }
  }

  /** A full disk is a pause: it is tried again until there is room. */
  async function startWithRoom(): Promise<EngineHandle> {
    for (;;) {
      try {
        return await startEngine(options, ports)
      } catch (reason) {
        if (!(reason instanceof Problem) || reason.code !== 'DISK_FULL') throw reason
        console.error(reason.message)
        await delay(roomDelayMs, undefined, { signal: stopping.signal })
      }
    }
  }

  const kept = restartUntilStopped().catch((reason: unknown) => {
    if (!stopping.signal.aborted) onRefused(reason)
  })

  return {
    tryConnect: () => (stopping.signal.aborted ? null : (engine?.connect() ?? null)),
    async stop() {
      stopping.abort()
      await engine?.stop()
      await kept
      // A start that was under way while we stopped has given an engine since.
      await engine?.stop()
    },
  }
}
