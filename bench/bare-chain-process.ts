/**
 * The processes of a start with nothing in them: `argv` is the role, the way, and for the host its socket and its database. A line
 * comes in, one row is committed, the line goes on, and the thread at the end says what time it is.
 * `direct`: host, its thread that commits, and a thread of another process that reads what that writes, as ours. `shortest`: the
 * thread that commits reads the socket itself.
 */
import { spawn } from 'node:child_process'
import { createServer, Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { openProbe } from './probe.ts'

export type Way = 'direct' | 'shortest'
type ThreadRole = { role: 'engine'; way: Way; socket: string; folder: string } | { role: 'last' }

const self = fileURLToPath(import.meta.url)
/** About what our frames have. */
const LINE = `${JSON.stringify({ run: 1, attempt: 1, filler: 'x'.repeat(300) })}\n`
const timeNow = () => `${process.hrtime.bigint() / 1000n}\n`

function onLine(stream: Readable, take: () => void): void {
  stream.on('data', (bytes: Buffer) => {
    if (bytes.includes(10)) take()
  })
}

const onSocket = (path: string, begin: (client: Socket) => void) => createServer(begin).listen(path)

function host(way: Way, socket: string, folder: string): void {
  const engine = new Worker(self, { workerData: { role: 'engine', way, socket, folder } satisfies ThreadRole })
  if (way === 'shortest') return
  onSocket(socket, (client) => {
    onLine(client, () => engine.postMessage(LINE))
    engine.on('message', (time: string) => client.write(time))
  })
}

function engine({ way, socket, folder }: Extract<ThreadRole, { role: 'engine' }>): void {
  const { insertMany } = openProbe(folder)
  const pool = spawn(process.execPath, [self, 'pool', way], { stdio: ['pipe', 'pipe', 'inherit'] })
  const pass = () => {
    insertMany.immediate(1)
    pool.stdin.write(LINE)
  }
  if (way === 'shortest') {
    onSocket(socket, (client) => {
      onLine(client, pass)
      pool.stdout.pipe(client)
    })
    return
  }
  parentPort?.on('message', pass)
  pool.stdout.on('data', (time: Buffer) => parentPort?.postMessage(time.toString()))
}

function pool(): void {
  new Worker(self, { workerData: { role: 'last' } satisfies ThreadRole })
}

function lastThread(): void {
  const [input, output] = [new Socket({ fd: 0 }), new Socket({ fd: 1 })]
  onLine(input, () => void output.write(timeNow()))
  input.on('close', () => process.exit())
}

if (parentPort === null) {
  const [, , role, way, socket = '', folder = ''] = process.argv as [string, string, string, Way, string?, string?]
  if (role === 'host') host(way, socket, folder)
  else pool()
} else {
  const own = workerData as ThreadRole
  if (own.role === 'engine') engine(own)
  else lastThread()
}
