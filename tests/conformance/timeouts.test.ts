import { describe, expect, test } from 'vitest'
import { inRun, outcome } from './support/play.ts'
import * as sdk from './support/signalbox.ts'

/** Lets all that is ready be called. */
const pass = () => sdk.sleep(0)
const {
  CancelledError,
  currentTask,
  future,
  loop,
  sleep,
  spawn,
  taskGroup,
  timeout,
  timeoutAt,
  TimeoutError,
  waitFor,
} = sdk
type Block = InstanceType<typeof sdk.Timeout>

const boom = new Error('boom')
const isTimeout = expect.any(TimeoutError) as unknown
const isCancelled = expect.any(CancelledError) as unknown

/** Runs a block and gives it as well, to be asked afterwards. */
async function within(ms: number | null, fn: (block: Block) => unknown) {
  let block: Block | undefined
  const result = await outcome(
    timeout(ms, (own) => {
      block = own
      return fn(own)
    }),
  )
  return { result, expired: block?.expired(), when: block?.when() }
}

describe('timeout', () => {
  test('C70 a wait that takes too long', () =>
    inRun(async ({ at }) => {
      const began = loop.time()
      const { result, expired, when } = await within(10, () => sleep(10_000))
      expect([result, expired, at(), when]).toEqual([isTimeout, true, 10, began + 10])
      const moment = loop.time() + 10
      expect([await outcome(timeoutAt(moment, () => sleep(1_000))), at()]).toEqual([isTimeout, 20])
      expect([await outcome(timeoutAt(new Date(Date.now() + 10), () => sleep(1_000))), at()]).toEqual([isTimeout, 30])
    }))

  test('C71 a block in time, and one without a deadline', () =>
    inRun(async () => {
      const inTime = await within(100, () => sleep(10, 'value'))
      expect(inTime).toMatchObject({ result: 'value', expired: false })
      expect(await within(null, () => sleep(5_000, 'late'))).toEqual({ result: 'late', expired: false, when: null })
      await sleep(200)
    }))

  test('C73 inside it is a cancel, at the border a timeout, and the task goes on', () =>
    inRun(async () => {
      const task = spawn(async () => {
        let inside: unknown
        const { result } = await within(10, async () => {
          try {
            await sleep(100)
          } catch (error) {
            inside = error
            throw error
          }
        })
        await sleep(5)
        return [inside, result, (result as Error).cause === inside]
      })
      expect([await task, task.cancelled()]).toEqual([[isCancelled, isTimeout, true], false])
    }))

  test('C74 nested with the same deadline: the outermost says so', () =>
    inRun(async () => {
      let inner: Awaited<ReturnType<typeof within>> | undefined
      const outer = await within(10, async () => {
        inner = await within(10, () => sleep(100))
        throw inner.result
      })
      expect([outer.result, inner?.result, outer.expired, inner?.expired]).toEqual([isTimeout, isCancelled, true, true])
    }))

  test('C76 foreign errors', () =>
    inRun(async () => {
      const early = await within(10, () => Promise.reject(boom))
      expect([early.result, early.expired]).toEqual([boom, false])
      const cleanup = new Error('cleanup')
      const late = await within(10, async () => {
        await outcome(sleep(100))
        throw cleanup
      })
      expect([late.result, late.expired, cleanup.cause]).toEqual([cleanup, true, isTimeout])
    }))

  test('C77 a cancel from outside stays a cancel', () =>
    inRun(async () => {
      let inner: Awaited<ReturnType<typeof within>> | undefined
      const task = spawn(async () => {
        inner = await within(100, () => sleep(1_000))
        throw inner.result
      })
      await sleep(10)
      task.cancel()
      await outcome(task)
      expect([task.cancelled(), inner?.result, inner?.expired]).toEqual([true, isCancelled, false])
    }))

  test('C80 a timeout in the cleanup of another', () =>
    inRun(async ({ at }) => {
      let inner: unknown
      const outer = await within(10, async () => {
        try {
          await sleep(100)
        } finally {
          inner = (await within(20, () => sleep(100))).result
        }
      })
      expect([outer.result, inner, at()]).toEqual([isTimeout, isTimeout, 30])
    }))

  test('C81 the deadline can be moved while the block runs, and not after', () =>
    inRun(async ({ at }) => {
      let kept: Block | undefined
      const later = await within(10, async (block) => {
        kept = block
        block.reschedule(loop.time() + 50)
        return sleep(30, 'in time')
      })
      expect(later.result).toBe('in time')
      expect(() => kept?.reschedule(null)).toThrow(sdk.RuntimeError)
      const earlier = await within(1_000, async (block) => {
        block.reschedule(loop.time() + 5)
        await sleep(500)
      })
      expect([earlier.result, at()]).toEqual([isTimeout, 35])
      const removed = await within(5, async (block) => {
        block.reschedule(null)
        expect(block.when()).toBeNull()
        return sleep(100, 'no deadline')
      })
      expect(removed.result).toBe('no deadline')
      const refused: unknown[] = []
      await within(5, async (block) => {
        await outcome(sleep(100))
        refused.push(await outcome(Promise.resolve().then(() => block.reschedule(null))))
      })
      expect(refused).toEqual([expect.any(sdk.RuntimeError)])
    }))

  test('C82 around a task group', () =>
    inRun(async ({ at }) => {
      const group = (cleanup: () => unknown) =>
        outcome(
          timeout(10, () =>
            taskGroup((own) => {
              own.spawn(async () => {
                await outcome(sleep(100))
                await sleep(5)
                return cleanup()
              })
            }),
          ),
        )
      expect([await group(() => 'fine'), at()]).toEqual([isTimeout, 15])
      const failed = await group(() => {
        throw boom
      })
      expect([(failed as AggregateError).errors, at()]).toEqual([[boom], 30])
    }))

  test('its signal, and the imported one, abort with the deadline', () =>
    inRun(async () => {
      const signals: AbortSignal[] = []
      await within(10, (block) => {
        signals.push(block.signal)
        return new Promise((_, reject) =>
          sdk.signal.addEventListener('abort', () => reject(sdk.signal.reason as Error)),
        )
      })
      expect([signals[0]?.aborted, signals[0]?.reason, sdk.signal.aborted]).toEqual([true, isCancelled, false])
    }))
})

