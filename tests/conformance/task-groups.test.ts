import { describe, expect, test } from 'vitest'
import { inRun, outcome, play } from './support/play.ts'
import * as sdk from './support/signalbox.ts'

/** Lets all that is ready be called. */
const pass = () => sdk.sleep(0)
const { CancelledError, currentTask, sleep, spawn, taskGroup } = sdk
type TaskGroup = InstanceType<typeof sdk.TaskGroup>

const boom = new Error('boom')
const fail = async (ms: number, error: Error = boom) => {
  await sleep(ms)
  throw error
}
/** The errors inside an AggregateError, those inside one of them as a list in its place. */
const errorsOf = (error: unknown): unknown => {
  expect(error).toBeInstanceOf(AggregateError)
  return (error as AggregateError).errors.map((one: unknown) => (one instanceof AggregateError ? errorsOf(one) : one))
}

describe('task groups', () => {
  test('C56 end when all members have, also those added later', () =>
    inRun(async ({ at }) => {
      const results = await taskGroup(async (group) => {
        const first = group.spawn(() => sleep(30, 'first'))
        await sleep(10)
        return [first, group.spawn(() => sleep(40, 'second'))]
      })
      expect([results.map((each) => each.result()), at()]).toEqual([['first', 'second'], 50])
    }))

  test('C58 one fails: the others are cancelled, clean up, and one group error comes out', () =>
    inRun(async ({ at }) => {
      const lines: string[] = []
      const error = await outcome(
        taskGroup(async (group) => {
          group.spawn(() => fail(10))
          group.spawn(async () => {
            try {
              await sleep(1_000)
            } finally {
              await sleep(5)
              lines.push('cleaned up')
            }
          })
        }).then(() => lines.push('not reached')),
      )
      expect([errorsOf(error), lines, at()]).toEqual([[boom], ['cleaned up'], 15])
    }))

  test('C59 the failure of a member ends the wait of the body, and all failures of a pass are told', () =>
    inRun(async ({ at }) => {
      const other = new Error('other')
      const lines: unknown[] = []
      const error = await outcome(
        taskGroup(async (group) => {
          group.spawn(() => fail(10))
          group.spawn(() => fail(10, other))
          lines.push(await outcome(sleep(1_000)), at())
        }),
      )
      expect([errorsOf(error), lines]).toEqual([
        [boom, other],
        [expect.any(CancelledError), 10],
      ])
    }))

  test('C60 the cancel of the parent goes to every member once, and comes out plain after they have ended', () =>
    inRun(async ({ at }) => {
      const lines: unknown[] = []
      const parent = spawn(() =>
        taskGroup((group) => {
          for (let index = 0; index < 5; index += 1)
            group.spawn(async () => {
              lines.push(await outcome(sleep(1_000)))
              await sleep(5)
              throw new CancelledError('passed on')
            })
        }),
      )
      await sleep(10)
      parent.cancel('enough')
      expect(await outcome(parent)).toEqual(expect.objectContaining({ name: 'CancelledError', message: 'enough' }))
      expect([lines, at()]).toEqual([Array(5).fill(expect.any(CancelledError)), 15])
    }))

  test.each([true, false])(
    'C62 an error of the body comes out in a group error, members cancelled (after a wait: %s)',
    (waits) =>
      inRun(async () => {
        let member: InstanceType<typeof sdk.Task> | undefined
        const error = await outcome(
          taskGroup(async (group) => {
            member = group.spawn(() => sleep(1_000))
            if (waits) await pass()
            throw boom
          }),
        )
        expect([errorsOf(error), member?.cancelled()]).toEqual([[boom], true])
      }),
  )

  test('C63 nested groups', () =>
    inRun(async () => {
      const innerFails = await outcome(taskGroup(() => taskGroup((inner) => void inner.spawn(() => fail(1)))))
      expect(errorsOf(innerFails)).toEqual([[boom]])
      const outerFails = await outcome(
        taskGroup(async (outer) => {
          outer.spawn(() => fail(1))
          await taskGroup((inner) => void inner.spawn(() => sleep(1_000)))
        }),
      )
      expect(errorsOf(outerFails)).toEqual([boom])
    }))

  test('C65 the stop of the run comes out bare, and whatever else is thrown that is no Error is grouped', async () => {
    const lines: unknown[] = []
    await play(async ({ stop }) => {
      const group = outcome(
        taskGroup(async (group) => {
          group.spawn(() => sleep(1_000))
          await sleep(1)
          stop('enough')
          await sleep(1_000)
        }),
      )
      lines.push(await group, currentTask().cancelling())
    })
    expect(lines).toEqual([expect.objectContaining({ name: 'CancelledError', message: 'enough' }), 1])
    await inRun(async () => {
      for (const thrown of ['a text', null, undefined, 0]) {
        let member: InstanceType<typeof sdk.Task> | undefined
        const error = await outcome(
          taskGroup(async (group) => {
            member = group.spawn(() => sleep(1_000))
            await pass()
            // oxlint-disable-next-line typescript/only-throw-error -- what is tested
            throw thrown
          }),
        )
        expect([errorsOf(error), member?.cancelled()]).toEqual([[thrown], true])
      }
    })
  })

  test('C66 members can add members while the end is waited for, and a failure stops the family', () =>
    inRun(async () => {
      let born = 0
      const multiply = async (group: TaskGroup): Promise<void> => {
        born += 1
        await sleep(1)
        group.spawn(() => multiply(group))
        group.spawn(() => sleep(10_000))
        await sleep(1)
        if (born >= 10) throw boom
      }
      const error = await outcome(taskGroup((group) => void group.spawn(() => multiply(group))))
      expect([born >= 10, (errorsOf(error) as unknown[])[0], sdk.allTasks().length]).toEqual([true, boom, 1])
      const grown = await taskGroup((group) => {
        const late: unknown[] = []
        group.spawn(async () => (await sleep(5), late.push(group.spawn(() => sleep(5, 'late')))))
        return late
      })
      expect(grown).toHaveLength(1)
    }))

  test('C67 adding is refused once it is aborted or over, and what is refused never starts', () =>
    inRun(async () => {
      let started = 0
      const refused: unknown[] = []
      const tryTo = (group: TaskGroup) => {
        try {
          group.spawn(() => (started += 1))
        } catch (error) {
          refused.push(error)
        }
      }
      let kept: TaskGroup | undefined
      await outcome(
        taskGroup((group) => {
          kept = group
          group.spawn(() => fail(1))
          group.spawn(async () => {
            await outcome(sleep(100))
            tryTo(group)
          })
        }),
      )
      if (kept !== undefined) tryTo(kept)
      await pass()
      expect([refused, started]).toEqual([[expect.any(sdk.RuntimeError), expect.any(sdk.RuntimeError)], 0])
    }))

  test.each([false, true])('C68 its own cancel does not leak (cleanup fails too: %s)', (cleanupFails) =>
    inRun(async ({ at }) => {
      const task = spawn(async () => {
        const error = await outcome(
          taskGroup(async (group) => {
            group.spawn(() => fail(1))
            try {
              await sleep(100)
            } catch (caught) {
              if (cleanupFails) throw new Error('cleanup', { cause: caught })
              throw caught
            }
          }),
        )
        const before = at()
        await sleep(10)
        return [(errorsOf(error) as unknown[]).length, currentTask().cancelling(), at() - before]
      })
      expect(await task).toEqual([cleanupFails ? 2 : 1, 0, 10])
    }),
  )

  test('a cancel from outside that came with a failure is not lost', () =>
    inRun(async () => {
      const task = spawn(async () => {
        const seen = [
          await outcome(
            taskGroup((group) => {
              group.spawn(async () => {
                await outcome(sleep(100))
                throw boom
              })
            }),
          ),
        ]
        return [...seen, await outcome(sleep(100))]
      })
      await sleep(1)
      task.cancel('enough')
      const [error, next] = await task
      expect([errorsOf(error), next]).toEqual([[boom], expect.any(CancelledError)])
    }))

  test('declared with `await using`, it is waited for at the end of the block', () =>
    inRun(async ({ at }) => {
      const lines: string[] = []
      const block = async (error: Error | null) => {
        await using group = taskGroup()
        group.spawn(async () => (await sleep(20), lines.push('member')))
        if (error !== null) group.spawn(() => fail(10, error))
        lines.push('end of block')
      }
      await block(null)
      expect([lines, at()]).toEqual([['end of block', 'member'], 20])
      expect([errorsOf(await outcome(block(boom))), at()]).toEqual([[boom], 30])
      const cancelled = spawn(() => block(null))
      await sleep(5)
      cancelled.cancel()
      await outcome(cancelled)
      expect([cancelled.cancelled(), lines, at()]).toEqual([
        true,
        ['end of block', 'member', 'end of block', 'end of block'],
        35,
      ])
    }))
})

