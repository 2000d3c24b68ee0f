import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Executor } from '../../../src-preload/definition.ts'
import type { ResourceLimits } from '../../../src-preload/resource-limits.ts'
import { noResourceLimits } from '../../../src-preload/resource-limits.ts'
import { command, script, shareSupervisor } from '../../support/supervised.ts'

const MB = 1024 * 1024
const supervisor = shareSupervisor()
const limited = (limits: Partial<ResourceLimits>) => ({ limits: { ...noResourceLimits, ...limits } })
const bounded = (body: string, limits: Partial<ResourceLimits>, executor: Executor = 'process') =>
  script(`export default async function () { ${body} }`, executor, limited(limits))

type Supervised = ReturnType<typeof supervisor>
const residentMegabytes = (pid: number | 'self') =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024
const limitsOf = ({ reports }: Supervised, run: number) =>
  reports.flatMap((report) => (report.type === 'limit' && report.run === run ? [report] : []))

/** Runs one that uses up too much, and sees host and supervisor stay as small as they were. */
async function endOf(supervised: Supervised, definition: ReturnType<typeof script> | ReturnType<typeof command>) {
  const warm = supervised.start(script('export default () => 1'))
  await supervised.endingOf(warm)
  const supervisor = supervised.alive().find(({ tag }) => tag.endsWith('/supervisor'))
  const sizes = () => [residentMegabytes('self'), residentMegabytes(supervisor?.pid ?? 0)]
  const before = sizes()
  const run = supervised.start(definition)
  const ending = await supervised.endingOf(run, 50_000)
  const after = sizes()
  for (const [place, size] of after.entries()) expect(size - (before[place] ?? 0)).toBeLessThan(100)
  return { run, ending }
}

test.each([
  ['objects', `const kept = []; for (;;) kept.push({ n: kept.length, text: 'x' + kept.length })`],
  ['strings', `const kept = []; for (;;) kept.push(String(Math.random()).repeat(500).split('').join('-'))`],
  ['arrays', `const kept = []; for (;;) kept.push(new Array(1e6).fill(0))`],
  ['large arrays', `const kept = []; for (;;) kept.push(new Array(5e7).fill(0))`],
  ['array buffers', `const kept = []; for (;;) kept.push(new Uint8Array(2e7).fill(1))`],
  ['shared buffers', `const kept = []; for (;;) kept.push(new Uint8Array(new SharedArrayBuffer(2e7)).fill(1))`],
  [
    'memory of wasm',
    `const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
     for (;;) { const at = memory.grow(256); new Uint8Array(memory.buffer, at * 65536).fill(1) }`,
  ],
  [
    'buffers of a child',
    `const { execSync } = await import('node:child_process'); execSync('head -c 2000000000 /dev/zero | tail')`,
  ],
])('a script that fills its memory with %s dies alone, and is told why', async (_what, body) => {
  const supervised = supervisor()
  const { ending } = await endOf(supervised, bounded(body, { memoryBytes: 256 * MB }))
  expect(ending).toMatchObject({ how: 'threw', error: { name: 'MemoryLimitError' } })
  const message = ending.how === 'threw' ? ending.error.message : ''
  // Only just beyond, both are said in bytes, for in MB they would read the same.
  expect(message).toMatch(
    /^used (\d+ MB of memory, may use 256 MB|\d+ bytes of memory, may use 268435456 bytes)$|^its JavaScript heap is full, may use 256 MB/,
  )
  const used = Number(/used (\d+) MB/.exec(message)?.[1] ?? 0)
  expect(used).toBeLessThan(256 + 300)
})

test('a command is held to its memory with all that it starts', async () => {
  const supervised = supervisor()
  const { run, ending } = await endOf(
    supervised,
    command('head -c 2000000000 /dev/zero | setsid tail', limited({ memoryBytes: 64 * MB })),
  )
  expect(ending).toMatchObject({ how: 'threw', error: { name: 'MemoryLimitError' } })
  expect(limitsOf(supervised, run)).toMatchObject([
    { passed: { resource: 'memory', allowed: 64 * MB }, effect: 'killed' },
  ])
})

test('a script that stays within its memory makes garbage for as long as it wants', async () => {
  const { start, endingOf } = supervisor()
  const run = start(
    bounded(`for (let i = 0; i < 3000; i++) new Array(1e5).fill(i); return process.memoryUsage().rss > 0`, {
      memoryBytes: 256 * MB,
    }),
  )
  expect(await endingOf(run, 50_000)).toEqual({ how: 'returned', result: 'true' })
})

test('processor time counts over a tree, also of those that ended', async () => {
  const supervised = supervisor()
  const busy = `timeout 0.4 sh -c 'while :; do :; done'`
  const { run, ending } = await endOf(supervised, command(`while :; do ${busy}; done`, limited({ cpuMs: 1_500 })))
  expect(ending).toMatchObject({ how: 'threw', error: { name: 'CpuLimitError' } })
  expect(limitsOf(supervised, run)).toMatchObject([{ passed: { resource: 'cpu', allowed: 1_500 }, effect: 'killed' }])
})

test('a busy loop ends at its processor time, and a sleeping one does not', async () => {
  const { start, endingOf } = supervisor()
  const busy = start(bounded('for (;;);', { cpuMs: 1_000 }))
  const asleep = start(
    bounded(`await new Promise((resolve) => setTimeout(resolve, 2500)); return 'slept'`, { cpuMs: 1_000 }),
  )
  expect(await endingOf(busy, 30_000)).toMatchObject({ how: 'threw', error: { name: 'CpuLimitError' } })
  expect(await endingOf(asleep, 30_000)).toEqual({ how: 'returned', result: '"slept"' })
})

