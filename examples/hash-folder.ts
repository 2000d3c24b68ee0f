/**
 * Walks a folder, hashes every file with SHA-256, reports progress, and returns the totals.
 * `folder` is an absolute path; `digest` is the SHA-256 of the sorted lines that `sha256sum` would print.
 *
 * executor: process
 * input: { "folder": "/usr/share/doc" }
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { log, progress, signal } from 'signalbox'

export default async function hashFolder(input: { folder: string }) {
  const entries = await readdir(input.folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  log('hashing', { folder: input.folder, files: files.length })

  const lines: string[] = []
  let bytes = 0
  for (const [index, file] of files.entries()) {
    signal.throwIfAborted()
    const hash = createHash('sha256')
    await pipeline(createReadStream(file), hash)
    bytes += (await stat(file)).size
    lines.push(`${hash.digest('hex')}  ${relative(input.folder, file)}`)
    progress(index + 1, files.length, relative(input.folder, file))
  }
  const digest = createHash('sha256')
    .update(lines.sort().join('\n') + '\n')
    .digest('hex')
  return { files: files.length, bytes, digest }
}
