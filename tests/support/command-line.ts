import { fork, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { until } from './until.ts'
import type { WarmCall, WarmEnding } from './warm-signalbox.ts'

const signalboxEntry = join(import.meta.dirname, '../../bin/signalbox')
const warmEntry = join(import.meta.dirname, 'warm-signalbox.ts')

export type Ended = { code: number | null; stdout: string; stderr: string }

export type StartOptions = {
  home: string
  /** Given to standard input, which is then closed; null leaves that to the test. */
  input?: string | null
  cwd?: string
  /** Options of Node itself. */
  execArgv?: string[]
  /** What is started; default: `bin/signalbox`. */
  entry?: string
}

/** Starts `signalbox …words` as a process of its own; it is killed when the test ends before it does. */
export function startSignalbox(words: string[], options: StartOptions) {
  const { home, input = '', cwd, execArgv = [], entry = signalboxEntry } = options
  const child = spawn(process.execPath, [...execArgv, entry, ...words], {
    cwd,
    env: { ...process.env, SIGNALBOX_HOME: home, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended: Ended = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()))
  if (input !== null) child.stdin.end(input)
  const whenEnded = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ ...ended, code })))
  return {
    child,
    whenEnded,
    said: ended,
    untilSaid: (stream: 'stdout' | 'stderr', text: string) =>
      until(`signalbox ${words.join(' ')} has said "${text}"; it said: ${ended.stdout}${ended.stderr}`, () =>
        ended[stream].includes(text),
      ),
  }
}

export type Signalbox = (...words: string[]) => Promise<Ended>

/** What these do is of their process: they start hosts, listen to its signals, and live as long as it does. */
const ofTheirOwn = new Set(['serve', 'run'])

/** A function that runs `signalbox …words` on `home` to its end. */
export const signalboxOn =
  (home: string): Signalbox =>
  (...words) =>
    words.some((word) => ofTheirOwn.has(word)) ? startSignalbox(words, { home }).whenEnded : callWarm(words, home)

const idle: ChildProcess[] = []

/** Calls at the same time are answered by as many processes. They end with the file, as nothing holds them then. */
async function callWarm(words: string[], home: string): Promise<Ended> {
  const warm = idle.pop() ?? fork(warmEntry, { execArgv: [] })
  warm.unref()
  const ended = await new Promise<Ended>((resolve, reject) => {
    const died = () => reject(new Error(`signalbox ${words.join(' ')} has ended its process`))
    warm.once('exit', died)
    warm.once('message', (ending: WarmEnding) => {
      warm.off('exit', died)
      resolve(ending)
    })
    const call: WarmCall = { words, env: { ...process.env, SIGNALBOX_HOME: home, NO_COLOR: '1' } }
    warm.send(call)
  })
  warm.channel?.unref()
  idle.push(warm)
  return ended
}

/** What commands print, as text or parsed; fails when one does not succeed. */
export function listenTo(signalbox: Signalbox) {
  const say = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await signalbox(...words)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  return { say, json: async <T>(...words: string[]) => JSON.parse(await say(...words, '--json')) as T }
}

/** Starts `signalbox serve` on `home` and waits until it is ready. `stop` drains it; call it even after the test failed. */
export async function serveHome(home: string, words: string[] = [], execArgv: string[] = []) {
  const started = startSignalbox(['serve', ...words], { home, execArgv })
  await started.untilSaid('stdout', '#token=')
  const stop = async (): Promise<Ended> => {
    started.child.kill('SIGTERM')
    return started.whenEnded
  }
  return { ...started, stop, url: new URL(/http:[^\s"]+/.exec(started.said.stdout)?.[0] ?? '') }
}

/** Ends `child` with the test, whatever became of the test. */
export function endWithTest(child: ChildProcess): void {
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exited
  })
}
