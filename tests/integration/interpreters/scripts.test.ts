import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openSupervisor, script, shareSupervisor } from '../../support/supervised.ts'

const returned = (value: unknown) => ({ how: 'returned', result: JSON.stringify(value) })
const shared = shareSupervisor()

for (const executor of ['process', 'thread', 'async'] as const) {
  const supervisor = shareSupervisor()
  // What a run leaves on its thread stays there; a process takes it along.
  const unshared = executor === 'process' ? supervisor : openSupervisor
  test(`${executor}: a script gets its input and its run, and returns a value`, async () => {
    const { start, endingOf } = supervisor()
    const text = `import { run } from 'signalbox'
export default async (input: { a: number[] }, ctx) => ({ input, run: { ...run }, same: { ...ctx }.run })`
    const run = start(script(text, executor), { a: [1, 2] })
    const about = {
      id: run,
      job: 'the-job',
      name: 'the-name',
      attempt: 1,
      maxAttempts: 1,
      isLastAttempt: true,
      idempotencyKey: `key-${run}`,
      slot: null,
      backfilled: false,
    }
    expect(await endingOf(run)).toEqual(returned({ input: { a: [1, 2] }, run: about, same: about }))
  })

  test(`${executor}: an error carries the line and column of the TypeScript source, and no frame of ours`, async () => {
    const { start, endingOf, scriptsFolder } = supervisor()
    const text = `interface Row {
  id: number
}
const fail = <T,>(row: T): never => {
  throw new RangeError('no such row', { cause: new Error('inner') })
}

export default async function main(input: Row): Promise<void> {
  await null
  fail<Row>(input)
}`
    const path = join(scriptsFolder, 'task.ts')
    expect(await endingOf(start(script(text, executor)))).toEqual({
      how: 'threw',
      cancelled: false,
      error: {
        name: 'RangeError',
        message: 'no such row',
        hint: null,
        stack: `RangeError: no such row
    at fail (${path}:5:9)
    at main (${path}:10:3)
caused by: Error: inner
    at fail (${path}:5:48)
    at main (${path}:10:3)`,
      },
    })
  })

  test(`${executor}: a text script imports a file and a package beside it`, async () => {
    const { start, endingOf, write, scriptsFolder } = supervisor()
    write('beside.ts', `import { three } from './deeper/three.js'\nexport const two: number = three - 1`)
    write('deeper/three.ts', `import four from './four.cjs'\nexport const three: number = four - 1`)
    write('deeper/four.cjs', `module.exports = require('./four.json').four`)
    write('deeper/four.json', `{ "four": 4 }`)
    write('node_modules/pack/package.json', `{ "name": "pack", "version": "1.0.0", "main": "index.js" }`)
    write('node_modules/pack/index.js', `module.exports = { word: 'packed' }`)
    const text = `import { two } from './beside.ts'
import pack from 'pack'
import { sep } from 'node:path'
export default async () => [two, pack.word, sep, import.meta.filename]`
    const result = [2, 'packed', '/', join(scriptsFolder, 'task.ts')]
    expect(await endingOf(start(script(text, executor)))).toEqual(returned(result))
  })

  test(`${executor}: output and log lines keep their order`, async () => {
    const { start, endingOf, said } = supervisor()
    const text = `import { log, sleep } from 'signalbox'
export default async (input, ctx) => {
  console.log('1 %s', 'a')
  log('2', { rows: 3, of: 'x y' })
  console.error('3')
  process.stdout.write('4 in')
  log.debug('5')
  await sleep(5)
  process.stdout.write(' two\\n')
  ctx.log.warn('7')
  log.error('8\\n9')
  process.stdout.write('10')
}`
    const run = start(script(text, executor))
    expect(await endingOf(run)).toEqual(returned(null))
    expect(said(run)).toEqual([
      'out 1 a',
      'info 2 rows=3 of="x y"',
      'err 3',
      'debug 5',
      'out 4 in two',
      'warn 7',
      'error 8',
      'error 9',
      'out 10',
    ])
  })

  test(`${executor}: progress is thinned out, and the last value is always sent`, async () => {
    const { start, endingOf, progress } = supervisor()
    const text = `import { progress } from 'signalbox'
export default async () => { for (let i = 1; i <= 1000; i++) progress(i, 1000, 'note ' + i) }`
    const run = start(script(text, executor))
    await endingOf(run)
    expect(progress(run)).toEqual([
      { done: 1, total: 1000, note: 'note 1' },
      { done: 1000, total: 1000, note: 'note 1000' },
    ])
  })

  test(`${executor}: a promise that nobody awaits fails the run when it rejects`, async () => {
    const { start, endingOf, said } = unshared()
    const text = `export default async () => {
  void Promise.reject(new Error('forgotten'))
  await new Promise((resolve) => setTimeout(resolve, 2_000))
}`
    const run = start(script(text, executor))
    expect(await endingOf(run)).toMatchObject({ how: 'threw', error: { message: 'forgotten' }, cancelled: false })
    expect(said(run)[0]).toBe('error Error: forgotten')
  })

  test(`${executor}: a signal reaches fetch-like waits, sleep and the script, and counts as cancelled`, async () => {
    const { start, stop, endingOf, untilSaid, said } = unshared()
    const silent = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void silent.close())
    await once(silent, 'listening')
    const text = `import { setTimeout as delay } from 'node:timers/promises'
import { CancelledError, log, signal, sleep } from 'signalbox'
export default async (url, ctx) => {
  const own = new Promise((resolve) => ctx.signal.addEventListener('abort', () => resolve(ctx.signal.reason)))
  log('waiting')
  const reasons = await Promise.all([
    own,
    sleep('1h').catch((error) => error),
    delay(3_600_000, null, { signal }).catch((error) => error.cause),
    fetch(url, { signal }).catch((error) => error),
    fetch(url, { signal: AbortSignal.any([signal]) }).catch((error) => error),
  ])
  for (const reason of reasons) log(reason instanceof CancelledError ? reason.message : 'not ours: ' + reason)
  await sleep(1)
  log('cleaned up')
  throw ctx.signal.reason
}`
    const { port } = silent.address() as AddressInfo
    const run = start(script(text, executor), `http://127.0.0.1:${port}/`)
    await untilSaid(run, 'waiting')
    stop(run, 'signal', 'not needed any more')
    expect(await endingOf(run)).toMatchObject({
      how: 'threw',
      cancelled: true,
      error: { name: 'CancelledError', message: 'not needed any more' },
    })
    const heard = Array.from({ length: 5 }, () => 'info not needed any more')
    expect(said(run)).toEqual(['info waiting', ...heard, 'info cleaned up'])
  })

  test.each([
    [
      'a syntax error',
      'const a = 1\nlet b: = 2',
      /^The script does not parse: Unexpected token.* \(.*task\.ts:2:8\)\.$/,
    ],
    [
      'a module syntax error',
      'export default async () => {\n  let a = 1\n  let a = 2\n}',
      /'a' has already been declared \(.*task\.ts:3:7\)\.$/,
    ],
    ['no default export', 'export const a = 1', /^task\.ts has no default export that is a function\.$/],
    ['a missing neighbour', `import './missing.ts'`, /^Cannot find module .*missing\.ts/],
  ])(`${executor}: %s is said before anything runs`, async (_, text, message) => {
    const { start, endingOf } = supervisor()
    expect(await endingOf(start(script(text, executor)))).toMatchObject({
      how: 'unstartable',
      error: { message: expect.stringMatching(message) },
    })
  })

  test(`${executor}: a syntax error in a file beside the script names that file`, async () => {
    const { start, endingOf, write } = supervisor()
    const beside = write('broken.ts', 'export const a = 1\nexport const b = (')
    const ending = await endingOf(start(script(`import { a } from './broken.ts'\nexport default () => a`, executor)))
    expect(ending).toMatchObject({ how: 'unstartable', error: { message: expect.stringContaining(`(${beside}:2:`) } })
  })

  test(`${executor}: a top level that throws is the script's own failure`, async () => {
    const { start, endingOf, scriptsFolder } = supervisor()
    const ending = await endingOf(start(script(`\nJSON.parse('{')`, executor)))
    expect(ending).toMatchObject({ how: 'threw', error: { name: 'SyntaxError' } })
    expect(ending).toHaveProperty('error.stack', expect.stringContaining(`${join(scriptsFolder, 'task.ts')}:2:6`))
  })

  test(`${executor}: a file that is not there is named`, async () => {
    const { start, endingOf, scriptsFolder } = supervisor()
    for (const path of [join(scriptsFolder, 'none.ts'), join(scriptsFolder, 'no-folder/none.ts')]) {
      const ending = await endingOf(start(script('', executor, { code: { from: 'file', path } })))
      expect(ending).toMatchObject({ how: 'unstartable', error: { message: `There is no file ${path}.` } })
    }
  })

  test.each([
    [
      'a circle',
      'const a = {}; a.a = a; return a',
      /^The result cannot be written as JSON: Converting circular structure/,
    ],
    ['a bigint', 'return 1n', /^The result cannot be written as JSON: Do not know how to serialize a BigInt\.$/],
    ['a function', 'return () => 1', /^The result cannot be written as JSON: it is a function\.$/],
    [
      'what is nested too deep',
      'let a = 1; for (let i = 0; i < 1_000; i += 1) a = [a]; return a',
      /^The result is nested deeper than 500 levels\.$/,
    ],
    ['too much', `return 'x'.repeat(1024 * 1024)`, /^returned 1048578 bytes, may return 1048576 bytes$/],
  ])(`${executor}: returning %s fails with the reason`, async (_, body, message) => {
    const { start, endingOf } = supervisor()
    const ending = await endingOf(start(script(`export default () => { ${body} }`, executor)))
    expect(ending).toMatchObject({ how: 'threw', error: { message: expect.stringMatching(message) } })
  })
}

