import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '../../src-preload/contract.ts'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { until } from './until.ts'

export type ServedTree = {
  home: string
  child: ChildProcess
  client: Client
  /** Ends it in order and takes its folder away. */
  stop(): Promise<void>
}

const READY_MS = 60_000

/** The host of a tree of source (the project, or a mutant of it), on a folder of its own. */
export async function serveTree(root: string, words: string[] = []): Promise<ServedTree> {
  const home = mkdtempSync(join(tmpdir(), 'signalbox-served-'))
  const child = spawn(process.execPath, [join(root, 'bin/signalbox'), 'serve', '--home', home, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  try {
    await until('the host is ready', () => said.includes('#token='), READY_MS)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  const { client, close } = await connectToHost(home)
  return {
    home,
    child,
    client,
    async stop() {
      close()
      child.kill('SIGTERM')
      await ended
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
