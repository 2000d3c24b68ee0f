import type { Call } from '../../src-main/interpreters/calls.ts'
import type { Ask } from '../../src-main/interpreters/sdk/open-call.ts'
import { asyncFacing, syncFacing } from '../../src-main/interpreters/sdk/face.ts'
import { linkCurrentRun } from '../../src-main/interpreters/sdk/run-link.ts'
import type { RunLink } from '../../src-main/interpreters/sdk/run-link.ts'

/** Answers the calls of a face in a test: a value, or an error that is thrown. */
export type Answers = (ask: Ask) => unknown

/** Both faces over an engine that the test plays. `calls` is all that was asked, in order. */
export function playEngine(answers: Answers) {
  const link: RunLink = { context: {} as RunLink['context'], runtime: null, send: () => undefined, receive: null }
  linkCurrentRun(() => link)
  const calls: Call[] = []
  const answer = (ask: Ask): unknown => {
    calls.push(ask.call)
    const value = answers(ask)
    if (value instanceof Error) throw value
    return value
  }
  return {
    calls,
    asyncFace: asyncFacing(async (ask) => answer(ask)),
    syncFace: syncFacing(answer),
  }
}
