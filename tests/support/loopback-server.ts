import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export type Seen = { method: string; path: string; headers: IncomingMessage['headers']; body: string }

/** An HTTP server on a free port for one test; `seen` are the requests so far. */
export async function openServer(answer: RequestListener) {
  const seen: Seen[] = []
  let closed = 0
  const server = createServer((request, response) => {
    response.on('close', () => (closed += response.writableFinished ? 0 : 1))
    void text(request).then((body) => {
      const { method = '', url: path = '', headers } = request
      seen.push({ method, path, headers, body })
      answer(request, response)
    })
  })
  const url = await listen(server)
  return { url, seen, cutOff: () => closed }
}

/** Listens on a free port of the loopback until the test ends. */
export async function listen(server: Server | SecureServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