describe('names of groups', () => {
  test('are said in their errors', () =>
    inRun(async () => {
      const name = 'thumbnails'
      const failed = await outcome(taskGroup(async (group) => void group.spawn(() => fail(1)), { name }))
      expect((failed as Error).message).toMatch(/^The task group "thumbnails" was aborted: one of its tasks failed/)
      const late = await outcome(taskGroup(() => sleep(100), { name, deadline: 10 }))
      expect((late as Error).message).toBe('The task group "thumbnails" was not done by its deadline.')
      const over = taskGroup({ name })
      await over[Symbol.asyncDispose]()
      expect(() => over.spawn(pass)).toThrow('The task group "thumbnails" is over: nothing can be spawned in it.')
    }))

  test('are bounded texts', () =>
    inRun(() => {
      expect(() => taskGroup({ name: 7 as never })).toThrow(
        new TypeError('taskGroup(name): the name must be a text, not 7.'),
      )
      expect(() => taskGroup(pass, { name: 'n'.repeat(121) })).toThrow(
        new RangeError('taskGroup(name): a name has at most 120 characters, this one 121.'),
      )
      expect(() => taskGroup({ name: ' ' })).toThrow(RangeError)
    }))
})

describe('deadlines of groups', () => {
  test('cancel all members and the function, and a TimeoutError comes out after their cleanup', () =>
    inRun(async ({ at }) => {
      const lines: string[] = []
      const error = await outcome(
        taskGroup(
          async (group) => {
            group.spawn(async () => {
              try {
                await sleep(1_000)
              } finally {
                await sleep(5)
                lines.push('cleaned up')
              }
            })
            await sleep(1_000)
          },
          { deadline: '20ms' },
        ),
      )
      expect([error, lines, at()]).toEqual([expect.any(sdk.TimeoutError), ['cleaned up'], 25])
    }))

  test('a group that is done in time has no deadline any more', () =>
    inRun(async ({ at }) => {
      const value = await taskGroup(async (group) => [group.spawn(() => sleep(10, 'done'))], { deadline: 20 })
      await sleep(50)
      expect([value.map((each) => each.result()), at()]).toEqual([['done'], 60])
    }))

  test('in a block the members are cancelled, and nothing can be spawned after', () =>
    inRun(async ({ at }) => {
      const block = async () => {
        await using group = taskGroup({ deadline: 20 })
        const member = group.spawn(() => sleep(1_000))
        await sleep(30)
        expect(member.cancelled()).toBe(true)
        expect(() => group.spawn(() => sleep(1))).toThrow('is being aborted')
      }
      expect([await outcome(block()), at()]).toEqual([expect.any(sdk.TimeoutError), 30])
    }))

  test('an error of a member is not lost when the time is up too', () =>
    inRun(async () => {
      const error = await outcome(
        taskGroup(
          (group) => {
            group.spawn(async () => {
              try {
                await sleep(1_000)
              } catch {
                throw boom
              }
            })
          },
          { deadline: 10 },
        ),
      )
      expect(errorsOf(error)).toEqual([boom])
    }))
})
