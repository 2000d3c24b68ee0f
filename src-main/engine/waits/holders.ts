import type { Holder, TaskName } from '../../../src-preload/contract.ts'
import type { Queue } from '../objects/queues.ts'
import type { DurableSemaphore } from '../objects/semaphores.ts'
import type { EngineState, LiveRun } from '../state.ts'

/** Counting who is ahead stops here; "1,000 ahead" says enough. */
export const COUNT_AHEAD_UP_TO = 1_000

type Held = { run: number; attempt: number; task: number | null; amount: number; since: number; place: string | null }

/** The first `limit` who hold permits of it. Those of a rate come back with time, whoever has used them. */
export function holdersOf(
  state: EngineState,
  semaphore: DurableSemaphore,
  limit: number,
): { holders: Holder[]; holderCount: number } {
  if (semaphore.settings.perMs !== null) return { holders: [], holderCount: 0 }
  const { leases } = semaphore
  return {
    holders: leases
      .values()
      .take(limit)
      .map((lease) => holder(state, lease))
      .toArray(),
    holderCount: leases.size,
  }
}

/** The first `limit` who have taken an item of it. */
export function takersOf(
  state: EngineState,
  { deliveries }: Queue,
  limit: number,
): { holders: Holder[]; holderCount: number } {
  const taken = deliveries
    .values()
    .take(limit)
    .map((item) => holder(state, { ...item, amount: 1 }))
  return { holders: taken.toArray(), holderCount: deliveries.size }
}

export const taskName = (run: LiveRun, task: number): TaskName => ({
  number: task,
  name: run.script?.tasks.get(task)?.name ?? null,
})

function holder({ live }: EngineState, { run: id, attempt, task, amount, since, place }: Held): Holder {
  const run = live.get(id)
  if (run === undefined) throw new Error(`run ${id} holds something but is not live`)
  return { run: id, name: run.name, attempt, task: task === null ? null : taskName(run, task), amount, since, place }
}
