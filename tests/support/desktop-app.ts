import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './until.ts'
import type { Actions } from './electron-stand-in/actions.ts'

const root = join(import.meta.dirname, '../..')
const register = join(import.meta.dirname, 'electron-stand-in/register.ts')

export type Note = { what: string; details: unknown }

/** A new data folder; `remove` it at the end. */
export function createHome(): { home: string; remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), 'signalbox-desktop-'))
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) }
}

/** Starts the built desktop app in a process of its own, where `electron` is the stand-in. */
export function startDesktop(home: string, env: NodeJS.ProcessEnv = {}) {
  const child = fork(join(root, 'out/main/main.js'), ['--home', home], {
    execArgv: ['--import', register],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  let hasExited = false
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  void exited.then(() => (hasExited = true))

  const notes: Note[] = []
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  child.on('message', (message: { type: string; id: number; result?: unknown; error?: string } & Note) => {
    if (message.type === 'note') notes.push({ what: message.what, details: message.details })
    else if (message.error === undefined) waiting.get(message.id)?.resolve(message.result)
    else waiting.get(message.id)?.reject(new Error(message.error))
  })

  const noted = (what: string) => notes.filter((note) => note.what === what).map((note) => note.details)
  return {
    exited,
    /** Everything the shell asked of Electron under that name, in order. */
    noted,
    output: () => output,
    /** Fails at once when the app has ended instead. */
    untilNoted: (what: string, times = 1) =>
      until(`the shell has done ${what} ${times} times`, () => {
        if (hasExited) throw new Error(`the app ended; it did ${JSON.stringify(notes)} and said: ${output}`)
        return noted(what).length >= times
      }),
    /** Raises an event of Electron's and resolves with the shell's answer. */
    do<A extends keyof Actions>(action: A, details?: Parameters<Actions[A]>[0]): Promise<unknown> {
      const id = ++lastId
      const answer = Promise.withResolvers<unknown>()
      waiting.set(id, answer)
      child.send({ id, action, details: details ?? {} })
      return answer.promise
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

export type DesktopApp = ReturnType<typeof startDesktop>
