import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunRow } from '../../src-preload/contract.ts'
import { findTagged } from '../../src-main/interpreters/tagged-processes.ts'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { readLastGood } from '../../src-main/store/last-good.ts'
import { homePaths } from '../../src-main/home.ts'
import { endWithTest, serveHome } from '../support/command-line.ts'
import { seededRandom } from '../support/random.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

const RUNS = 50

/** Writes a line when it starts and one when it ends; each is a single append, so lines of many processes do not mix. */
const LEDGER_SCRIPT = `
import { appendFileSync } from 'node:fs'
import { run, sleep } from 'signalbox'
export default async function (input: { ms: number; ledger: string }) {
  const say = (word: string) =>
    appendFileSync(input.ledger, [word, run.id, run.attempt, process.hrtime.bigint()].join(' ') + '\\n')
  say('START')
  await sleep(input.ms)
  say('END')
  return input.ms
}
`

type LedgerLine = { word: string; run: number; attempt: number; at: bigint }

function readLedger(path: string): LedgerLine[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [word = '', run, attempt, at = '0'] = line.split(' ')
      return { word, run: Number(run), attempt: Number(attempt), at: BigInt(at) }
    })
}

test.each([
  { executor: 'process', seed: 11 },
  { executor: 'async', seed: 12 },
  { executor: 'thread', seed: 13 },
] as const)(
  'every accepted run finishes once when the host is killed in the middle ($executor)',
  async ({ executor, seed }) => {
    const random = seededRandom(seed)
    const home = tempFolder()
    const ledger = join(home, 'ledger.txt')
    writeFileSync(ledger, '')
    const file = join(home, 'ledger.ts')
    writeFileSync(file, LEDGER_SCRIPT)

    const first = await serveHome(home)
    endWithTest(first.child)
    const before = await connectToHost(home)
    await before.client.jobs.save({
      name: 'ledger',
      definition: { kind: 'script', code: { from: 'file', path: file }, executor },
    })
    const accepted: number[] = []
    for (let n = 0; n < RUNS; n += 1) {
      const { id } = await before.client.runs.submit({
        what: 'job',
        job: 'ledger',
        input: { ms: random.int(0, 3_000), ledger },
      })
      accepted.push(id)
    }
    await until('some runs have ended and some are running', async () => {
      const { rows } = await before.client.runs.list({ limit: 100 })
      const inState = (lifecycle: string) => rows.filter((run) => run.lifecycle === lifecycle).length
      return inState('finished') >= 5 && inState('running') >= 2
    })
    const storeId = readLastGood(homePaths(home).lastGood)?.storeId ?? ''
    first.child.kill('SIGKILL')
    await first.whenEnded
    const killedAt = process.hrtime.bigint()

    const second = await serveHome(home)
    endWithTest(second.child)
    const after = await connectToHost(home)
    let rows: RunRow[] = []
    await until(
      'every run has finished',
      async () => {
        rows = (await after.client.runs.list({ limit: 100 })).rows
        return rows.length === RUNS && rows.every((run) => run.lifecycle === 'finished')
      },
      50_000,
    )
    expect(rows.map((run) => [run.id, run.outcome]).sort()).toEqual(accepted.map((id) => [id, 'succeeded']).sort())
    expect(rows.every((run) => run.attempt === 1)).toBe(true)

    const lines = readLedger(ledger)
    for (const run of rows) {
      const { attempts } = await after.client.runs.get({ id: run.id })
      expect(attempts.filter(({ state }) => state === 'succeeded')).toHaveLength(1)
      expect(attempts.filter(({ state }) => state !== 'succeeded').every(({ state }) => state === 'interrupted')).toBe(
        true,
      )
      const ends = lines.filter((line) => line.run === run.id && line.word === 'END')
      const last = attempts.at(-1)
      expect(ends.filter((line) => line.attempt === last?.number)).toHaveLength(1)
      // An attempt of the old life has said nothing since the next one of its run began.
      for (const { number } of attempts.slice(1)) {
        const began = lines.find((line) => line.run === run.id && line.attempt === number && line.word === 'START')
        const earlier = lines.filter((line) => line.run === run.id && line.attempt < number)
        expect(earlier.every((line) => began !== undefined && line.at < began.at)).toBe(true)
      }
    }
    expect(lines.some((line) => line.at < killedAt) && lines.some((line) => line.at > killedAt)).toBe(true)

    after.close()
    expect((await second.stop()).code).toBe(0)
    expect(findTagged((tag) => tag.startsWith(`${storeId}/`))).toEqual([])
  },
)