describe('waitFor', () => {
  const slowToStop = (ms: number, ending: () => unknown) =>
    spawn(async () => {
      try {
        return await sleep(5_000, 'too late')
      } catch {
        await sleep(ms)
        return ending()
      }
    })

  test('C83 the job is cancelled, its cleanup is waited for, then comes the timeout', () =>
    inRun(async ({ at }) => {
      const job = spawn(() => sleep('5s'))
      const error = await outcome(waitFor(job, '2s'))
      expect([error, (error as Error).cause, at()]).toEqual([isTimeout, isCancelled, 2_000])
      expect([job.done(), job.cancelled(), job.cancelling()]).toEqual([true, true, 1])
      const slow = slowToStop(1_000, () => {
        throw new CancelledError()
      })
      expect([await outcome(waitFor(slow, '2s')), at()]).toEqual([isTimeout, 5_000])
    }))

  test('C85 without a deadline it waits for ever; what came in time is returned', () =>
    inRun(async () => {
      expect(
        await waitFor(
          spawn(() => sleep(5_000, 'late')),
          null,
        ),
      ).toBe('late')
      expect(
        await waitFor(
          spawn(() => sleep(10, 'early')),
          100,
        ),
      ).toBe('early')
      expect(await waitFor(() => sleep(10, 'of a function'), 100)).toBe('of a function')
      expect(await waitFor(sleep(10, 'of a promise'), 100)).toBe('of a promise')
    }))

  test('C86 a job that answers the cancel with a value: the value', () =>
    inRun(async () =>
      expect(
        await waitFor(
          slowToStop(10, () => 'value'),
          10,
        ),
      ).toBe('value'),
    ))

  test('C87 a job that answers the cancel with an error: the error', () =>
    inRun(async () => {
      const job = slowToStop(10, () => {
        throw boom
      })
      expect(await outcome(waitFor(job, 10))).toBe(boom)
    }))

  test.each([null, 1_000])('C88 the cancel of the caller cancels the job (timeout %s)', (ms) =>
    inRun(async ({ at }) => {
      const job = spawn(() => sleep(5_000))
      const caller = spawn(() => waitFor(job, ms))
      await sleep(10)
      caller.cancel()
      expect([await outcome(caller), job.cancelled(), at()]).toEqual([isCancelled, true, 10])
    }),
  )

  test('C89 a job that ignores its cancel is never left running behind the caller', () =>
    inRun(async ({ at }) => {
      const ignoring = (ms: number) =>
        spawn(async () => {
          const until = at() + ms
          while (at() < until) await outcome(sleep(until - at()))
          return 'done'
        })
      const first = ignoring(200)
      expect([await waitFor(first, 100), first.done(), at()]).toEqual(['done', true, 200])
      const second = ignoring(200)
      const caller = spawn(() => waitFor(second, 1_000))
      await sleep(100)
      caller.cancel()
      await outcome(caller)
      expect([second.done(), at()]).toEqual([true, 400])
    }))

  test('no time at all: what is not done is cancelled, and a function is not called', () =>
    inRun(async () => {
      const [job, done] = [spawn(() => sleep(100)), future<number>()]
      done.setResult(1)
      let calls = 0
      expect([await outcome(waitFor(job, 0)), job.cancelled(), await waitFor(done, 0)]).toEqual([isTimeout, true, 1])
      expect([await outcome(waitFor(() => (calls += 1), 0)), calls]).toEqual([isTimeout, 0])
    }))

  test('bad arguments are refused at once', () =>
    inRun(async () => {
      expect(await outcome(waitFor(5 as never, 10))).toBeInstanceOf(TypeError)
      expect(await outcome(waitFor(future(), 'soon'))).toBeInstanceOf(RangeError)
      expect(await outcome(timeout(5, 'no function' as never))).toBeInstanceOf(TypeError)
    }))
})