test('a script process runs in its own folder, or the one it was given, with an allow-listed environment', async () => {
  process.env['SECRET_OF_THE_HOST'] = 'x'
  const { start, endingOf, write, cacheFolder } = openSupervisor()
  const path = write(
    'deep/where.ts',
    `export default () => [process.cwd(), process.env.SECRET_OF_THE_HOST, process.env.GIVEN, process.env.NODE_COMPILE_CACHE]`,
  )
  const code = { from: 'file' as const, path }
  const env = { GIVEN: 'yes' }
  expect(await endingOf(start(script('', 'process', { code, env })))).toEqual(
    returned([dirname(path), null, 'yes', null]),
  )
  const elsewhere = script('', 'process', { code, cwd: cacheFolder })
  expect(await endingOf(start(elsewhere))).toEqual(returned([cacheFolder, null, null, null]))
  const nowhere = join(cacheFolder, 'none')
  expect(await endingOf(start(script('', 'process', { code, cwd: nowhere })))).toMatchObject({
    how: 'unstartable',
    error: { message: `There is no folder ${nowhere}.` },
  })
  delete process.env['SECRET_OF_THE_HOST']
})

test('a script that was imported warm is imported anew when it, or a file beside it, has changed', async () => {
  const { start, endingOf, write } = shared()
  const path = write('main.ts', `import { word } from './word.ts'\nlet calls = 0\nexport default () => [word, ++calls]`)
  write('word.ts', `export const word = 'one'`)
  const definition = script('', 'async', { code: { from: 'file', path } })
  expect(await endingOf(start(definition))).toEqual(returned(['one', 1]))
  expect(await endingOf(start(definition))).toEqual(returned(['one', 2]))
  write('word.ts', `export const word = 'changed'`)
  expect(await endingOf(start(definition))).toEqual(returned(['changed', 1]))
  expect(await endingOf(start(definition))).toEqual(returned(['changed', 2]))
})

