import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunDetail, RunRow } from '../../src-preload/contract.ts'
import type { PlannedSlot, ScheduleRow, SlotRow } from '../../src-preload/schedule-contract.ts'
import { serveHome, signalboxOn } from '../support/command-line.ts'
import { until } from '../support/until.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-cli-schedules-')))
const home = join(folder, 'home')
const signalbox = signalboxOn(home)
let host: Awaited<ReturnType<typeof serveHome>>

beforeAll(async () => {
  host = await serveHome(home)
  const path = join(folder, 'work.ts')
  writeFileSync(
    path,
    `import { run } from 'signalbox'
     export default (input: unknown) => ({ input, slot: run.slot, backfilled: run.backfilled })`,
  )
  await say('job', 'add', path, '--executor', 'async')
})
afterAll(async () => {
  const { code } = await host.stop()
  rmSync(folder, { recursive: true, force: true })
  expect(code).toBe(0)
})

async function say(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await signalbox(...words)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}
const json = async <T>(...words: string[]) => JSON.parse(await say(...words, '--json')) as T
type Shown = ScheduleRow & { upcoming: PlannedSlot[]; slots: SlotRow[] }

test('a preview says a schedule in words, and what the clocks do to its slots', async () => {
  const said = await say(
    ...['schedule', 'preview', '--cron', '30 2 * * *', '--zone', 'Europe/Berlin'],
    ...['--after', '2026-03-28T12:00Z', '--limit', '2'],
  )
  expect(said.split('\n')).toEqual([
    'every day at 02:30 in Europe/Berlin',
    '',
    'SLOT',
    '2026-03-29 03:00:00 +02:00  the clocks skip its time that day; this is the first moment after',
    '2026-03-30 02:30:00 +02:00',
    '',
  ])
})

test('runs are made over time, know their instant, and are backfilled', async () => {
  expect(await say('schedule', 'add', 'work', '--name', 'ticking', '--every', '1s', '--input', '{"n":1}')).toContain(
    'schedule "ticking": every second from ',
  )
  let runs: RunRow[] = []
  await until('a run of the schedule has finished', async () => {
    runs = await json<RunRow[]>('ls', '--state', 'succeeded')
    return runs.length > 0
  })
  const [{ id } = { id: 0 }] = runs.slice(-1)
  const run = await json<RunDetail>('show', String(id))
  expect(run).toMatchObject({ origin: 'schedule', schedule: 'ticking', backfilled: false })
  expect(run.result).toEqual({ input: { n: 1 }, slot: run.slot, backfilled: false })
  expect(await say('show', String(id))).toContain('ticking, slot ')

  expect(await json<ScheduleRow>('schedule', 'pause', 'ticking')).toMatchObject({ next: null })
  const shown = await json<Shown>('schedule', 'show', 'ticking')
  expect(shown.upcoming).toEqual([])
  expect(shown.slots.find(({ at }) => at === run.slot)).toMatchObject({ outcome: 'run', run: id, count: 1 })
  expect(await say('schedule', 'show', 'ticking')).toMatch(
    /^overlap +skip: no run while an earlier one is unfinished$/m,
  )

  const anchor = shown.timing.kind === 'interval' ? shown.timing.anchorAt : 0
  const range = ['--from', String(anchor), '--until', String(anchor + 1)]
  expect(await say('schedule', 'backfill', 'ticking', ...range, '--preview')).toContain('1 run would be made')
  const made = await json<{ slots: { at: number; run: number }[] }>('schedule', 'backfill', 'ticking', ...range)
  expect(made.slots).toMatchObject([{ at: anchor }])
  const backfilled = String(made.slots[0]?.run)
  await say('logs', backfilled, '-f')
  expect((await json<RunDetail>('show', backfilled)).result).toEqual({
    input: { n: 1 },
    slot: anchor,
    backfilled: true,
  })
  expect(await say('schedule', 'backfill', 'ticking', ...range)).toBe('There is no slot without a run in that time.\n')
})

test('schedules are listed, planned ahead, resumed and removed', async () => {
  await say('schedule', 'add', 'work', '--name', 'noon', '--cron', '0 12 * * *', '--zone', 'UTC', '--overlap', 'queue')
  expect(await say('schedule', 'ls')).toMatch(/^noon +work +\S+ 12:00:00 \+00:00 +0 +every day at 12:00 in UTC$/m)
  const upcoming = await json<{ schedule: string }[]>('schedule', 'upcoming', '--hours', '48')
  expect(upcoming.filter(({ schedule }) => schedule === 'noon')).toHaveLength(2)
  expect(await say('schedule', 'pause', 'noon')).toBe('schedule "noon" is paused\n')
  expect(await say('schedule', 'resume', 'noon')).toMatch(/^schedule "noon" is resumed; next \S+ 12:00:00 \+00:00\n$/)
  expect(await say('schedule', 'rm', 'noon')).toBe('schedule "noon" is removed\n')
})

test.each([
  [1, ['show', 'none'], /There is no schedule named "none"/],
  [1, ['add', 'none', '--every', '1h'], /There is no job named "none"/],
  [2, ['add', 'work', '--cron', '0 0 31 2 *'], /No day ever fits "0 0 31 2 \*"/],
  [2, ['add', 'work', '--cron', '0 0 * * *', '--zone', 'Mars/Base'], /"Mars\/Base" is not a time zone/],
  [2, ['add', 'work'], /Say when, in one way/],
  [2, ['add', 'work', '--every', '1h', '--at', '18:30'], /Say when, in one way/],
  [2, ['add', 'work', '--every', '10ms'], /--every: "10ms" is too short/],
  [2, ['add', 'work', '--at', '2001-01-01'], /It has no slot after now/],
  [2, ['add', 'work', '--every', '1h', '--catch-up', 'skip', '--window', '1h'], /--window is for/],
])('exit %i and one line: schedule %j', async (exitCode, words, reason) => {
  const { code, stderr } = await signalbox('schedule', ...words)
  expect(code).toBe(exitCode)
  expect(stderr).toMatch(reason)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
})
