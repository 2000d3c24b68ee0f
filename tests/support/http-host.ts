import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { startHttpHost } from '../../src-main/server/http.ts'
import { readRendererFiles } from '../../src-main/server/renderer-files.ts'
import { createToken } from '../../src-main/server/token.ts'
import { standInEngine } from './stand-in-engine.ts'
import { tempFolder } from './temp-folder.ts'

/** The browser server on a free port with a page of two files, in front of a stand-in engine; stopped with the test. */
export async function openHttpHost({ withPage = true } = {}) {
  const folder = tempFolder()
  const renderer = join(folder, 'renderer')
  writeFileSync(join(folder, 'secret.txt'), 'not for the page')
  if (withPage) {
    mkdirSync(join(renderer, 'assets'), { recursive: true })
    writeFileSync(join(renderer, 'index.html'), '<!doctype html><title>Signalbox</title>')
    writeFileSync(join(renderer, 'assets/page-1a2b.js'), 'export {}')
    writeFileSync(join(renderer, 'notes.md'), 'of no kind that is served')
  }
  const engine = standInEngine()
  const token = createToken(join(folder, 'token'))
  const host = await startHttpHost({ port: 0, files: readRendererFiles(renderer), token, connect: engine.connect })
  onTestFinished(() => host.close())
  return { host, engine, token, tokenPath: join(folder, 'token'), port: host.port, own: `127.0.0.1:${host.port}` }
}

export type Approach = { host?: string; origin?: string | null; protocols?: string[]; path?: string }

/** Opens a socket as a browser would, but with headers of one's choice; gives the open socket or the status of the refusal. */
export function approach(
  port: number,
  { host, origin, protocols = [], path = '/rpc' }: Approach,
): Promise<WebSocket | number> {
  const headers = {
    ...(host === undefined ? {} : { Host: host }),
    ...(origin === undefined || origin === null ? {} : { Origin: origin }),
  }
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers, perMessageDeflate: false })
    socket.once('open', () => resolve(socket))
    socket.once('unexpected-response', (request, response) => {
      response.resume()
      request.destroy()
      resolve(response.statusCode ?? 0)
    })
    socket.once('error', reject)
  })
}
