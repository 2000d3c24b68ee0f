/**
 * The process of a named interpreter. Its code runs on a thread beside this one, which therefore answers while that is busy,
 * sees when it is out of memory, and says so before it leaves. The process is what is killed.
 */
import { Worker } from 'node:worker_threads'
import { entryPath } from '../../entry.ts'
import { endWithSupervisor, Incoming, sendFrame } from '../descriptors.ts'
import { FrameReader } from '../frames.ts'
import type { FromNamed, NamedSettings, ToNamed } from './protocol.ts'

/** How often the memory of the process is looked at. */
const LOOK_MS = 250
/** What the process has besides the values of the code: Node itself, twice. */
const OWN_MB = 80

const settings = JSON.parse(process.argv[2] ?? '') as NamedSettings
process.argv.length = 2
delete process.env['NODE_COMPILE_CACHE']

const thread = new Worker(entryPath('named-thread'), {
  argv: [],
  // What it says of our way to run code is not for those who wrote that.
  execArgv: ['--disable-warning=ExperimentalWarning'],
  workerData: settings,
  resourceLimits: { maxOldGenerationSizeMb: settings.memoryMb },
})
const limitBytes = (settings.memoryMb + OWN_MB) * 1024 * 1024
setInterval(() => {
  if (process.memoryUsage.rss() > limitBytes) die(`used more memory than its ${settings.memoryMb} MB`)
}, LOOK_MS)

thread.on('message', (json: string) => sendFrame(json))
thread.on('error', (error: NodeJS.ErrnoException) => {
  const isFull = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  die(isFull ? `used more memory than its ${settings.memoryMb} MB` : `was ended by an error: ${error.message}`)
})
thread.on('exit', (code) => die(code === 0 ? 'was closed' : `ended with the exit code ${code}`))

new Incoming(
  new FrameReader(),
  ({ payload }) => thread.postMessage(JSON.parse(payload.toString()) as ToNamed),
  endWithSupervisor,
).watch()

function send(message: FromNamed): void {
  sendFrame(JSON.stringify([message]))
}

function die(why: string): void {
  send({ type: 'dying', why })
  process.kill(process.pid, 'SIGKILL')
}
