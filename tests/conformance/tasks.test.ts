import { describe, expect, test } from 'vitest'
import { inRun, outcome, play } from './support/play.ts'
import * as sdk from './support/signalbox.ts'

/** Lets all that is ready be called. */
const pass = () => sdk.sleep(0)
const { CancelledError, currentTask, future, gather, RuntimeError, sleep, spawn } = sdk

const cancelled = (message: string) => expect.objectContaining({ name: 'CancelledError', message }) as unknown
const boom = new Error('boom')

describe('tasks', () => {
  test('C12 the outcome of a task belongs to its function', () =>
    inRun(async () => {
      const task = spawn(async () => sleep(10, 'own'))
      expect(() => task.setResult()).toThrow(RuntimeError)
      expect(() => task.setException()).toThrow(RuntimeError)
      expect(await task).toBe('own')
    }))

  test('C13 a cancel is a request', () =>
    inRun(async () => {
      const task = spawn(() => sleep('5s'))
      await sleep(10)
      expect([task.cancel('enough'), task.done(), task.cancelled(), task.cancelling()]).toEqual([true, false, false, 1])
      expect(await outcome(task)).toEqual(cancelled('enough'))
      expect([task.done(), task.cancelled(), task.cancel()]).toEqual([true, true, false])
      const finished = spawn(() => 'value')
      await finished
      expect([finished.cancel(), finished.result(), finished.cancelling()]).toEqual([false, 'value', 0])
    }))

  test('C14 a task that is cancelled before it starts does not run a line', () =>
    inRun(async () => {
      let lines = 0
      const task = spawn(() => (lines += 1))
      task.cancel('never mind')
      expect(await outcome(task)).toEqual(cancelled('never mind'))
      expect([lines, task.cancelled()]).toEqual([0, true])
    }))

  test('C15 two cancels are seen once when the task did not run in between, else twice', () =>
    inRun(async () => {
      const seen: unknown[] = []
      const body = async () => {
        for (let count = 0; count < 2; count += 1) seen.push(await outcome(sleep(100)))
      }
      const once = spawn(body)
      await sleep(10)
      expect([once.cancel('one'), once.cancel('two'), once.cancelling()]).toEqual([true, true, 2])
      await once
      expect(seen).toEqual([cancelled('one'), undefined])

      seen.length = 0
      const twice = spawn(body)
      await sleep(10)
      twice.cancel('one')
      await sleep(10)
      twice.cancel('two')
      await twice
      expect(seen).toEqual([cancelled('one'), cancelled('two')])
    }))

  test('C16 a function that catches the cancel ends with its value; what it waited for is cancelled', () =>
    inRun(async () => {
      const one = future()
      const task = spawn(async () => {
        await outcome(one)
        return 42
      })
      await pass()
      task.cancel()
      expect([await task, task.cancelled(), one.cancelled()]).toEqual([42, false, true])
    }))

  test('C18 an error while a cancel is handled is the outcome', () =>
    inRun(async () => {
      const task = spawn(async () => {
        await outcome(sleep(100))
        throw boom
      })
      await sleep(1)
      task.cancel()
      expect([await outcome(task), task.cancelled()]).toEqual([boom, false])
    }))

  test('C19 a task that cancels itself runs on until it waits', () =>
    inRun(async ({ at }) => {
      const lines: string[] = []
      const grandchild = future()
      const child = spawn(() => grandchild)
      const task = spawn(async () => {
        await pass()
        currentTask().cancel('by myself')
        lines.push('still running')
        await child
        lines.push('not reached')
      })
      expect(await outcome(task)).toEqual(cancelled('by myself'))
      expect([lines, child.cancelled(), grandchild.cancelled(), at()]).toEqual([['still running'], true, true, 0])
      const sleeper = spawn(() => {
        currentTask().cancel()
        return sleep('100s')
      })
      await outcome(sleeper)
      expect([sleeper.cancelled(), at()]).toEqual([true, 0])
    }))

  test('C21 a cancel goes down to what is waited for, and comes up again', () =>
    inRun(async () => {
      const lines: string[] = []
      const one = future()
      const seen = async (name: string, of: PromiseLike<unknown>) => {
        try {
          await of
        } catch (error) {
          lines.push(`${name}: ${(error as Error).message}`)
          throw error
        }
      }
      const inner = spawn(() => seen('inner', one))
      const outer = spawn(() => seen('outer', inner))
      await sleep(1)
      outer.cancel('down')
      await outcome(outer)
      expect(lines).toEqual(['inner: down', 'outer: down'])
      expect([one.cancelled(), inner.cancelled(), outer.cancelled()]).toEqual([true, true, true])

      const swallowing = spawn(async () => {
        await outcome(spawn(() => sleep(100)))
        return 'ended normally'
      })
      await sleep(1)
      swallowing.cancel()
      expect([await swallowing, swallowing.cancelled()]).toEqual(['ended normally', false])
    }))

  test('C22 who awaits a cancelled future is cancelled with it', () =>
    inRun(async () => {
      const one = future()
      const task = spawn(() => one)
      await pass()
      one.cancel('gone')
      expect([await outcome(task), task.cancelled(), task.cancelling()]).toEqual([cancelled('gone'), true, 0])
    }))

  test('C24 uncancel counts down, not below 0, and the task can be cancelled anew', () =>
    inRun(async () => {
      const seen: unknown[] = []
      const task = spawn(async () => {
        seen.push(await outcome(sleep(100)), currentTask().uncancel(), currentTask().uncancel())
        seen.push(await outcome(sleep(100)))
      })
      await sleep(1)
      task.cancel('one')
      await sleep(1)
      task.cancel('two')
      await task
      expect(seen).toEqual([cancelled('one'), 0, 0, cancelled('two')])
      expect([task.uncancel(), task.cancelled()]).toEqual([0, false])
    }))

  test('C26 a block that cancels its own task leaves nothing behind', () =>
    inRun(async ({ at }) => {
      const task = spawn(async () => {
        const [error] = [await outcome(sdk.timeout(10, () => sleep(1_000)))]
        await sleep(50)
        await sdk.timeout(10, () => sleep(5))
        await sleep(50)
        return [error, currentTask().cancelling(), at()]
      })
      expect(await task).toEqual([expect.any(sdk.TimeoutError), 0, 115])
    }))

  test('C27 a sleeper that is cancelled ends at once, and its timer is gone', async () => {
    const { at, value } = await play(async () => {
      const task = spawn(() => sleep('5000s'))
      await sleep(100)
      task.cancel()
      return outcome(task)
    })
    expect([at, value]).toEqual([100, expect.any(CancelledError)])
  })

  test('a task cannot wait for itself', () =>
    inRun(async () => {
      const task: InstanceType<typeof sdk.Task> = spawn(() => task)
      expect(await outcome(task)).toBeInstanceOf(RuntimeError)
    }))

  test('the stop of a run cancels what its function waits for, once', async () => {
    const played = await play(async ({ stop }) => {
      const tasks = [spawn(() => sleep('1h')), spawn(() => sleep('1h'))]
      sdk.loop.callLater(20, () => stop('enough'))
      const seen = await outcome(gather(tasks))
      await sleep(30)
      return [seen, tasks.map((task) => task.cancelled())]
    })
    expect([played.at, played.value]).toEqual([50, [cancelled('enough'), [true, true]]])
  })
})

