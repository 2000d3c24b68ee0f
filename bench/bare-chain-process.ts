/**
 * The processes of a start with nothing in them: `argv` is the role, the way, and for the host its socket and its database. A line
 * comes in, one row is committed, the line goes on, and the thread at the end says what time it is.
 * `supervised`: host, its thread that commits, supervisor, pool, thread, as ours. `shortest`: the thread that commits reads the socket
 * itself, and a thread of one other process reads what it writes.
 */
import { spawn } from 'node:child_process'
import { createServer, Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { openProbe } from './probe.ts'

export type Way = 'supervised' | 'shortest'
type ThreadRole = { role: 'engine'; way: Way; socket: string; folder: string } | { role: 'last'; way: Way }

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
  const next = spawn(process.execPath, [self, way === 'supervised' ? 'supervisor' : 'pool', way], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const pass = () => {
    insertMany.immediate(1)
    next.stdin.write(LINE)
  }
  if (way === 'shortest') {
    onSocket(socket, (client) => {
      onLine(client, pass)
      next.stdout.pipe(client)
    })
    return
  }
  parentPort?.on('message', pass)
  next.stdout.on('data', (time: Buffer) => parentPort?.postMessage(time.toString()))
}

function supervisor(way: Way): void {
  const pool = spawn(process.execPath, [self, 'pool', way], { stdio: ['pipe', 'pipe', 'inherit'] })
  const join = (from: Readable, to: Writable) => from.on('data', (bytes: Buffer) => to.write(bytes))
  join(process.stdin, pool.stdin)
  join(pool.stdout, process.stdout)
  process.stdin.on('close', () => process.exit())
}

function pool(way: Way): void {
  const last = new Worker(self, { workerData: { role: 'last', way } satisfies ThreadRole })
  if (way === 'shortest') return
  onLine(process.stdin, () => last.postMessage(LINE))
  last.on('message', (time: string) => process.stdout.write(time))
  process.stdin.on('close', () => process.exit())
}

function lastThread(way: Way): void {
  if (way === 'supervised') {
    parentPort?.on('message', () => parentPort?.postMessage(timeNow()))
    return
  }
  const [input, output] = [new Socket({ fd: 0 }), new Socket({ fd: 1 })]
  onLine(input, () => void output.write(timeNow()))
  input.on('close', () => process.exit())
}

if (parentPort === null) {
  const [, , role, way, socket = '', folder = ''] = process.argv as [string, string, string, Way, string?, string?]
  if (role === 'host') host(way, socket, folder)
  else if (role === 'supervisor') supervisor(way)
  else pool(way)
} else {
  const own = workerData as ThreadRole
  if (own.role === 'engine') engine(own)
  else lastThread(own.way)
}
