import { expect, test } from 'vitest'
import { openInterpreterHost } from '../../support/interpreter-host.ts'

const { result, play, linesOf } = openInterpreterHost()

test('C160 create gives a new, idle interpreter that the list has; main is first, and ids are not used again', async () => {
  const seen = await result(`
    const made = [await interpreters.create(), await interpreters.create(), await interpreters.create()]
    const running = await gather(made.map((each) => each.isRunning()))
    const listed = await ids()
    for (const each of made) await each.close()
    const afterwards = await ids()
    const next = await interpreters.create()
    return { running, listed: listed.map((id) => made.findIndex((each) => each.id === id)), first: listed[0], afterwards,
      isNew: made.every((each) => each.id < next.id) }`)
  expect(seen).toEqual({
    running: [false, false, false],
    listed: [-1, 0, 1, 2],
    first: 0,
    afterwards: [0],
    isNew: true,
  })
})

test('C161 current is the one the code is in, main has the id 0 everywhere, and what a sub makes is in every list', async () => {
  const seen = await result(`
    const sub = await interpreters.create()
    const inMain = [interpreters.getCurrent() === interpreters.getMain(), interpreters.getMain().id]
    const inSub = await sub.call(async () => {
      const { interpreters } = await import('signalbox')
      globalThis.made = await interpreters.create({ name: 'of a sub' })
      return [interpreters.getCurrent().id, interpreters.getMain().id, globalThis.made.id]
    })
    return [inMain, inSub[0] === sub.id, inSub[1], (await ids()).includes(inSub[2]),
      (await interpreters.get('of a sub')).id === inSub[2]]`)
  expect(seen).toEqual([[true, 0], true, 0, true, true])
})

test('C162 handles by id: unknown, negative, and no integer are three errors; one object per id, also after a copy', async () => {
  const seen = await result(`
    const made = await interpreters.create({ name: 'handle' })
    const unknown = await outcome(interpreters.get(1_000_000))
    const wrong = []
    for (const id of [-1, 0.5, null, {}]) wrong.push((await outcome(interpreters.get(id as never))).split(':')[0])
    const readOnly = await outcome(() => { (made as { id: number }).id = 7 })
    const copied = await made.call((each: unknown) => each, made)
    return [unknown.split(':')[0], wrong, readOnly.split(':')[0], await interpreters.get(made.id) === made,
      await interpreters.get('handle') === made, copied === made]`)
  expect(seen).toEqual([
    'InterpreterNotFoundError',
    ['RangeError', 'TypeError', 'TypeError', 'TypeError'],
    'TypeError',
    true,
    true,
    true,
  ])
})

test('C163 exec keeps state from one to the next, and gives nothing', async () => {
  const seen = await result(`
    const sub = await interpreters.create()
    const given = await sub.exec('let x: number = 1')
    await sub.exec('x += 1')
    return [given === undefined, await sub.call(() => x)]`)
  expect(seen).toEqual([true, 2])
})

test('C165 an uncaught error is an ExecutionFailed with type, message and display; the state from before stays', async () => {
  const seen = await result(`
    const sub = await interpreters.create({ name: 'fails' })
    await sub.exec('var kept = 7; class Odd extends Error { name = "Odd" }')
    let error: any
    try { await sub.exec('\\nthrow new Odd("no luck", { cause: new RangeError("deep down") })') } catch (thrown) { error = thrown }
    return [error instanceof ExecutionFailed, error instanceof RangeError, error.name, error.message, error.excinfo,
      await sub.call(() => kept)]`)
  expect(seen).toEqual([
    true,
    false,
    'ExecutionFailed',
    'Odd: no luck',
    {
      type: 'Odd',
      message: 'no luck',
      display: expect.stringMatching(/Odd: no luck\n\s+at <fails>:2:7[^]*caused by: RangeError: deep down/) as string,
    },
    7,
  ])
})