describe('what goes wrong in silence', () => {
  test('tasks left in flight are cancelled at the end of the run, waited for, and said', async () => {
    const lines: string[] = []
    const played = await play(async () => {
      spawn(
        async () => {
          await outcome(sleep('1h'))
          await sleep(20)
          lines.push('cleaned up')
        },
        { name: 'forgotten' },
      )
      await sleep(10)
      return 'result'
    })
    expect([played.value, played.at, lines]).toEqual(['result', 30, ['cleaned up']])
    expect(played.findings).toEqual([
      'left_in_flight: The task "forgotten" was still in flight when the function of the run ended, and was cancelled.',
    ])
  })

  test('a task that does not end after its cancel is given up', async () => {
    const played = await play(async () => {
      spawn(() => new Promise(() => undefined))
      await pass()
    })
    expect(played.at).toBe(5_000)
  })

  test('of very many the first are said, and how many more there are', async () => {
    const played = await play(async () => {
      for (let count = 0; count < 1_500; count += 1) spawn(() => Promise.reject(boom), { name: `n ${count}` })
      await sleep(10)
    })
    expect(played.findings).toHaveLength(21)
    expect(played.findings.at(-1)).toBe('never_awaited: 1480 more were found like that.')
  })

  test('a failure that nobody has looked at is said; one that somebody has seen is not', async () => {
    const fail = () => {
      throw boom
    }
    const played = await play(async () => {
      const tasks = ['unseen', 'awaited', 'asked', 'called back'].map((name) => spawn(fail, { name }))
      await outcome(tasks[1] as (typeof tasks)[0])
      tasks[2]?.exception()
      tasks[3]?.addDoneCallback(() => undefined)
      await pass()
    })
    expect(played.findings).toEqual([
      'never_awaited: The task "unseen" failed (Error: boom) and nobody has awaited it.',
    ])
  })
})

describe('shield', () => {
  test('C29 passes outcomes through', () =>
    inRun(async () => {
      const [good, bad] = [future<string>(), future()]
      const shields = [sdk.shield(good), sdk.shield(bad)]
      good.setResult('value')
      bad.setException(boom)
      expect(await Promise.all(shields.map(outcome))).toEqual(['value', boom])
      expect([sdk.shield(good).done(), sdk.shield(good).result()]).toEqual([true, 'value'])
    }))

  test('C31 the caller is cancelled at once, and what is shielded runs to its end', () =>
    inRun(async ({ at }) => {
      const inner = [spawn(() => sleep(100, 'value')), spawn(async () => (await sleep(100), Promise.reject(boom)))]
      const shields = inner.map((each) => sdk.shield(each))
      const lines: string[] = []
      const callers = shields.map((each) => spawn(async () => (await each, lines.push('not reached'))))
      await sleep(10)
      for (const caller of callers) caller.cancel()
      await Promise.all(callers.map(outcome))
      expect([at(), lines, inner.map((each) => each.done())]).toEqual([10, [], [false, false]])
      expect([await Promise.all(inner.map(outcome)), at()]).toEqual([['value', boom], 100])
      expect(shields.map((each) => each.cancelled())).toEqual([true, true])
    }))

  test('C32 a shielded gathering goes on', () =>
    inRun(async () => {
      const gathering = gather([spawn(() => sleep(10, 1)), spawn(() => sleep(20, 2))])
      sdk.shield(gathering).cancel()
      expect(await gathering).toEqual([1, 2])
    }))

  test('C34 waitFor over a shield leaves the task alone', () =>
    inRun(async ({ at }) => {
      const task = spawn(() => sleep(100, 'done'))
      expect([await outcome(sdk.waitFor(sdk.shield(task), 10)), at()]).toEqual([expect.any(sdk.TimeoutError), 10])
      expect([task.done(), task.cancelled()]).toEqual([false, false])
      expect(await outcome(sdk.waitFor(sdk.shield(task), 0))).toBeInstanceOf(sdk.TimeoutError)
      expect([await task, at()]).toEqual(['done', 100])
    }))
})
