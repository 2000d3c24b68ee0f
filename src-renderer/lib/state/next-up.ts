import type { RunRow } from '../../../src-preload/contract.ts'
import { routeHash } from './route.ts'

/** A slot of a schedule that has no run yet. */
export type Upcoming = { at: number; schedule: string; job: string }
/** `from`: what planned it. */
export type Planned = { key: string; at: number; name: string; from: string; href: string }

/** What is due from `now` until `withinMs` later, in its order: slots of schedules, and runs that are delayed or retried. */
export function nextUp(slots: Upcoming[], runs: RunRow[], now: number, withinMs: number): Planned[] {
  const ofSlots = slots.map(({ at, schedule, job }): Planned => ({
    key: `${schedule} ${at}`,
    at,
    name: job,
    from: `schedule ${schedule}`,
    href: routeHash('/scripts', [['job', job]]),
  }))
  const ofRuns = runs.flatMap((run): Planned[] =>
    run.lifecycle !== 'scheduled' || run.dueAt === null
      ? []
      : [
          {
            key: `run ${run.id}`,
            at: run.dueAt,
            name: run.name,
            from: run.attempt > 0 ? `retry of run ${run.id}` : `run ${run.id}, delayed`,
            href: routeHash(`/runs/${run.id}`),
          },
        ],
  )
  return [...ofSlots, ...ofRuns].filter(({ at }) => at >= now && at <= now + withinMs).sort((a, b) => a.at - b.at)
}
