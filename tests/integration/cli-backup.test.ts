import { chmodSync, existsSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BackupRow, Backups, RunRow } from '../../src-preload/contract.ts'
import type { Finding } from '../../src-main/cli/doctor/finding.ts'
import { homePaths } from '../../src-main/home.ts'
import { endWithTest, listenTo, serveHome, signalboxOn } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'

const runIds = async (signalbox: ReturnType<typeof listenTo>) =>
  (await signalbox.json<RunRow[]>('ls', '--limit', '100')).map(({ id }) => id).sort((a, b) => a - b)

const verdicts = (findings: Finding[]) => findings.filter(({ verdict }) => verdict !== 'ok').map(({ what }) => what)

test('a backup of a host at work is restored, and the store it replaces is kept', async () => {
  const home = tempFolder()
  const signalbox = signalboxOn(home)
  const { say, json } = listenTo(signalbox)
  const host = await serveHome(home)
  endWithTest(host.child)
  const script = join(home, 'one.ts')
  writeFileSync(script, 'export default () => 1\n')
  const runOnce = () => signalbox('run', script)
  await runOnce()
  const made = await json<BackupRow>('backup')
  expect(made).toMatchObject({ kind: 'asked', bytes: statSync(join(homePaths(home).backups, made.file)).size })
  await runOnce()
  expect(await runIds({ say, json })).toEqual([1, 2])

  const refused = await signalbox('restore', 'latest', '--yes')
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain('Another Signalbox host owns')
  expect(verdicts(await json<Finding[]>('doctor'))).toEqual([])
  await host.stop()

  const asked = await signalbox('restore', made.file)
  expect(asked).toMatchObject({ code: 2, stdout: '' })
  expect(asked.stderr).toContain('Say --yes to do it.')
  const { setAside } = await json<{ setAside: string }>('restore', made.file, '--yes')
  expect(existsSync(join(setAside, 'signalbox.db'))).toBe(true)

  const again = await serveHome(home)
  endWithTest(again.child)
  expect(await runIds({ say, json })).toEqual([1])
  expect((await json<Backups>('backup', 'ls')).rows.map(({ file }) => file)).toContain(made.file)
  await again.stop()
})

test('without a host a backup is made as well, and wrong names are refused', async () => {
  const home = tempFolder()
  const signalbox = signalboxOn(home)
  const { json } = listenTo(signalbox)
  await json('backup')
  expect((await json<Backups>('backup', 'ls')).rows).toMatchObject([{ kind: 'asked' }])
  const junk = join(home, 'junk')
  writeFileSync(junk, 'this was never a database of anybody')
  for (const [words, said] of [
    [['restore', 'yesterday', '--yes'], 'There is no backup "yesterday". See what there is with: signalbox backup ls'],
    [['restore', junk, '--yes'], `${junk} cannot be restored: it is not an SQLite file.`],
    [['restore'], "missing required argument 'backup'"],
  ] as const) {
    const { code, stderr } = await signalbox(...words)
    expect([code === 0, stderr.includes(said)], stderr).toEqual([false, true])
  }
})

test('the doctor finds what is wrong and says what to do', async () => {
  const home = tempFolder()
  const signalbox = signalboxOn(home)
  const { json } = listenTo(signalbox)
  expect(verdicts(await json<Finding[]>('doctor'))).toEqual([])
  await json('backup')
  const { database, backups } = homePaths(home)
  expect(verdicts(await json<Finding[]>('doctor', '--full'))).toEqual([])

  chmodSync(database, 0o644)
  const open = await json<Finding[]>('doctor')
  expect(open.find(({ what }) => what === 'permissions')).toMatchObject({
    verdict: 'warning',
    todo: expect.stringContaining('chmod'),
  })
  chmodSync(database, 0o600)

  truncateSync(database, Math.floor(statSync(database).size / 4096 / 2) * 4096)
  const { code, stdout } = await signalbox('doctor')
  expect(code).toBe(1)
  expect(stdout).toContain('signalbox restore latest')
  truncateSync(database, 0)
  const lost = await signalbox('doctor', '--json')
  expect(lost.code).toBe(1)
  expect(verdicts(JSON.parse(lost.stdout) as Finding[])).toEqual(['store'])
  expect(existsSync(backups)).toBe(true)
})
