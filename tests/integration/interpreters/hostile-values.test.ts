import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command, openSupervisor, script, shareSupervisor } from '../../support/supervised.ts'

const unshowable = 'something was thrown that throws itself when it is looked at'
const trap = `{ get() { throw new Error('trap') }, getPrototypeOf() { throw new Error('trap') } }`

/** What a script throws, and what its run says. */
const thrown: [what: string, body: string, message: string][] = [
  ['a proxy that throws', `throw new Proxy({}, ${trap})`, unshowable],
  ['a proxy of an error', `throw new Proxy(new Error('x'), ${trap})`, unshowable],
  [
    'an error whose message throws',
    `throw Object.defineProperty(new Error('x'), 'message', { get() { throw 1 } })`,
    unshowable,
  ],
  [
    'an error whose name throws',
    `throw Object.assign(new Error('x'), { name: { toString() { throw 1 } } })`,
    unshowable,
  ],
  ['what throws when inspected', `throw { [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 } }`, unshowable],
  [
    'an error that is its own parts',
    `const e = new AggregateError([], 'x'); e.errors.push(...Array(30).fill(e)); throw e`,
    'x',
  ],
  ['undefined', 'throw undefined', 'thrown: undefined'],
]

for (const executor of ['process', 'thread', 'async'] as const) {
  const supervisor = shareSupervisor()
  // What a run does to its thread stays there; a process takes it along.
  const unshared = executor === 'process' ? supervisor : openSupervisor
  test.each(thrown)(`${executor}: a run that throws %s fails alone, and says so`, async (what, body, message) => {
    const { start, endingOf, untilSaid, scriptsFolder } = supervisor()
    const gone = join(scriptsFolder, `${what} is gone`)
    const waiting = `import { existsSync } from 'node:fs'
import { log, sleep } from 'signalbox'
export default async (gone) => { log('up'); while (!existsSync(gone)) await sleep(10) }`
    const neighbour = start(script(waiting, executor), gone)
    await untilSaid(neighbour, 'up')
    const run = start(script(`export default async () => { ${body} }`, executor))
    expect(await endingOf(run)).toMatchObject({ how: 'threw', error: { message } })
    writeFileSync(gone, '')
    expect(await endingOf(neighbour)).toEqual({ how: 'returned', result: 'null' })
  })

  test(`${executor}: the name of an error and the note of a progress are bounded`, async () => {
    const { start, endingOf, progress } = supervisor()
    const text = `export default async (input, ctx) => {
      ctx.progress(1, 2, 'n'.repeat(1e6))
      throw Object.assign(new Error('x'), { name: 'N'.repeat(1e6) })
    }`
    const run = start(script(text, executor))
    expect(await endingOf(run)).toMatchObject({ how: 'threw', error: { name: `${'N'.repeat(200)} …` } })
    expect(progress(run)).toEqual([{ done: 1, total: 2, note: 'n'.repeat(1_000) }])
  })

  test.each([
    [`ctx.progress('1')`, 'progress(done, …): done must be a number'],
    [`ctx.progress(1, {})`, 'progress(done, total, …): total must be a number'],
    [`ctx.progress(1, 2, 3)`, 'progress(…, note): note must be a text'],
  ])(`${executor}: %s is refused where it is called`, async (call, message) => {
    const { start, endingOf } = supervisor()
    const ending = await endingOf(start(script(`export default (input, ctx) => { ${call} }`, executor)))
    expect(ending).toMatchObject({
      how: 'threw',
      error: { name: 'TypeError', message: expect.stringContaining(message) },
    })
  })

  test.each([
    `JSON.stringify = () => 'nonsense'`,
    `JSON.stringify = JSON.parse = () => { throw new Error('no') }`,
    `globalThis.setTimeout = globalThis.setImmediate = () => ({ unref() {} })`,
    `process.getBuiltinModule('node:fs').writeSync = () => 0`,
    `Date.now = () => NaN`,
  ])(`${executor}: a run that replaces a builtin can still be reported (%s)`, async (patch) => {
    const { start, endingOf, said } = unshared()
    const text = `export default () => { ${patch}; console.log('said'); return { a: 1 } }`
    const run = start(script(text, executor))
    expect(await endingOf(run)).toEqual({ how: 'returned', result: '{"a":1}' })
    expect(said(run)).toEqual(['out said'])
  })

  test(`${executor}: a path that leads nowhere is refused in words`, async () => {
    const { start, endingOf, scriptsFolder } = supervisor()
    const loop = join(scriptsFolder, 'loop.ts')
    symlinkSync(loop, loop)
    const folder = join(scriptsFolder, 'folder.ts')
    mkdirSync(folder)
    const messages = []
    for (const path of [loop, folder]) {
      const ending = await endingOf(start(script('', executor, { code: { from: 'file', path } })))
      messages.push(ending.how === 'unstartable' ? ending.error.message : ending.how)
    }
    expect(messages).toEqual([
      expect.stringMatching(/^The file .*loop\.ts cannot be read: ELOOP/),
      `There is no file ${folder}.`,
    ])
  })
}

test('many large results of one turn arrive', async () => {
  const { startMany, endingOf } = openSupervisor()
  const text = `let open; const gate = new Promise((resolve) => (open = resolve))
let here = 0
export default async (all) => { if (++here === all) open(); await gate; return 'x'.repeat(1e6) }`
  const runs = startMany(script(text, 'async'), Array(70).fill(70))
  const endings = await Promise.all(runs.map((run) => endingOf(run, 30_000)))
  expect(new Set(endings.map(({ how }) => how))).toEqual(new Set(['returned']))
})

test('a script that is alone on its threads is told that its reports could not be read', async () => {
  const { start, endingOf } = openSupervisor()
  const text = `import fs from 'node:fs'
export default async () => { fs.writeSync(3, Buffer.alloc(64, 255)); await new Promise(() => {}) }`
  expect(await endingOf(start(script(text, 'async')))).toMatchObject({ how: 'threw', error: { name: 'ChannelError' } })
})

test('a null byte in a command is called what it is', async () => {
  const { start, endingOf } = openSupervisor()
  const ending = await endingOf(start(command('', { command: { as: 'argv', argv: ['echo', 'a\0b'] } })))
  expect(ending).toMatchObject({
    how: 'unstartable',
    error: { message: expect.stringMatching(/as it is written: .*null bytes/), hint: expect.stringMatching(/^Mend /) },
  })
})