test('200 runs share one thread, and a quick one does not wait for a slow one', async () => {
  const { startMany, endingOf, ended, reports } = openSupervisor(1)
  const text = `import { run, sleep } from 'signalbox'
import { threadId } from 'node:worker_threads'
export default async (ms: number) => {
  console.log('begin ' + run.id)
  await sleep(ms)
  console.log('end ' + run.id)
  return [run.id, threadId]
}`
  const runs = startMany(
    script(text, 'async'),
    Array.from({ length: 200 }, (_, i) => (i === 0 ? 1_500 : 50)),
  )
  const endings = await Promise.all(runs.map((run) => endingOf(run)))
  const results = endings.map((ending) =>
    ending.how === 'returned' ? (JSON.parse(ending.result) as [run: number, thread: number]) : null,
  )
  expect(results).toEqual(runs.map((run) => [run, results[0]?.[1]]))
  const endedOrder = reports.filter(({ type }) => type === 'ended').map(({ run }) => run)
  expect(endedOrder.at(-1)).toBe(runs[0])
  expect(ended(runs[0]!)).toHaveLength(1)
  for (const run of runs) {
    const lines = reports.flatMap((report) => (report.type === 'log' && report.run === run ? report.lines : []))
    expect(lines.map(([, , text]) => text)).toEqual([`begin ${run}`, `end ${run}`])
  }
})

test.each(['async', 'thread'] as const)(
  '%s: a script cannot have a folder or an environment of its own, and is told so',
  async (executor) => {
    const { start, endingOf, scriptsFolder } = shared()
    for (const more of [{ cwd: scriptsFolder }, { env: { A: '1' } }]) {
      expect(await endingOf(start(script('export default () => 1', executor, more)))).toMatchObject({
        how: 'unstartable',
        error: { hint: 'Choose the executor process, or leave them out.' },
      })
    }
  },
)

test('a script imports what Node refuses and TypeScript writes, in a package of either type', async () => {
  const { start, endingOf, scriptsFolder } = shared()
  const folder = join(scriptsFolder, 'project')
  mkdirSync(join(folder, 'lib'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'lib/index.ts'), `export const a: number = 1`)
  writeFileSync(join(folder, 'lib/b.mts'), `export const b: number = 2`)
  writeFileSync(join(folder, 'lib/c.cts'), `const c: number = 3\nmodule.exports = { c }`)
  const path = join(folder, 'main.ts')
  writeFileSync(
    path,
    `import { a } from './lib'\nimport { b } from './lib/b.mjs'\nimport c from './lib/c.cts'\nexport default () => [a, b, c.c]`,
  )
  expect(await endingOf(start(script('', 'process', { code: { from: 'file', path } })))).toEqual(returned([1, 2, 3]))
})
