/**
 * The same three steps written three times: with callbacks, with a generator, and with async and await.
 *
 * executor: async
 * input: { "stepMs": 100 }
 */
import { log, loop, sleep } from 'signalbox'

export default async function callbacksToAwait(input: { stepMs?: number } | null) {
  const { stepMs } = { stepMs: 100, ...input }
  const withCallbacks = await new Promise<string[]>((resolve) => threeStepsWithCallbacks(stepMs, resolve))
  const withGenerator = await drive(threeStepsAsGenerator(stepMs))
  const withAwait = await threeSteps(stepMs)
  return { withCallbacks, withGenerator, withAwait }
}

/** What comes next stands inside what comes before, one level deeper each time. */
function threeStepsWithCallbacks(stepMs: number, whenDone: (steps: string[]) => void): void {
  const steps: string[] = []
  const note = (step: string) => {
    steps.push(step)
    log(`${step}, called back`)
  }
  loop.callLater(stepMs, () => {
    note('first')
    loop.callLater(stepMs, () => {
      note('second')
      loop.callLater(stepMs, () => {
        note('third')
        whenDone(steps)
      })
    })
  })
}

/** Reads from top to bottom: it stops at each `yield`, until somebody calls `next`. */
function* threeStepsAsGenerator(stepMs: number): Generator<Promise<void>, string[], void> {
  const steps: string[] = []
  for (const step of ['first', 'second', 'third']) {
    yield sleep(stepMs)
    steps.push(step)
    log(`${step}, after a yield`)
  }
  return steps
}

/** The somebody: it waits for what the generator yields, and lets it go on. */
async function drive<Result>(generator: Generator<Promise<void>, Result, void>): Promise<Result> {
  let turn = generator.next()
  while (!turn.done) {
    await turn.value
    turn = generator.next()
  }
  return turn.value
}

/** The language has both built in. */
async function threeSteps(stepMs: number): Promise<string[]> {
  const steps: string[] = []
  for (const step of ['first', 'second', 'third']) {
    await sleep(stepMs)
    steps.push(step)
    log(`${step}, after an await`)
  }
  return steps
}
