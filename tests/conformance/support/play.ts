import { World } from './world.ts'

/** A run that was played to its end. */
type Played = {
  /** What its function has returned; undefined when it threw. */
  value: unknown
  error: unknown
  /** When it was over, in ms since its start. */
  at: number
  /** What was found, in the words of the findings. */
  findings: string[]
}

const findingTypes = ['left_in_flight', 'never_awaited', 'unhandled_rejection']

/** Plays `main` as the function of a run in a world of its own, as far as it goes. */
export async function play(main: (stage: Stage) => unknown): Promise<Played> {
  const world = await World.open()
  const began = world.now
  const played: Played = { value: undefined, error: undefined, at: 0, findings: [] }
  const stage: Stage = {
    world,
    at: () => world.now - began,
    stop: (message) => void run.cancel(message),
  }
  const run = await world.run(async () => {
    try {
      played.value = await main(stage)
    } catch (error) {
      played.error = error
    }
  })
  await world.untilFinished(run.id)
  const { finishedAt, events } = world.stored(run.id)
  played.at = (finishedAt ?? 0) - began
  played.findings = events
    .filter(({ type }) => findingTypes.includes(type))
    .map(({ type, data }) => `${type}: ${(data as { message: string }).message}`)
  return played
}

export type Stage = {
  readonly world: World
  /** Ms since the run began. */
  at: () => number
  /** Stops the run. */
  stop: (message: string) => void
}

/** Plays a test's body as a run; what it throws fails the test. */
export async function inRun(body: (stage: Stage) => unknown): Promise<void> {
  const { error } = await play(body)
  if (error !== undefined) throw error as Error
}

/** What became of a promise or a handle: its value, or its error. */
export async function outcome(of: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await of
  } catch (error) {
    return error
  }
}
