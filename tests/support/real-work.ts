import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { seededRandom } from './random.ts'

/** A folder of `count` files of 0–8 KB in subfolders, from a seed. Returns the sum of their sizes. */
export function makeFiles(folder: string, count: number): number {
  const random = seededRandom(2_000)
  let bytes = 0
  for (let n = 0; n < count; n += 1) {
    const subfolder = join(folder, `part-${n % 20}`)
    mkdirSync(subfolder, { recursive: true })
    const content = Buffer.alloc(random.int(0, 8_192), `${n}·`)
    bytes += content.length
    writeFileSync(join(subfolder, `file ${n}.bin`), content)
  }
  return bytes
}

/** What `sha256sum` says of every file, sorted, hashed once more. */
export function sha256sumOf(folder: string): string {
  const script = 'find . -type f -printf "%P\\0" | LC_ALL=C sort -z | xargs -0 sha256sum'
  const lines = execFileSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' }).trimEnd().split('\n')
  return createHash('sha256')
    .update(lines.sort().join('\n') + '\n')
    .digest('hex')
}

/** A web server on a free port whose page N is N × 10 bytes long; counts what it was asked. */
export async function startPages(): Promise<{ base: string; asked: () => number; close: () => Promise<void> }> {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    const page = Number(/^\/page\/(\d+)$/.exec(request.url ?? '')?.[1])
    response.writeHead(Number.isNaN(page) ? 404 : 200)
    response.end('x'.repeat(Number.isNaN(page) ? 0 : page * 10))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    base: `http://127.0.0.1:${port}`,
    asked: () => asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
