import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openInterpreterHost } from '../../support/interpreter-host.ts'
import { until } from '../../support/until.ts'

const { host, play, result } = openInterpreterHost()

const isAlive = (pid: unknown) => {
  try {
    return process.kill(Number(pid), 0)
  } catch {
    return false
  }
}

test('an interpreter is a process of its own, and ends with its run before that is over', async () => {
  const {
    result: pids,
    outcome,
    events,
  } = await play(`
    const sub = await interpreters.create()
    await sub.exec('setInterval(() => undefined, 10)')
    return [process.pid, await sub.call(() => process.pid)]`)
  const [own, other] = pids as number[]
  expect(outcome).toBe('succeeded')
  expect(own).not.toBe(other)
  expect(isAlive(other)).toBe(false)
  const types = events.map(({ type }) => type)
  expect(types.indexOf('interpreter_ended')).toBeLessThan(types.indexOf('finished'))
})

test('a cancelled run is not over before its interpreter, which ignores everything, is dead', async () => {
  const id = await host.start(`
    const sub = await interpreters.create()
    log('pid ' + await sub.call(() => process.pid))
    await sub.exec('for (;;);')`)
  const pid = await pidSaidBy(id)
  await until('it waits for the interpreter', async () =>
    (await host.get(id)).waits.some(({ kind }) => kind === 'interpreter'),
  )
  await host.client.runs.cancel({ id })
  expect((await host.ended(id)).outcome).toBe('cancelled')
  expect(isAlive(pid)).toBe(false)
})

test('an interpreter that dies says so to who waits for it, and is not found later', async () => {
  const seen = await result(`
    const sub = await interpreters.create({ name: 'dies' })
    const lost = await outcome(sub.exec('process.kill(process.pid, "SIGKILL")'))
    return [lost, await outcome(sub.exec('1')), await outcome(interpreters.get('dies')), await ids()]`)
  expect(seen).toEqual([
    'InterpreterLost: The interpreter "dies" died (SIGKILL).',
    expect.stringMatching(/^InterpreterNotFoundError: There is no interpreter \d+: it died \(SIGKILL\)\.$/),
    'InterpreterNotFoundError: There is no interpreter named "dies": it died (SIGKILL).',
    [0],
  ])
})

test.each([
  ['values on the heap', 'const all = []; for (;;) all.push({ n: all.length, text: "x".repeat(10) + all.length })'],
  [
    'buffers',
    'const all = []; for (;;) { all.push(Buffer.alloc(8e6, 1)); await new Promise((go) => setTimeout(go, 20)) }',
  ],
])('an interpreter that takes more memory than it may, in %s, is ended with these words', async (_what, code) => {
  const seen = await result(`
    const sub = await interpreters.create({ memoryMb: 48 })
    const besides = await interpreters.create()
    return [await outcome(sub.exec(${JSON.stringify(code)})), await besides.call(() => 'goes on')]`)
  expect(seen).toEqual([
    expect.stringMatching(/^InterpreterLost: The interpreter "interpreter-\d+" used more memory than its 48 MB\.$/),
    'goes on',
  ])
})

test('one that is kept outlives its run and keeps its state; durable objects are for runs', async () => {
  await result(
    `const sub = await interpreters.create({ name: 'kept', keep: true }); await sub.exec('var n = 41'); return null`,
  )
  const seen = await result(`
    const sub = await interpreters.get('kept')
    const told = await sub.call(async () => (await import('signalbox')).semaphore('s').acquire().catch((error) => error.message))
    return [await sub.call(() => ++n), told, await outcome(interpreters.create({ name: 'kept' })), await outcome(sub.close({ force: true }))]`)
  expect(seen).toEqual([
    42,
    'A named interpreter is in no run: what it would hold of a semaphore belongs to runs.',
    expect.stringContaining('there is an interpreter named "kept" already') as string,
    null,
  ])
})

test('a cancel or a timeout ends the wait for an exec, which goes on; its output is in the log of the run', async () => {
  const run = await play(`
    const sub = await interpreters.create()
    const gate = await interpreters.createQueue()
    await sub.prepareMain({ gate })
    const late = await outcome(sub.exec('await gate.get(); console.log("said in there")', { timeout: 50 }))
    const busy = await sub.isRunning()
    await gate.put(1)
    while (await sub.isRunning()) await sleep(5)
    return [late, busy]`)
  expect(run.result).toEqual(['TimeoutError: waited longer than 50 ms', true])
  const { lines } = await host.client.runs.logs({ id: run.id })
  expect(lines.map(({ level, text }) => `${level} ${text}`)).toContain('out said in there')
})

test('code of an interpreter imports what is beside the script, TypeScript too, and an export can be called', async () => {
  const folder = join(host.home, 'scripts')
  await until('the folder is there', () => existsSync(folder))
  const { writeFileSync } = await import('node:fs')
  writeFileSync(
    join(folder, 'beside.ts'),
    'export const twice = (n: number): number => 2 * n\nexport default () => "default"\n',
  )
  const seen = await result(`
    const sub = await interpreters.create()
    await sub.exec("import { twice as double } from './beside.ts'; const four = double(2)")
    return [await sub.call(() => four), await sub.call('./beside.ts#twice', 21), await sub.call('./beside.ts'),
      await outcome(sub.call('./beside.ts#nothing'))]`)
  expect(seen).toEqual([4, 42, 'default', expect.stringMatching(/^NotShareableError: .*has no export "nothing"/)])
})

async function pidSaidBy(id: number): Promise<string> {
  let pid = ''
  await until('it says its pid', async () => {
    const { lines } = await host.client.runs.logs({ id })
    pid = /pid (\d+)/.exec(lines.map(({ text }) => text).join('\n'))?.[1] ?? ''
    return pid !== ''
  })
  return pid
}
