import type { Store } from '../../src-main/store/store.ts'
import type { SimulatedMachine } from '../support/simulated-interpreters.ts'
import { prepared } from './prepared.ts'

/** The rules of jobs whose runs begin no more by themselves when they were cut off. */
export const jobsOfOnce = {
  iota: { timeoutMs: 2_500, onInterrupted: 'abandon' },
  kappa: { timeoutMs: 60_000, onInterrupted: 'abandon' },
}

/** What must hold of them after every commit of a history: none has two attempts that began, and nothing else is abandoned. */
export function abandonViolations({ db }: Store, { begun }: SimulatedMachine): string[] {
  const ofOnce = prepared<[], number>(db, `SELECT id FROM runs WHERE job_name IN ('iota', 'kappa') AND attempt > 1`)
  const others = prepared<[], number>(
    db,
    `SELECT id FROM runs WHERE outcome = 'abandoned' AND coalesce(job_name, '') NOT IN ('iota', 'kappa')`,
  )
  return [
    ...ofOnce
      .pluck()
      .all()
      .filter((id) => (begun.get(id) ?? 0) > 1)
      .map((id) => `run ${id} began ${begun.get(id)} times`),
    ...others
      .pluck()
      .all()
      .map((id) => `run ${id} is abandoned, and its job does not say so`),
  ]
}
