import { Problem, problem } from '../../src-preload/problem.ts'
import { surviveLostOutput } from '../lost-output.ts'
import { onStopSignals } from '../stop-signals.ts'
import { startHeadlessHost } from './headless-host.ts'
import type { Slots } from '../../src-preload/slots.ts'

export type ServeOptions = { home: string; port: number; slots: Slots; json?: boolean }

/**
 * Is the headless host until it is told to stop: prints the address, drains at the first SIGINT, SIGTERM or SIGHUP, ends at
 * once at the second. Resolves when everything is stopped, with the exit code: 1 when the engine could not be kept.
 * `json` prints the address as JSON.
 */
export async function serveUntilStopped({ home, port, slots, json = false }: ServeOptions): Promise<0 | 1> {
  surviveLostOutput()
  let exitCode: 0 | 1 = 0
  const asked = Promise.withResolvers<void>()
  const removeListeners = onStopSignals(() => asked.resolve())
  try {
    const host = await startHeadlessHost({
      home,
      port,
      slots,
      ownerLabel: `serve, process ${process.pid}`,
      onEngineLost(reason) {
        exitCode = 1
        console.error(`signalbox: the engine stopped and cannot be started again: ${describe(reason)}`)
        asked.resolve()
      },
    })
    console.log(json ? JSON.stringify({ url: host.url, home, pid: process.pid }) : `Signalbox is ready: ${host.url}`)
    await asked.promise
    if (exitCode === 0)
      console.error('Signalbox stops: running work gets a moment to end. A second signal ends it at once.')
    await host.stop()
  } finally {
    removeListeners()
  }
  return exitCode
}

const describe = (reason: unknown) =>
  reason instanceof Problem
    ? `${reason.message} ${reason.hint}`
    : reason instanceof Error
      ? reason.message
      : String(reason)

/** A port as it was typed; 0 stands for any free one. */
export function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw problem('BAD_INPUT', { details: `"${text}" is not a port (0 to 65535)` })
}
