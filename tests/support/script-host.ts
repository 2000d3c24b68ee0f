import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { Client, Executor, Json, RunDetail } from '../../src-preload/contract.ts'
import { connectToHost } from '../../src-main/cli/connection.ts'
import type { Connection } from '../../src-main/cli/connection.ts'
import { serveHome } from './command-line.ts'
import { until } from './until.ts'

/** A real host for a test file, and scripts on it. Call at the top of the file. */
export function openScriptHost(imports: string, from = 'signalbox') {
  const home = mkdtempSync(join(tmpdir(), 'signalbox-scripts-'))
  let host: Awaited<ReturnType<typeof serveHome>>
  let connection: Connection
  const client = () => connection.client

  beforeAll(async () => {
    // A test has up to three runs on threads that wait for each other, whatever the machine has.
    host = await serveHome(home, ['--slots', 'thread=4'])
    connection = await connectToHost(home)
  })
  afterAll(async () => {
    connection.close()
    await host.stop()
    rmSync(home, { recursive: true })
  })

  const get = (id: number): Promise<RunDetail> => client().runs.get({ id })
  return {
    home,
    get client(): Client {
      return client()
    },
    get,
    /** Starts a script with `imports` at hand; `body` is that of its function. */
    async start(body: string, executor: Executor = 'async', input: Json = null): Promise<number> {
      const text = `
    import { ${imports} } from '${from}'
    export default async function (input: never) { ${body} }`
      const code = { from: 'text' as const, name: 'task.ts', text }
      const { id } = await client().runs.submit({
        what: 'definition',
        definition: { kind: 'script', code, executor },
        input,
      })
      return id
    },
    async ended(id: number): Promise<RunDetail> {
      let run = await get(id)
      await until(`run ${id} has ended`, async () => {
        run = await get(id)
        return run.lifecycle === 'finished'
      })
      return run
    },
    untilSaid: (id: number, word: string) =>
      until(`run ${id} says "${word}"`, async () => {
        const { lines } = await client().runs.logs({ id })
        return lines.some(({ text }) => text === word)
      }),
  }
}
