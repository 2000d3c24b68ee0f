import { expect } from 'vitest'
import type { Executor, Json } from '../../src-preload/contract.ts'
import { openScriptHost } from './script-host.ts'

const imports = [
  'ExecutionFailed, gather, InterpreterError, InterpreterLost, InterpreterNotFoundError, interpreters, log',
  'NotShareableError, queue, QueueEmpty, QueueFull, QueueNotFoundError, sleep, spawn, TimeoutError, toThread',
].join(', ')

/** What a body finds beside the SDK: what an error is, in words that can be compared. */
const helpers = `
  const outcome = async (of: PromiseLike<unknown> | (() => unknown)) => {
    try { return await (typeof of === 'function' ? of() : of) } catch (error) {
      const kinds = [ExecutionFailed, InterpreterNotFoundError, InterpreterLost, InterpreterError, NotShareableError,
        QueueNotFoundError, QueueEmpty, QueueFull, TimeoutError, RangeError, TypeError]
      const kind = kinds.find((each) => error instanceof each)
      return (kind?.name ?? error.name) + ': ' + error.message
    }
  }
  const ids = async () => (await interpreters.listAll()).map(({ id }) => id)`

/** A real host, and bodies of scripts that use interpreters on it. Call at the top of a test file. */
export function openInterpreterHost() {
  const host = openScriptHost(imports)
  const play = async (body: string, executor: Executor = 'async') => {
    const run = await host.ended(await host.start(`${helpers}\n${body}`, executor))
    return run
  }
  return {
    host,
    play,
    /** Plays a body and gives what it returned; the run must succeed. */
    async result(body: string, executor: Executor = 'async'): Promise<Json> {
      const { outcome, error, result } = await play(body, executor)
      expect([outcome, error?.stack]).toEqual(['succeeded', undefined])
      return result
    },
    async linesOf(run: number): Promise<string[]> {
      return (await host.client.runs.logs({ id: run })).lines.map(({ text }) => text)
    },
  }
}
