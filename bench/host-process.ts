import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { withHostMemory } from '../bin/host-memory.js'

export type HostProcess = {
  child: ChildProcess
  /** From the start of the process to its "ready" line. */ readyMs: number
  /** What that line names, with the token of this start. */ url: string
}

const ballast = fileURLToPath(new URL('./ballast.cjs', import.meta.url))

/** Starts the headless host as the product does: the built one, in a process of its own; 500 MB large if asked. */
export function startHostProcess(
  home: string,
  { slots = '', isLarge = false }: { slots?: string; isLarge?: boolean } = {},
): Promise<HostProcess> {
  const entry = fileURLToPath(new URL('../out/main/headless.js', import.meta.url))
  const start = performance.now()
  const child = spawn(
    process.execPath,
    [...(isLarge ? ['--require', ballast] : []), entry, '--home', home, '--slots', slots],
    { stdio: ['ignore', 'pipe', 'ignore'], env: withHostMemory(process.env) },
  )
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the host ended with code ${code} before it was ready`)))
    child.stdout.once('data', (line: Buffer) => {
      const readyMs = performance.now() - start
      resolve({ child, readyMs, url: /http:\S+/.exec(line.toString())?.[0] ?? '' })
    })
  })
}

export async function endHost({ child }: HostProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await ended
}
