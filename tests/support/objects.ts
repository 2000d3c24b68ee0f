import type { Call } from '../../src-main/interpreters/calls.ts'
import { openFamily } from './family.ts'
import type { CallCircumstances } from './family.ts'

/**
 * An engine with `count` running runs of the job `work`, whose attempts make the calls that the test says. After `last`, it is
 * the next life on the same store, where the same runs were started again.
 */
export async function openRuns(
  count: number,
  last?: Pick<NonNullable<Parameters<typeof openFamily>[0]>, 'db' | 'world'> & { runs: number[] },
) {
  const slots = { async: Math.max(20, count), process: 1 }
  const family = await openFamily({ slots, ...(last === undefined ? {} : { db: last.db, world: last.world }) })
  const runs = last?.runs ?? []
  while (runs.length < count) runs.push(await family.submit({ job: 'work' }))
  const runOf = (index: number): number => {
    const run = runs[index]
    if (run === undefined) throw new Error(`there are ${count} runs only`)
    return run
  }
  /** What a call was answered: its value, the name of its error, or that it waits. */
  const outcome = (call: number): unknown => {
    const answer = family.answerTo(call)
    if (answer === undefined) return 'waits'
    return answer.ok ? answer.value : answer.error.name
  }
  return {
    ...family,
    runs,
    runOf,
    outcome,
    /** Makes a call of the run with that index; its number is for `outcome` and `withdraw`. */
    call: (index: number, what: Call, more: CallCircumstances = {}) => family.send(runOf(index), what, more),
    /** Makes a call and gives its outcome. */
    get: async (index: number, what: Call): Promise<unknown> => outcome(await family.send(runOf(index), what)),
    withdraw: (index: number, call: number) =>
      family.report({ type: 'withdraw', run: runOf(index), attempt: family.run(runOf(index)).attempt, call }),
    endRun: (index: number, how: 'returned' | 'threw' | 'interrupted') => family.end(runOf(index), how),
    /** Ends the run with that index, and puts a new one in its place. */
    async replace(index: number, how: 'returned' | 'threw'): Promise<void> {
      await family.end(runOf(index), how)
      runs[index] = await family.submit({ job: 'work' })
    },
  }
}

/** The engine dies between two turns; the next life opens its store. */
export async function nextLife(last: Awaited<ReturnType<typeof openRuns>>) {
  last.clock.die()
  return openRuns(last.runs.length, last)
}
