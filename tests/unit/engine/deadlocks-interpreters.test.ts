import { expect, test } from 'vitest'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import { inDeadlock, lock } from '../../support/deadlocks.ts'
import { openRuns } from '../../support/objects.ts'

type Runs = Awaited<ReturnType<typeof openRuns>>

const exec = (interpreter: number): Call => ({ on: 'interpreter', do: 'exec', interpreter, code: '1' })
const isRefused = (world: Runs) => world.answers.at(-1)?.ok === false

/** Makes a named interpreter, for run 0, whose process is there. */
async function create(world: Runs): Promise<number> {
  await world.call(0, { on: 'interpreter', do: 'create', name: null, memoryMb: 256, isKept: false })
  const launch = world.instructions.at(-1)
  if (launch?.do !== 'launch') throw new Error('nothing was launched')
  await world.report({ type: 'interpreter_started', interpreter: launch.interpreter, pid: 1 })
  return launch.interpreter
}

/** The code of an interpreter asks something. */
const askFrom = (world: Runs, interpreter: number, call: number, what: Call) =>
  world.report({ type: 'call', run: -interpreter, attempt: 0, call, task: 0, place: null, what })

test('a busy interpreter is waited for by nobody, so nobody waits for whoever keeps it busy', async () => {
  const world = await openRuns(2)
  const interpreter = await create(world)
  await world.call(0, exec(interpreter))
  await world.call(1, lock('A'))
  await world.call(1, exec(interpreter))
  expect(isRefused(world)).toBe(true)
  await world.pass(1_000)
  expect(inDeadlock(world)).toEqual([])
})

test('interpreters that ask each other are told so at once', async () => {
  const world = await openRuns(1)
  const [one, two] = [await create(world), await create(world)]
  await world.call(0, exec(one))
  await askFrom(world, one, 1, exec(two))
  await askFrom(world, two, 1, exec(one))
  expect(isRefused(world)).toBe(true)
})

test('the code of an interpreter is in no run, and can wait for nothing that a run holds', async () => {
  const world = await openRuns(1)
  const interpreter = await create(world)
  await world.call(0, lock('A'))
  await world.call(0, exec(interpreter))
  await askFrom(world, interpreter, 1, lock('A'))
  expect(isRefused(world)).toBe(true)
})

test('a run that has a lock and waits for its code in an interpreter can go on; a circle beside it cannot', async () => {
  const world = await openRuns(3)
  const interpreter = await create(world)
  await world.call(0, lock('A'))
  await world.call(0, exec(interpreter))
  await world.call(1, lock('B'))
  await world.call(2, lock('C'))
  await world.call(1, lock('A'))
  await world.call(2, lock('B'))
  await world.pass(1_000)
  expect(inDeadlock(world)).toEqual([])
  const working = world.instructions.at(-1)
  if (working?.do !== 'work') throw new Error('no work was sent')
  const performed = { how: 'returned', values: null, shown: null, json: null } as const
  await world.report({ type: 'interpreter_performed', interpreter, task: working.work.task, performed })
  await world.call(0, lock('C'))
  await world.pass(1_000)
  expect(inDeadlock(world).map((runs) => runs.toSorted())).toEqual([[world.runOf(0), world.runOf(1), world.runOf(2)]])
})
