import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunDetail } from '../../src-preload/contract.ts'
import { serveHome, signalboxOn } from '../support/command-line.ts'
import { until } from '../support/until.ts'

const home = mkdtempSync(join(tmpdir(), 'signalbox-cli-retries-'))
const signalbox = signalboxOn(home)
let host: Awaited<ReturnType<typeof serveHome>>

beforeAll(async () => {
  host = await serveHome(home)
})
afterAll(async () => {
  await host.stop()
  rmSync(home, { recursive: true, force: true })
})

/** What the command printed; fails when it did not succeed. */
async function say(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await signalbox(...words)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}
const json = async <T>(...words: string[]) => JSON.parse(await say(...words, '--json')) as T

test('a job says when its runs are tried again, a run may have it otherwise, and show says what came of it', async () => {
  await say(
    ...['job', 'add', '--name', 'flaky', '--command', 'echo no >&2; exit 75', '--retries', '5', '--backoff', '10m'],
    ...['--jitter', 'none', '--retry-on', '75', '--idle-timeout', '30s', '--total-timeout', '2h'],
  )
  expect(await say('job', 'show', 'flaky')).toMatch(
    /^idle timeout +30\.0 s\ntotal timeout +2 h 0 m\nretries +5 times after 10m; on 75$/m,
  )
  const twice = await json<RunDetail>('submit', 'flaky', '--retries', '1', '--backoff', '10')
  await say('logs', String(twice.id), '-f')
  const shown = await say('show', String(twice.id))
  expect(shown).toMatch(/^state +failed\nattempt +2 of 2$/m)
  expect(shown).toMatch(/^ +1 {2}failed .* 75 .*ExitError: exited with code 75; tried again after 10 ms$/m)

  const waiting = await json<RunDetail>('submit', 'flaky')
  await until('it waits for its next attempt', async () => {
    const { lifecycle } = await json<RunDetail>('show', String(waiting.id))
    return lifecycle === 'scheduled'
  })
  expect(await say('show', String(waiting.id))).toMatch(/^why +retry 1 of 5 in (10 m 0 s|9 m \d+ s)$/m)
  await say('cancel', String(waiting.id))
  expect(await json<RunDetail>('show', String(waiting.id))).toMatchObject({ outcome: 'cancelled', attempt: 1 })
  expect((await signalbox('submit', 'flaky', '--backoff', '2s..1s')).stderr).toMatch(
    /^signalbox: --backoff: "2s\.\.1s" /,
  )
})