describe('the loop', () => {
  test('C146 callSoon is first in, first out, in passes', () =>
    inRun(async () => {
      const lines: unknown[] = []
      loop.callSoon((...given) => lines.push(['a', ...given]), 1, 2)
      loop.callSoon(() => {
        lines.push('b')
        loop.callSoon(() => lines.push('n'))
      })
      loop.callSoon(() => lines.push('c'))
      lines.push('plain statement')
      await pass()
      expect(lines).toEqual(['plain statement', ['a', 1, 2], 'b', 'c'])
      await pass()
      expect(lines.at(-1)).toBe('n')
    }))

  test('C147 callLater goes by deadlines; negative ones are due at once', () =>
    inRun(async () => {
      const lines: unknown[] = []
      const say = (line: string) => lines.push(line)
      loop.callLater(0, say, '0')
      loop.callSoon(say, 's')
      loop.callLater(-1, say, '-1')
      loop.callLater(-2, say, '-2')
      await pass()
      await pass()
      expect(lines).toEqual(['s', '-2', '-1', '0'])
      expect(() => loop.callLater(null as never, say, 'x')).toThrow(TypeError)
      lines.length = 0
      loop.callLater(20, say, 'second')
      loop.callLater(10, say, 'first')
      loop.callLater(15, say, 'cancelled').cancel()
      loop.callAt(loop.time() + 30, say, 'third')
      await sleep(40)
      expect(lines).toEqual(['first', 'second', 'third'])
    }))

  test('C148 a callback that was cancelled is not called, also after it was due', () =>
    inRun(async () => {
      let calls = 0
      const soon = loop.callSoon(() => (calls += 1))
      soon.cancel()
      soon.cancel()
      await pass()
      expect([calls, soon.cancelled()]).toEqual([0, true])
    }))

  test('C150 sleep', () =>
    inRun(async ({ at }) => {
      const lines: string[] = []
      loop.callSoon(() => {
        lines.push('queued before')
        loop.callSoon(() => lines.push('queued meanwhile'))
      })
      expect([await sleep(0, 'value'), lines]).toEqual(['value', ['queued before']])
      expect([await sleep(50, 'later'), at()]).toEqual(['later', 50])
      expect(() => sleep(NaN)).toThrow(RangeError)
    }))

  test('the current task is known in callbacks and after waits', () =>
    inRun(async () => {
      const names: string[] = []
      const task = spawn(
        async () => {
          loop.callSoon(() => names.push(currentTask().name))
          await sleep(5)
          names.push(currentTask().name)
        },
        { name: 'own' },
      )
      await task
      names.push(currentTask().name)
      expect(names).toEqual(['own', 'own', 'work'])
    }))
})
