import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Way } from './bare-chain-process.ts'

const WARM_UP = 50

/**
 * What a start costs before any of our code: ms from writing a line in this process to its arrival in the thread that would run
 * the handler, through bare processes and one commit of one row, at the rhythm of the starts it is held against.
 */
export async function measureBareChain(folder: string, way: Way, samples: number, pauseMs: number): Promise<number[]> {
  const own = join(folder, way)
  mkdirSync(own)
  const socket = join(own, 's')
  const entry = fileURLToPath(new URL('./bare-chain-process.ts', import.meta.url))
  const host = spawn(process.execPath, [entry, 'host', way, socket, own], { stdio: 'inherit' })
  while (!existsSync(socket)) await delay(20)
  const client = connect(socket)
  await once(client, 'connect')
  const arrivalMs: number[] = []
  for (let n = 0; n < samples + WARM_UP; n += 1) {
    await delay(pauseMs)
    const before = Number(process.hrtime.bigint() / 1000n)
    client.write('go\n')
    const [time] = (await once(client, 'data')) as [Buffer]
    if (n >= WARM_UP) arrivalMs.push((Number(time.toString()) - before) / 1_000)
  }
  client.destroy()
  const ended = once(host, 'exit')
  host.kill('SIGKILL')
  await ended
  return arrivalMs
}
