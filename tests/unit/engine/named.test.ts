import { expect, test } from 'vitest'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import type { NamedReport } from '../../../src-main/interpreters/named/named-interpreters.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

type Engine = Awaited<ReturnType<typeof openSimulatedEngine>>

async function open() {
  const engine = await openSimulatedEngine({ slots: { async: 4, process: 1 } })
  await engine.addJob('work')
  let lastCall = 0
  const start = () => engine.submit({ job: 'work' })
  /** A call of a run, or, of a negative number, of an interpreter. Gives its number. */
  const ask = async (run: number, what: Call) => {
    lastCall += 1
    const attempt = run < 0 ? 0 : 1
    await engine.report({ type: 'call', run, attempt, call: lastCall, task: 0, place: null, what })
    return lastCall
  }
  const create = async (run: number, isKept = false, name: string | null = null) => {
    await ask(run, { on: 'interpreter', do: 'create', name, memoryMb: 256, isKept })
    const launch = engine.instructions.at(-1)
    if (launch?.do !== 'launch') throw new Error('nothing was launched')
    const { interpreter } = launch
    await engine.report({ type: 'interpreter_started', interpreter, pid: 100 + interpreter })
    return interpreter
  }
  const exec = (run: number, interpreter: number) => ask(run, { on: 'interpreter', do: 'exec', interpreter, code: '1' })
  const gone = (interpreter: number, why = 'was closed') =>
    engine.report({ type: 'interpreter_gone', interpreter, why })
  const answerTo = (call: number) => engine.answers.find((answer) => answer.call === call)
  return { engine, start, ask, create, exec, gone, answerTo }
}

const taskOf = ({ instructions }: Engine): number => {
  const last = instructions.at(-1)
  if (last?.do !== 'work') throw new Error('no work was sent')
  return last.work.task
}
const returned = { how: 'returned', values: null, shown: null, json: null } as const
const done = (interpreter: number, task: number): NamedReport => ({
  type: 'interpreter_performed',
  interpreter,
  task,
  performed: returned,
})

test('a run is over when its interpreters were seen dead, and not before', async () => {
  const { engine, start, create, gone } = await open()
  const run = await start()
  const [one, two] = [await create(run), await create(run)]
  await engine.returned(run)
  expect(engine.instructions.slice(-2)).toEqual([one, two].map((interpreter) => ({ do: 'kill', interpreter })))
  expect(engine.run(run).lifecycle).toBe('running')
  await gone(one)
  expect(engine.run(run).lifecycle).toBe('running')
  await gone(two)
  expect(engine.run(run)).toMatchObject({ lifecycle: 'finished', outcome: 'succeeded' })
})

test('one that is kept does not hold its run, and the next life gives no number twice', async () => {
  const { engine, start, create } = await open()
  const run = await start()
  const kept = await create(run, true)
  await engine.returned(run)
  expect(engine.run(run).lifecycle).toBe('finished')
  const next = await openSimulatedEngine({ db: engine.db, world: engine.world })
  const other = await next.submit({ job: 'work' })
  const what = { on: 'interpreter', do: 'create', name: null, memoryMb: 256, isKept: false } as const
  await next.report({ type: 'call', run: other, attempt: 1, call: 1, task: 0, place: null, what })
  expect(next.instructions).toMatchObject([{ do: 'launch', interpreter: kept + 1 }])
})

test('the second exec at the same time is refused, also from another run, and the third goes when the first is done', async () => {
  const { engine, start, create, exec, answerTo } = await open()
  const [run, other] = [await start(), await start()]
  const interpreter = await create(run)
  const first = await exec(run, interpreter)
  const task = taskOf(engine)
  const second = await exec(other, interpreter)
  expect(answerTo(second)).toMatchObject({ ok: false, error: { name: 'InterpreterError' } })
  expect(answerTo(first)).toBeUndefined()
  await engine.report(done(interpreter, task))
  expect(answerTo(first)).toMatchObject({ ok: true, value: returned })
  const third = await exec(other, interpreter)
  await engine.report(done(interpreter, taskOf(engine)))
  expect(answerTo(third)).toMatchObject({ ok: true })
})

test('who has withdrawn hears nothing more, and the interpreter is busy until the code is done', async () => {
  const { engine, start, create, exec, answerTo } = await open()
  const run = await start()
  const interpreter = await create(run)
  const call = await exec(run, interpreter)
  const task = taskOf(engine)
  await engine.report({ type: 'withdraw', run, attempt: 1, call })
  expect(answerTo(call)).toMatchObject({ ok: false, error: { name: 'Withdrawn' } })
  const { length } = engine.answers
  expect(answerTo(await exec(run, interpreter))).toMatchObject({ ok: false })
  await engine.report(done(interpreter, task))
  expect(engine.answers).toHaveLength(length + 1)
})

test('the death of an interpreter is told to all who wait for it, and takes its own calls out of their lines', async () => {
  const { start, ask, create, exec, gone, answerTo } = await open()
  const run = await start()
  const interpreter = await create(run)
  const made = await ask(run, { on: 'interpreter_queue', do: 'create', maxsize: 0 })
  const { queue } = (answerTo(made) as unknown as { value: { queue: number } }).value
  const call = await exec(run, interpreter)
  const waiting = await ask(-interpreter, { on: 'interpreter_queue', do: 'receive', queue })
  await gone(interpreter, 'used more memory than its 256 MB')
  const message = `The interpreter "interpreter-${interpreter}" used more memory than its 256 MB.`
  expect(answerTo(call)).toMatchObject({ ok: false, error: { name: 'InterpreterLost', message } })
  await ask(run, { on: 'interpreter_queue', do: 'send', queue, values: 'x' })
  expect(answerTo(waiting)).toBeUndefined()
  const look = await ask(run, { on: 'interpreter_queue', do: 'look', queue })
  expect(answerTo(look)).toMatchObject({ value: { size: 1 } })
})

test('who waits at a queue is served in order, run or interpreter, and is told when its owner has ended', async () => {
  const { engine, start, ask, create, gone, answerTo } = await open()
  const [run, other] = [await start(), await start()]
  const interpreter = await create(run)
  const made = await ask(-interpreter, { on: 'interpreter_queue', do: 'create', maxsize: 1 })
  const { queue } = (answerTo(made) as unknown as { value: { queue: number } }).value
  const [first, second, third] = [
    await ask(other, { on: 'interpreter_queue', do: 'receive', queue }),
    await ask(-interpreter, { on: 'interpreter_queue', do: 'receive', queue }),
    await ask(other, { on: 'interpreter_queue', do: 'receive', queue }),
  ]
  for (const values of ['a', 'b']) await ask(run, { on: 'interpreter_queue', do: 'send', queue, values })
  expect([answerTo(first), answerTo(second)]).toMatchObject([{ value: { values: 'a' } }, { value: { values: 'b' } }])
  await engine.returned(run)
  await gone(interpreter)
  expect(answerTo(third)).toMatchObject({ ok: false, error: { name: 'QueueNotFoundError' } })
})
