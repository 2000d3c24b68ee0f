/**
 * The same function as tasks inside this run, and as runs of their own: one line is different.
 *
 * A task is cheap and ends with its run. A run is stored, has a log and a history, and can have a process of its own.
 *
 * executor: async
 * input: { "texts": ["one two three", "four five", "six"], "workMs": 100 }
 */
import { gather, log, spawn } from 'signalbox'
import countWords from './children/count-words.ts'

export default async function taskOrRun(input: { texts?: string[]; workMs?: number } | null) {
  const { texts, workMs } = { texts: ['one two three', 'four five', 'six'], workMs: 100, ...input }
  const tasks = texts.map((text) => spawn(() => countWords({ text, workMs })))
  const asTasks = await gather(tasks)
  log('as tasks', { asTasks })

  const runs = texts.map((text) => spawn<number>('./children/count-words.ts', { text, workMs }))
  const asRuns = await gather(runs)
  log('as runs', { asRuns, runs: runs.map(({ id }) => id) })

  return { asTasks, asRuns, runs: runs.map(({ id }) => id) }
}
