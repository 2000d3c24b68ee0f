/**
 * A run whose tasks are played in a made-up time: what is due is called in order, as fast as it goes. Whoever imports this has
 * fake timers, and takes the SDK from here, for it keeps the timers that it met when it was loaded.
 */
import { vi } from 'vitest'
import type { FromScript, RunLink } from '../../../src-main/interpreters/sdk/run-link.ts'

const realImmediate = setImmediate
/** What is to be called in the next turn; made-up timers would let each take a millisecond. */
let immediates: (() => void)[] = []
globalThis.setImmediate = ((run: () => void) => void immediates.push(run)) as unknown as typeof setImmediate
vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime', 'performance', 'Date'] })
export const sdk = await import('../../../src-main/interpreters/sdk/index.ts')
const { linkCurrentRun } = await import('../../../src-main/interpreters/sdk/run-link.ts')

/** One at a time: made-up timers forget who set them. */
let current: RunLink | undefined
linkCurrentRun(() => current)

export type Played = {
  /** What the run's function has returned; undefined when it threw. */
  value: unknown
  error: unknown
  /** When the run was over, in ms since its start. */
  at: number
  sent: FromScript[]
  /** What was found, in the words of the findings. */
  findings: string[]
}

/** Ms since the run began. */
export let at: () => number = () => 0

/** Stops the run that is played. */
export let stop: (message: string) => void = () => undefined

/** Plays `main` as a run's function until the run is over. */
export async function play(main: () => unknown): Promise<Played> {
  const sent: FromScript[] = []
  const controller = new AbortController()
  const context = { signal: controller.signal, run: { id: 1, name: 'played' } } as RunLink['context']
  const link: RunLink = { context, runtime: null, send: (message) => void sent.push(message) }
  const played: Played = { value: undefined, error: undefined, at: 0, sent, findings: [] }
  const began = Date.now()
  at = () => Date.now() - began
  stop = (message) => {
    controller.abort(new sdk.CancelledError(message))
    link.runtime?.cancel(message)
  }
  current = link
  let isOver = false
  const whole = async () => {
    try {
      played.value = await main()
    } catch (error) {
      played.error = error
    }
    await link.runtime?.end()
    played.at = at()
    isOver = true
  }
  void whole()
  for (let turn = 0; !isOver; turn += 1) {
    if (turn > 10_000) throw new Error('the run does not end')
    await new Promise((resolve) => realImmediate(resolve))
    if (immediates.length > 0) {
      const due = immediates
      immediates = []
      for (const run of due) {
        run()
        await new Promise((resolve) => realImmediate(resolve))
      }
    } else if (!isOver) {
      if (vi.getTimerCount() === 0) throw new Error('the run waits for what never comes')
      vi.advanceTimersToNextTimer()
    }
  }
  played.findings = sent.flatMap((message) =>
    message.type === 'finding' ? [`${message.kind}: ${message.message}`] : [],
  )
  return played
}

/** What became of a promise or a handle: its value, or its error. */
export async function outcome(of: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await of
  } catch (error) {
    return error
  }
}

/** Lets all that is ready be called. */
export const pass = () => sdk.sleep(0)

/** Plays a test's body as a run; what it throws fails the test. */
export async function inRun(body: () => unknown): Promise<void> {
  const { error } = await play(body)
  if (error !== undefined) throw error as Error
}
