import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { connectToHost } from '../../src-main/cli/connection.ts'
import type { Connection } from '../../src-main/cli/connection.ts'
import { homePaths } from '../../src-main/home.ts'
import { endWithTest, listenTo, serveHome, signalboxOn } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

const MB = 1024 * 1024

/** A volume of its own in memory; null where this user may not mount one. */
function smallVolume(megabytes: number): string | null {
  const folder = tempFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return null
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}

/** Fills the volume to the last `leftMb` megabytes. */
function fill(folder: string, leftMb: number): string {
  const path = join(folder, 'filler')
  const free = Number(execFileSync('stat', ['-f', '-c', '%a', folder]).toString()) * 4096
  try {
    writeFileSync(path, Buffer.alloc(Math.max(0, free - leftMb * MB)))
  } catch (error) {
    // The host has written meanwhile: then it is fuller than asked for.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
  return path
}

test('a full disk is a pause: what runs ends and is kept, nothing begins, and it goes on when there is room', async (context) => {
  const volume = smallVolume(320)
  if (volume === null) return context.skip('this user may not mount a volume')
  const home = join(volume, 'home')
  mkdirSync(home, { mode: 0o700 })
  const signalbox = signalboxOn(home)
  const { say, json } = listenTo(signalbox)
  const host = await serveHome(home, ['--slots', 'process=1'])
  endWithTest(host.child)
  const { client, close } = await connectToHost(home)
  const shell = (line: string) => ({ kind: 'command' as const, command: { as: 'shell' as const, line } })
  await until('the reserve is there', () =>
    Promise.resolve(statSync(homePaths(home).reserve, { throwIfNoEntry: false })?.size === 32 * MB),
  )

  const mark = join(tempFolder(), 'go')
  const { id: running } = await client.runs.submit({
    what: 'definition',
    definition: shell(`while ! [ -e ${mark} ]; do sleep 0.1; done; echo the end`),
  })
  const { id: waiting } = await client.runs.submit({ what: 'definition', definition: shell('echo went on') })
  await until('the first runs', async () => (await client.runs.get({ id: running })).lifecycle === 'running')

  const filler = fill(volume, 10)
  await until('it is seen', async () => (await client.engine.status()).disk.fullSince !== null)
  expect(statSync(homePaths(home).reserve, { throwIfNoEntry: false })).toBeUndefined()
  await expect(client.runs.submit({ what: 'definition', definition: shell('echo no') })).rejects.toMatchObject({
    code: 'DISK_FULL',
  })
  expect(await say('ps')).toContain('DISK FULL')

  writeFileSync(mark, '')
  await until('the result is kept', async () => (await client.runs.get({ id: running })).outcome === 'succeeded')
  expect((await client.runs.get({ id: waiting })).lifecycle).toBe('queued')

  rmSync(filler)
  await until('it goes on', async () => (await client.runs.get({ id: waiting })).outcome === 'succeeded', 10_000)
  await until('the reserve is back', () =>
    Promise.resolve(statSync(homePaths(home).reserve, { throwIfNoEntry: false }) !== undefined),
  )
  close()
  expect((await host.stop()).code).toBe(0)
  const db = new Database(homePaths(home).database)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
  expect(
    (await json<{ verdict: string }[]>('doctor', '--full')).filter(({ verdict }) => verdict === 'problem'),
  ).toEqual([])
})

test('with no byte left nothing accepted is lost, and the host comes back by itself', async (context) => {
  const volume = smallVolume(320)
  if (volume === null) return context.skip('this user may not mount a volume')
  const home = join(volume, 'home')
  mkdirSync(home, { mode: 0o700 })
  const host = await serveHome(home, ['--slots', 'async=20'])
  endWithTest(host.child)
  const { client, close } = await connectToHost(home)
  const text = `export default async (n) => { await new Promise((done) => setTimeout(done, 20)); return 'x'.repeat(2000) + n }`
  await client.jobs.save({
    name: 'large',
    definition: { kind: 'script', code: { from: 'text', name: 'a.js', text }, executor: 'async' },
  })
  const accepted: number[] = []
  const producer = (async () => {
    for (let n = 0; n < 3_000; n += 1) {
      try {
        accepted.push((await client.runs.submit({ what: 'job', job: 'large', input: n })).id)
      } catch {
        return
      }
    }
  })()
  await until('some are accepted', () => Promise.resolve(accepted.length > 50))
  // At once, and to the last byte: faster than anybody can look.
  const filler = fill(volume, 0)
  await producer
  close()
  rmSync(filler)
  const found: Connection[] = []
  const tryConnect = async () => found.push(await connectToHost(home)) > 0
  await until('the host answers', () => tryConnect().catch(() => false), 60_000)
  const [again] = found
  if (again === undefined) throw new Error('no host answers')
  await until(
    'all have ended',
    async () => {
      const { counts, disk } = await again.client.engine.status()
      return disk.fullSince === null && counts.queued + counts.running + counts.stopping + counts.scheduled === 0
    },
    60_000,
  )
  again.close()
  expect((await host.stop()).code).toBe(0)
  const db = new Database(homePaths(home).database)
  const kept = new Set(db.prepare<[], number>(`SELECT id FROM runs WHERE outcome = 'succeeded'`).pluck().all())
  expect(accepted.filter((id) => !kept.has(id))).toEqual([])
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
  expect(readFileSync(homePaths(home).lastGood, 'utf8')).toContain('storeId')
})