test('C166 bad syntax, an unknown name and an exit are failures of the code; what is no code is refused at once', async () => {
  const seen = await result(`
    const sub = await interpreters.create()
    const pid = await sub.call(() => process.pid)
    const failures = []
    for (const code of ['let = = 1', 'nowhere + 1', 'process.exit(3)']) failures.push(await outcome(sub.exec(code)))
    return [failures, await outcome(sub.exec(10 as never)), await sub.call(() => process.pid) === pid]`)
  expect(seen).toEqual([
    [
      expect.stringMatching(/^ExecutionFailed: SyntaxError: /),
      'ExecutionFailed: ReferenceError: nowhere is not defined',
      'ExecutionFailed: ExitRequest: process.exit(3) was called',
    ],
    'TypeError: exec(code): the code must be a text, not 10.',
    true,
  ])
})

test('C167 prepareMain sets globals of an object, of pairs, of both, and anew; of nothing it is an error', async () => {
  const seen = await result(`
    const sub = await interpreters.create()
    await sub.prepareMain({ a: 1, b: [2] })
    await sub.prepareMain([['b', 'two'], ['c', 3]])
    await sub.prepareMain({ d: 4 }, { d: 5, e: 6 })
    const nothing = await outcome(sub.prepareMain({}))
    const wrong = await outcome(sub.prepareMain({ 'no name': 1 }))
    return [await sub.call(() => [a, b, c, d, e]), nothing, wrong]`)
  expect(seen).toEqual([
    [1, 'two', 3, 5, 6],
    'RangeError: prepareMain(values): there is nothing to set.',
    "RangeError: prepareMain(values): 'no name' cannot be a global's name.",
  ])
})

test('C169 it is running while its top level does something, seen from inside and outside; the background does not count', async () => {
  const seen = await result(`
    const sub = await interpreters.create()
    const gate = await interpreters.createQueue()
    await sub.prepareMain({ gate })
    const before = await sub.isRunning()
    const exec = spawn(() => sub.exec('await gate.get(); var inside = await (await import("signalbox")).interpreters.getCurrent().isRunning()'))
    while (!(await sub.isRunning())) await sleep(5)
    const second = await outcome(sub.exec('1'))
    await gate.put('go')
    await exec
    const thread = sub.callInThread(() => gate.get())
    while (await gate.size() > 0) await sleep(5)
    const besides = [await sub.isRunning(), await sub.call(() => inside)]
    await gate.put('go')
    await thread.join()
    await sub.close()
    return [before, second, besides, await outcome(sub.isRunning())]`)
  expect(seen).toEqual([
    false,
    expect.stringMatching(/^InterpreterError: The interpreter "interpreter-\d+" is running: exec by run \d+\.$/),
    [false, true],
    expect.stringMatching(/^InterpreterNotFoundError: There is no interpreter \d+: it was closed\.$/),
  ])
})

test('C171 a closed one is in no list and takes nothing; others go on, and a sibling can close it', async () => {
  const seen = await result(`
    const [one, two, three] = [await interpreters.create(), await interpreters.create(), await interpreters.create()]
    const pid = await two.call(() => process.pid)
    await one.exec('var alive = true')
    await one.call(async (other: any) => other.close(), two)
    const gone = await outcome(() => process.kill(pid, 0))
    const refused = []
    for (const act of [() => two.close(), () => two.exec('1'), () => two.prepareMain({ a: 1 }), () => two.isRunning(), () => two.call(() => 1)])
      refused.push((await outcome(act)).split(':')[0])
    await Promise.all([spawn(() => three.close())])
    return [(await ids()).length, gone, refused, await one.call(() => alive)]`)
  expect(seen).toEqual([2, 'Error: kill ESRCH', Array(5).fill('InterpreterNotFoundError'), true])
})

