import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { serveHome, signalboxOn } from '../support/command-line.ts'

const home = mkdtempSync(join(tmpdir(), 'signalbox-cli-slots-'))
const signalbox = signalboxOn(home)
afterAll(() => rmSync(home, { recursive: true }))

test('slots are shown and set while the host runs, and are there in its next life', async () => {
  const first = await serveHome(home, ['--slots', 'thread=4'])
  try {
    const { stdout } = await signalbox('slots')
    expect(stdout).toMatch(/^EXECUTOR +SLOTS +IN USE +USUAL +FROM\n/)
    expect(stdout).toMatch(/\nthread +4 +0 +\d+ +--slots at the start\n/)
    const set = await signalbox('slots', 'set', 'process=9', 'thread=3', '--json')
    expect(JSON.parse(set.stdout)).toMatchObject([
      { executor: 'async', total: 256, saved: null },
      { executor: 'thread', total: 3, saved: 3, atStart: null },
      { executor: 'process', total: 9, saved: 9 },
    ])
    for (const [given, said] of [
      ['process=0', '"process=0": the slots of process are a whole number from 1 to 10000, or "usual".'],
      ['thread=257', 'from 1 to 256'],
      ['cores=2', '"cores=2" is not one of async, thread, process with a number, as in process=8.'],
    ] as const) {
      const { code, stderr } = await signalbox('slots', 'set', given)
      expect([code, stderr]).toEqual([2, expect.stringContaining(said) as string])
    }
  } finally {
    await first.stop()
  }
  const second = await serveHome(home)
  try {
    expect((await signalbox('slots')).stdout).toMatch(/\nprocess +9 +0 +\d+ +set\n/)
    expect((await signalbox('slots', 'set', 'process=usual')).stdout).not.toMatch(/\nprocess .* set\n/)
  } finally {
    await second.stop()
  }
})
