import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noResourceLimits } from '../../../src-preload/resource-limits.ts'
import { command, openSupervisor, script } from '../../support/supervised.ts'
import { until } from '../../support/until.ts'

const MB = 1024 * 1024
const atMost = (tempBytes: number) => ({ limits: { ...noResourceLimits, tempBytes } })

/** Everything below the folder for temporary files, lives and processes aside. */
function filesIn(root: string): string[] {
  if (!existsSync(root)) return []
  const lives = readdirSync(root).map((life) => join(root, life))
  const channels = lives.flatMap((life) => readdirSync(life).map((channel) => join(life, channel)))
  return channels.flatMap((channel) => readdirSync(channel))
}
const untilEmpty = (root: string) => until('nothing temporary is left', () => filesIn(root).length === 0)

test('each process has a folder of its own for temporary files, which goes with it', async () => {
  const { start, endingOf, said, tempFolder } = openSupervisor()
  const writing = `import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
    import { tmpdir } from 'node:os'
    export default () => { const found = readdirSync(tmpdir()); writeFileSync(mkdtempSync(tmpdir() + '/x-') + '/a', 'b'); return [tmpdir(), found] }`
  const folders: string[] = []
  for (let i = 0; i < 2; i++) {
    const ending = await endingOf(start(script(writing)))
    const [folder, found] = JSON.parse(ending.how === 'returned' ? (ending.result ?? '') : '') as [string, string[]]
    expect(found).toEqual([])
    folders.push(folder)
  }
  const shell = start(command('echo left > "$TMPDIR/a"; echo "$TMPDIR $TEMP $TMP"'))
  await endingOf(shell)
  folders.push(...(said(shell)[0]?.replace('out ', '').split(' ') ?? []))
  expect(new Set(folders).size).toBe(3)
  expect(folders.every((folder) => folder.startsWith(tempFolder))).toBe(true)
  await until('they are removed', () => !folders.some((folder) => existsSync(folder)))
})

test('a job that names a folder itself keeps what it writes there', async () => {
  const { start, endingOf, scriptsFolder } = openSupervisor()
  const run = start(command('echo kept > "$TMPDIR/kept"', { env: { TMPDIR: scriptsFolder } }))
  await endingOf(run)
  expect(readFileSync(join(scriptsFolder, 'kept'), 'utf8')).toBe('kept\n')
})

test.each([
  ['a large file', 'head -c 2000000000 /dev/zero > "$TMPDIR/file"'],
  ['many small ones', 'i=0; while :; do head -c 8192 /dev/zero > "$TMPDIR/$i"; i=$((i+1)); done'],
])('whoever fills it with %s is killed, is told why, and it is emptied', async (_what, line) => {
  const { start, endingOf, reports, tempFolder } = openSupervisor()
  const run = start(command(`${line}; sleep 60`, atMost(20 * MB)))
  expect(await endingOf(run, 50_000)).toMatchObject({
    how: 'threw',
    // Only just beyond, both are said in bytes, for in MB they would read the same.
    error: { name: 'TempLimitError', message: expect.stringMatching(/may have (20 MB|20971520 bytes)/) as unknown },
  })
  expect(reports.filter(({ type }) => type === 'limit')).toMatchObject([
    { passed: { resource: 'temp', allowed: 20 * MB }, effect: 'killed' },
  ])
  await untilEmpty(tempFolder)
})

test('what is taken away again does not count', async () => {
  const { start, endingOf } = openSupervisor()
  const line = 'for i in 1 2 3 4 5 6; do head -c 8000000 /dev/zero > "$TMPDIR/a"; sleep 0.2; rm "$TMPDIR/a"; done'
  expect(await endingOf(start(command(line, atMost(20 * MB))))).toEqual({ how: 'exited', code: 0, signal: null })
})

test('folders without end and without rights are removed all the same', async () => {
  const { start, endingOf, tempFolder } = openSupervisor()
  const line = `cd "$TMPDIR"; mkdir shut; echo a > shut/a; chmod 0 shut; perl -e 'for (1 .. 3000) { mkdir "deep"; chdir "deep" }'`
  expect(await endingOf(start(command(line)))).toEqual({ how: 'exited', code: 0, signal: null })
  await untilEmpty(tempFolder)
})

test('what earlier lives left is removed before the first run, and of a supervisor that died', async () => {
  const { start, endingOf, said, untilSaid, tempFolder, interpreters, alive } = openSupervisor()
  mkdirSync(join(tempFolder, 'an-earlier-life', '7'), { recursive: true })
  writeFileSync(join(tempFolder, 'an-earlier-life', '7', 'left'), 'a')
  const here = start(command('echo mine > "$TMPDIR/mine"; echo up; sleep 600'))
  await untilSaid(here, 'up')
  await interpreters.sweep()
  await until('only the present life has any', () => filesIn(tempFolder).join() === 'mine')
  process.kill(alive().find(({ tag }) => tag.endsWith('/supervisor'))!.pid, 'SIGKILL')
  expect(await endingOf(here)).toMatchObject({ how: 'interrupted' })
  await untilEmpty(tempFolder)
  const next = start(command('echo "$TMPDIR"; ls -A "$TMPDIR"'))
  await endingOf(next)
  expect(said(next)).toHaveLength(1)
})

test('a host that ends takes all of it away', async () => {
  const { start, untilSaid, tempFolder, interpreters } = openSupervisor()
  const run = start(command('echo mine > "$TMPDIR/mine"; echo up; sleep 600'))
  await untilSaid(run, 'up')
  await interpreters.close()
  expect(readdirSync(tempFolder)).toEqual([])
})