test('C172 main cannot be closed, nor the current one from inside; both go on living', async () => {
  const seen = await result(`
    const sub = await interpreters.create()
    await sub.exec(\`
      const { interpreters } = await import('signalbox')
      var said = await interpreters.getCurrent().close().catch((error) => error.name + ': ' + error.message)
    \`)
    return [await outcome(interpreters.getMain().close()), await sub.call(() => said), await sub.isRunning()]`)
  expect(seen).toEqual([
    'InterpreterError: The interpreter "main" does not take close from here: it is the one that runs are in.',
    expect.stringMatching(
      /^InterpreterError: The interpreter "interpreter-\d+" is running: call by run|does not take close/,
    ),
    false,
  ])
})

test('C173 close waits for what goes on in the background', async () => {
  const seen = await result(`
    const sub = await interpreters.create()
    const [gate, done] = [await interpreters.createQueue(), await interpreters.createQueue()]
    await sub.prepareMain({ gate, done })
    sub.callInThread(async () => { await gate.get(); await done.put('done') })
    let isClosed = false
    const closing = spawn(async () => { await sub.close(); isClosed = true })
    await sleep(100)
    const before = isClosed
    await gate.put('go')
    const said = await done.get()
    await closing
    return [before, said, isClosed]`)
  expect(seen).toEqual([false, 'done', true])
})

test('C174 arguments and values are copies; what the callee keeps lasts, and main has none of it', async () => {
  const seen = await result(`
    const sub = await interpreters.create()
    await sub.exec('let total = 0')
    const totals = []
    for (const n of [0, 1, 2]) totals.push(await sub.call((by: number) => (total += by * by), n))
    const given = { list: [1] }
    const back: any = await sub.call((all: { list: number[] }) => { all.list.push(2); return all }, given)
    return [totals, given, back, back === given, typeof (globalThis as any).total]`)
  expect(seen).toEqual([[0, 1, 5], { list: [1] }, { list: [1, 2] }, false, 'undefined'])
})

test('C176 a call that throws is an ExecutionFailed; in the background value and error are dropped, and the error is logged', async () => {
  const run = await play(`
    const sub = await interpreters.create({ name: 'throws' })
    const failed = await outcome(sub.call(() => { throw new RangeError('off') }))
    const joined = await sub.callInThread(() => { throw new TypeError('unheard') }).join()
    return [failed, joined === undefined, await sub.isRunning()]`)
  expect(run.result).toEqual(['ExecutionFailed: RangeError: off', true, false])
  expect((await linesOf(run.id)).join('\n')).toMatch(/TypeError: unheard\n\s+at <throws>/)
})

test('C177 what is shareable is asked of all levels; what cannot be copied is refused when it is sent', async () => {
  const seen = await result(`
    const { isShareable } = interpreters
    const queue = await interpreters.createQueue()
    const yes = [null, true, 1, -1n, 'text', new Uint8Array(2), Buffer.from('b'), Object.freeze([1, Object.freeze(['a'])]), queue]
    class Text extends String {}
    const no = [[], {}, new Map(), Object, new Error('e'), () => 1, 2n ** 64n, Object.freeze([1, {}]), new Text('t'), Symbol('s')]
    const refused = []
    for (const value of [() => 1, { deep: [Symbol('s')] }, new (class Own { a = 1 })(), new SharedArrayBuffer(8)])
      refused.push(await outcome(queue.put(value)))
    return [yes.map(isShareable), no.map(isShareable), refused, await queue.size()]`)
  expect(seen).toEqual([
    Array(9).fill(true),
    Array(10).fill(false),
    [
      'NotShareableError: The item cannot be handed over: it is a function.',
      'NotShareableError: The item cannot be handed over: deep[0] is a symbol.',
      'NotShareableError: The item cannot be handed over: it is an object of the class Own, which would arrive without its class.',
      'NotShareableError: The item cannot be handed over: it is shared memory, which cannot leave its process; toThread can share it.',
    ],
    0,
  ])
})