const floods = {
  'a line of 1 GB': `const piece = 'x'.repeat(1e6); for (let i = 0; i < 1000; i++) process.stdout.write(piece)`,
  'raw writes': `const { writeSync } = await import('node:fs'); const line = 'x'.repeat(999) + '\\n'; for (let i = 0; i < 1e5; i++) writeSync(1, line)`,
  'log lines': `for (let i = 0; i < 3e5; i++) console.log('line ' + i + ' '.repeat(90))`,
}

test.each(Object.entries(floods))('%s is cut to what may be kept, with a mark', async (_what, body) => {
  const supervised = supervisor()
  const { run, ending } = await endOf(supervised, bounded(`${body}; return 'done'`, { outputBytes: 2 * MB }))
  expect(ending).toEqual({ how: 'returned', result: '"done"' })
  const lines = supervised.lines(run)
  expect(lines.reduce((sum, [, , text]) => sum + text.length, 0)).toBeLessThan(2.1 * MB)
  expect(lines.some(([, , text]) => /cut …/.test(text))).toBe(true)
  expect(limitsOf(supervised, run)).toMatchObject([{ passed: { resource: 'output', allowed: 2 * MB }, effect: 'cut' }])
})

test.each(Object.entries(floods))('%s ends the attempt where it is to fail', async (_what, body) => {
  const supervised = supervisor()
  const { run, ending } = await endOf(
    supervised,
    bounded(`${body}; return 'done'`, { outputBytes: 2 * MB, onOutput: 'fail' }),
  )
  expect(ending).toMatchObject({ how: 'threw', error: { name: 'OutputLimitError' } })
  expect(limitsOf(supervised, run)).toHaveLength(1)
})

test('a command that floods is ended as soon as it is too much', async () => {
  const supervised = supervisor()
  const { ending } = await endOf(supervised, command('yes', limited({ outputBytes: MB, onOutput: 'fail' })))
  expect(ending).toMatchObject({ how: 'threw', error: { name: 'OutputLimitError' } })
})

test.each(['async', 'thread'] as const)(
  'a run of %s that floods fails, and its neighbours do not',
  async (executor) => {
    const supervised = supervisor()
    const { start, endingOf } = supervised
    const flood = `import { sleep } from 'signalbox'
    export default async function () { for (;;) { console.log('x'.repeat(1000)); await sleep(0) } }`
    const run = start(script(flood, executor, limited({ outputBytes: 200_000, onOutput: 'fail' })))
    const neighbour = start(bounded(`await new Promise((resolve) => setTimeout(resolve, 500)); return 1`, {}, executor))
    expect(await endingOf(run)).toMatchObject({ how: 'threw', error: { name: 'OutputLimitError' }, cancelled: false })
    expect(await endingOf(neighbour)).toEqual({ how: 'returned', result: '1' })
    expect([limitsOf(supervised, run).length, limitsOf(supervised, neighbour).length]).toEqual([1, 0])
  },
)

test.each(['process', 'thread', 'async'] as const)('a result over its limit is refused on %s', async (executor) => {
  const supervised = supervisor()
  const run = supervised.start(bounded(`return 'x'.repeat(5000)`, { resultBytes: 1_024 }, executor))
  expect(await supervised.endingOf(run)).toMatchObject({
    how: 'threw',
    error: { name: 'ResultLimitError', message: 'returned 4.9 KB, may return 1 KB' },
  })
  expect(limitsOf(supervised, run)).toMatchObject([{ passed: { resource: 'result' }, effect: 'failed' }])
})

test('a huge result costs nobody but its own process', async () => {
  const supervised = supervisor()
  const { ending } = await endOf(supervised, bounded(`return 'x'.repeat(4e8)`, { memoryBytes: 2048 * MB }))
  expect(ending).toMatchObject({ how: 'threw', error: { name: 'ResultLimitError' } })
})

test('a larger result than by itself can be allowed', async () => {
  const { start, endingOf } = supervisor()
  const run = start(bounded(`return '"'.repeat(6e6)`, { resultBytes: 16 * MB }))
  expect(await endingOf(run)).toMatchObject({ how: 'returned' })
})

test('a script that opens too many files fails with the limit, and has none of ours open', async () => {
  const supervised = supervisor()
  const open = `const { openSync } = await import('node:fs'); for (let i = 0; i < 10000; i++) openSync('/dev/null')`
  const { run, ending } = await endOf(supervised, bounded(open, { openFiles: 64 }))
  expect(ending).toMatchObject({ how: 'threw', error: { name: 'OpenFilesLimitError' } })
  expect(limitsOf(supervised, run)).toMatchObject([{ passed: { resource: 'open_files', used: null, allowed: 64 } }])
})

test('the programs that a run starts have the same limit of open files', async () => {
  const { start, said, endingOf } = supervisor()
  const run = start(command(`sh -c 'ulimit -n; ulimit -H -n'`, limited({ openFiles: 100 })))
  expect(await endingOf(run)).toEqual({ how: 'exited', code: 0, signal: null })
  expect(said(run)).toEqual(['out 100', 'out 100'])
})

test('what belongs to a process is not promised where that is shared', async () => {
  const { start, endingOf } = supervisor()
  const run = start(bounded('return 1', { memoryBytes: 256 * MB }, 'async'))
  expect(await endingOf(run)).toMatchObject({
    how: 'unstartable',
    error: { hint: 'Choose the executor process, or leave them out.' },
  })
})
