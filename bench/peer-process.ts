import { fork } from 'node:child_process'
import { join } from 'node:path'
import { peersFolder } from './peer-packages.ts'

type Request =
  { what: 'fill'; count: number } | { what: 'drain'; count: number; way: object } | { what: 'listen' | 'submit' }
type Message =
  { ready: true } | { startedAtUs: number } | { id: number; value: unknown } | { id: number; error: string }

/** A process of a peer (`peers/process.js`): its worker, or who submits to it. */
export type PeerProcess = {
  pid: number | undefined
  ask: (request: Request) => Promise<unknown>
  /** The next time a job that was submitted begins. */ nextStart: () => Promise<number>
  /** What lives in it has nothing to lose: its folder and its server go next. */ end: () => Promise<void>
}

/** Asked of a peer that hangs, nothing would ever be measured. */
const REPLY_MS = 300_000

export async function startPeerProcess(module: string, settings: object, node: string): Promise<PeerProcess> {
  const script = join(peersFolder, 'process.js')
  const child = fork(script, [join(peersFolder, module), JSON.stringify(settings)], { execPath: node, execArgv: [] })
  const waiting = new Map<number | 'ready' | 'start', (message: Message) => void>()
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.on('message', (message: Message) => {
    const key = 'id' in message ? message.id : 'ready' in message ? 'ready' : 'start'
    waiting.get(key)?.(message)
    waiting.delete(key)
  })
  const next = (key: number | 'ready' | 'start') =>
    new Promise<Message>((resolve, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer)
        reject(new Error(`${module} ${why}`))
      }
      const timer = setTimeout(() => fail(`gave no reply within ${REPLY_MS / 1_000} s`), REPLY_MS)
      const exited = (code: number | null) => fail(`ended with code ${code} instead of replying`)
      child.once('exit', exited)
      waiting.set(key, (message) => {
        clearTimeout(timer)
        child.off('exit', exited)
        resolve(message)
      })
    })
  let asked = 0
  const ask = async (request: Request): Promise<unknown> => {
    asked += 1
    const reply = next(asked)
    child.send({ id: asked, ...request })
    const message = await reply
    if ('error' in message) throw new Error(`${module}: ${message.error}`)
    return 'value' in message ? message.value : null
  }
  await next('ready')
  return {
    pid: child.pid,
    ask,
    nextStart: async () => {
      const message = await next('start')
      return 'startedAtUs' in message ? message.startedAtUs : NaN
    },
    end: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
