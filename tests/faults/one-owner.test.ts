import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { homePaths } from '../../src-main/home.ts'
import { endWithTest, startSignalbox } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import { usedHome } from '../support/used-home.ts'

/** How often five hosts are started at once (SIGNALBOX_OWNER_ROUNDS). */
const ROUNDS = Number(process.env['SIGNALBOX_OWNER_ROUNDS'] ?? 2)
const HOSTS = 5

test(
  `of ${HOSTS} hosts started at once one owns the folder, the others say so; killed, it makes room for the next (${ROUNDS} rounds)`,
  async () => {
    const home = tempFolder()
    const accepted: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const hosts = Array.from({ length: HOSTS }, () => startSignalbox(['serve'], { home }))
      for (const { child } of hosts) endWithTest(child)
      const isReady = ({ said }: (typeof hosts)[number]) => said.stdout.includes('#token=')
      const hasEnded = ({ child }: (typeof hosts)[number]) => child.exitCode !== null || child.signalCode !== null
      await until('each is ready or has ended', () => hosts.every((host) => isReady(host) || hasEnded(host)), 180_000)
      const owners = hosts.filter(isReady)
      expect(owners).toHaveLength(1)
      for (const host of hosts.filter((each) => !isReady(each))) {
        const { code, stdout, stderr } = await host.whenEnded
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
        expect(stderr).toMatch(
          /^signalbox: Another Signalbox host owns .* \((serve, process \d+|a host that is just starting)\)\. [^\n]+\n$/,
        )
      }
      const { client, close } = await connectToHost(home)
      const { id } = await client.runs.submit({
        what: 'definition',
        definition: { kind: 'command', command: { as: 'shell', line: 'true' } },
      })
      accepted.push(id)
      // What the others have done to the folder takes nothing away from the owner.
      await until('it has run', async () => (await client.runs.get({ id })).outcome === 'succeeded', 60_000)
      close()
      const [owner] = owners
      owner?.child.kill('SIGKILL')
      await owner?.whenEnded
    }
    const last = startSignalbox(['serve'], { home })
    endWithTest(last.child)
    await until('the last is ready', () => last.said.stdout.includes('#token='), 120_000)
    const { client, close } = await connectToHost(home)
    const { rows } = await client.runs.list({})
    close()
    expect(rows.map(({ id }) => id).sort((a, b) => a - b)).toEqual(accepted)
    last.child.kill('SIGTERM')
    expect((await last.whenEnded).code).toBe(0)
  },
  120_000 + ROUNDS * 200_000,
)

/** The same folder, where nothing can be written until `free` is called. Root is stopped by it, too. */
function readOnly(folder: string): { place: string; free: () => void } {
  const place = mkdtempSync(join(tmpdir(), 'signalbox-read-only-'))
  const free = () => {
    execFileSync('umount', ['-l', place])
    rmdirSync(place)
  }
  try {
    execFileSync('mount', ['--bind', folder, place], { stdio: 'ignore' })
  } catch (error) {
    rmdirSync(place)
    throw error
  }
  execFileSync('mount', ['-o', 'remount,bind,ro', place], { stdio: 'ignore' })
  return { place, free }
}

function mayMount(): boolean {
  try {
    readOnly(tmpdir()).free()
    return true
  } catch {
    return false
  }
}

// A machine that has to prove it may mount; one that may not, or has no `mount`, skips.
test.skipIf(process.env['CI'] === undefined && !mayMount()).each([
  ['with a store', () => usedHome(3)],
  ['that is empty', tempFolder],
])(
  'a read-only folder %s is refused in words, untouched (needs mount)',
  async (_what, makeHome) => {
    const home = makeHome()
    const { place, free } = readOnly(home)
    onTestFinished(free)
    const { database } = homePaths(home)
    const look = () => [
      readdirSync(home, { recursive: true }).sort(),
      readdirSync(home).includes('signalbox.db')
        ? createHash('sha256').update(readFileSync(database)).digest('hex')
        : null,
    ]
    const before = look()
    for (const words of [['serve'], ['backup']]) {
      const { code, stdout, stderr } = await startSignalbox(words, { home: place }).whenEnded
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(/^signalbox: The data folder .*read-only-\w+ cannot be used: [^\n]+\n$/)
    }
    expect(look()).toEqual(before)
  },
  180_000,
)
