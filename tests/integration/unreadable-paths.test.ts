import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { endWithTest, serveHome } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'

test('a path that the system does not let us read is refused in words, not as a fault of ours', async () => {
  const home = tempFolder()
  const loop = join(home, 'loop.js')
  symlinkSync(loop, loop)
  const host = await serveHome(home)
  endWithTest(host.child)
  const { client, close } = await connectToHost(home)
  const submit = (definition: object) =>
    client.runs.submit({ what: 'definition', definition } as Parameters<typeof client.runs.submit>[0])
  await expect(submit({ kind: 'script', code: { from: 'file', path: loop } })).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: expect.stringContaining(`${loop} cannot be read: ELOOP`),
  })
  const command = { as: 'shell', line: 'true' }
  for (const cwd of [loop, '/folder/a\0b']) {
    await expect(submit({ kind: 'command', command, cwd })).rejects.toMatchObject({ code: 'FOLDER_NOT_FOUND' })
  }
  close()
})
