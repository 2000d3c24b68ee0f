import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../support/until.ts'
import { hostileCases } from './cases.ts'
import type { HostileCase } from './hostile-case.ts'
import { openHostileHost, PATIENCE_MS, withMark } from './hostile-host.ts'
import type { HostileHost, RunDetail } from './hostile-host.ts'

/** What the scheduler may be late while all of them rage, beyond what it is on this machine without them. */
const LATE_MS = 250
/** What one of them may make the host grow; more of them than cores at once up to twice that for a moment. */
const GROWTH_BYTES = 50 * 1024 * 1024
/** Those of the host come and go with what it is busy with: it starts, reads and asks. */
const DESCRIPTORS_MORE = 10
/** `HOSTILE_ALONE=1`: one after the other, so that it is known which one has done what. */
const isAlone = process.env['HOSTILE_ALONE'] !== undefined
const BASELINE_BEATS = 12

type Seen = { run: RunDetail; survivors: number[]; stopMs: number | null; grewBytes: number }

let host: HostileHost
let calm: { lateMs: number; bytes: number; descriptors: number }
const seen = new Map<string, Promise<Seen>>()

beforeAll(async () => {
  host = await openHostileHost('process=4,thread=2')
  await until('the pulse is known', () => host.beats() >= BASELINE_BEATS, 60_000)
  const [lateMs = 0] = await host.latenessMs()
  calm = { lateMs, bytes: host.residentBytes(), descriptors: host.descriptors() }
  let before: Promise<unknown> = Promise.resolve()
  for (const [place, each] of hostileCases.entries()) {
    const mark = String(700_000_000 + (process.pid % 30_000) * 1_000 + place)
    const watched = isAlone ? before.then(() => watch(each, mark)) : watch(each, mark)
    before = watched.catch(() => undefined)
    seen.set(each.name, watched)
  }
}, 120_000)

afterAll(async () => {
  const { code } = await host.close()
  expect(code).toBe(0)
})

async function watch({ definition, cancelAt }: HostileCase, mark: string): Promise<Seen> {
  const bytes = host.residentBytes()
  if (isAlone) host.forgetLargest()
  const id = await host.submit(definition(mark))
  let cancelledAt: number | null = null
  if (cancelAt !== undefined) {
    await host.untilSaid(id, cancelAt)
    cancelledAt = performance.now()
    await host.client.runs.cancel({ id })
  }
  const run = await host.ended(id)
  const stopMs = cancelledAt === null ? null : performance.now() - cancelledAt
  return { run, survivors: withMark(mark), stopMs, grewBytes: host.largestBytes() - bytes }
}

describe.each(hostileCases)('$name', ({ name, expected }) => {
  test(
    'ends as it was seen to end, alone, and nothing of it is left',
    async () => {
      const { run, survivors } = await seen.get(name)!
      const said = run.error === null ? '' : `${run.error.name}: ${run.error.message}`
      expect(survivors).toEqual([])
      expect(run.attempts).toHaveLength(1)
      if (expected.outcomes !== undefined) expect(expected.outcomes, said).toContain(run.outcome)
      if (expected.says !== undefined) expect(said).toMatch(expected.says)
    },
    PATIENCE_MS,
  )
})

test(
  'all that time the scheduler was on time, and the host did not grow',
  async () => {
    const named = [...seen].map(async ([name, one]) => ({ name, ...(await one) }))
    const all = (await Promise.allSettled(named)).flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const late = await host.latenessMs()
    const p99 = late[Math.floor(late.length / 100)] ?? 0
    const byGrowth = all.toSorted((a, b) => b.grewBytes - a.grewBytes)
    const growth = isAlone ? (byGrowth[0]?.grewBytes ?? 0) : host.largestBytes() - calm.bytes
    const isCrowd = !isAlone && hostileCases.length > 50
    const stops = all.flatMap(({ stopMs }) => (stopMs === null ? [] : [Math.round(stopMs)]))
    const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024)
    console.log(
      `lateness of ${late.length} runs beside them: p99 ${p99} ms, at most ${late[0]} ms (without them at most ${calm.lateMs} ms); ` +
        `host grew by ${megabytes(growth)} MB from ${megabytes(calm.bytes)} MB; cancels took ${stops.join(', ')} ms`,
    )
    expect(p99).toBeLessThanOrEqual(LATE_MS + calm.lateMs)
    if (isAlone) {
      const most = byGrowth.slice(0, 5).map(({ name, grewBytes }) => `${name} ${megabytes(grewBytes)}`)
      console.log(`by itself the most: ${most.join(', ')} MB; in the end ${megabytes(host.residentBytes())} MB`)
    }
    expect(growth).toBeLessThanOrEqual(isCrowd ? 2 * GROWTH_BYTES : GROWTH_BYTES)
  },
  PATIENCE_MS,
)

test('afterwards the host has no more open files and sockets than before', async () => {
  await Promise.allSettled(seen.values())
  await until('they are closed', () => host.descriptors() <= calm.descriptors + DESCRIPTORS_MORE)
})

test('afterwards a process is as clean as the first one', async () => {
  const probe: Parameters<HostileHost['submit']>[0] = {
    kind: 'script',
    code: {
      from: 'text',
      name: 'probe.ts',
      text: `export default () => [Object.keys(globalThis).sort(), Object.keys(process.env).sort(), process.title, [1].map(String), JSON.parse('{"a":1}'), new Date().getFullYear() > 2000]`,
    },
  }
  const { outcome, result } = await host.ended(await host.submit(probe))
  expect(outcome).toBe('succeeded')
  expect(result).toEqual([
    expect.not.arrayContaining(['leak']),
    expect.not.arrayContaining(['ELECTRON_RUN_AS_NODE_']),
    expect.any(String),
    ['1'],
    { a: 1 },
    true,
  ])
})
