/**
 * A process that is `signalbox` many times over, one call after the other: most of what a call costs is that Node starts and
 * finds the same modules again. Each call gets streams, an environment and an exit code of its own.
 */
import { Console } from 'node:console'
import { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

export type WarmCall = { words: string[]; env: NodeJS.ProcessEnv }
export type WarmEnding = { code: number; stdout: string; stderr: string }

const main = new URL('../../src-main/cli/main.ts', import.meta.url).href
const ownWords = process.argv.slice(0, 2)
// Each call listens to what a process is told once.
process.setMaxListeners(0)

function collect() {
  const said = { text: '' }
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      said.text += chunk.toString()
      done()
    },
  })
  return { said, stream }
}

const replace = (name: 'stdin' | 'stdout' | 'stderr', value: Readable | Writable) =>
  Object.defineProperty(process, name, { value, configurable: true })

function become(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name]
  Object.assign(process.env, env)
}

let calls = 0
async function answer({ words, env }: WarmCall): Promise<WarmEnding> {
  const [stdout, stderr] = [collect(), collect()]
  replace('stdin', Readable.from([]))
  replace('stdout', stdout.stream)
  replace('stderr', stderr.stream)
  globalThis.console = new Console(stdout.stream, stderr.stream)
  become(env)
  process.argv = [...ownWords, ...words]
  process.exitCode = undefined
  const before = process.getActiveResourcesInfo().length
  // The entry runs when it is loaded, and a new address loads it anew; what it imports is there already.
  calls += 1
  await import(`${main}?call=${calls}`)
  await untilNothingIsOpen(before)
  const code = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  return { code, stdout: stdout.said.text, stderr: stderr.said.text }
}

/** A process of its own would not end before. */
async function untilNothingIsOpen(before: number): Promise<void> {
  for (let waits = 0; process.getActiveResourcesInfo().length > before; waits += 1) {
    if (waits > 3_000) throw new Error(`the call has left open: ${process.getActiveResourcesInfo().join(', ')}`)
    await delay(5)
  }
}

process.on('message', (call: WarmCall) => {
  void answer(call).then((ending) => process.send?.(ending))
})
