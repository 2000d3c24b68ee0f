import type { EngineState } from '../state.ts'
import type { Schedule } from './schedules.ts'

/** Rows of the ledger that each schedule has at least; one row may stand for many slots. */
export const KEPT_ROWS = 1_000
/** How far it may be exceeded, and how much is removed at a time: a turn does not take long. */
const SLACK_ROWS = 100
const STEP_ROWS = 500

/** Keeps the ledger of each schedule short: a slot every second would be 31 million rows a year. */
export class Ledger {
  /** Decisions since the ledger of a schedule was last looked at. */
  readonly #since = new Map<number, number>()

  /** Looks after the first decision of each life, and then now and then. Call inside the transaction. */
  slotsDecided({ store }: EngineState, schedule: Schedule): void {
    const since = this.#since.get(schedule.id) ?? SLACK_ROWS
    if (since < SLACK_ROWS) {
      this.#since.set(schedule.id, since + 1)
      return
    }
    const { schedules } = store
    const from = schedules.oldestKept.get(schedule.id, KEPT_ROWS)
    const removed =
      from === undefined ? 0 : schedules.forgetBefore.run(schedule.id, schedule.id, from, STEP_ROWS).changes
    // A full step leaves more to do.
    this.#since.set(schedule.id, removed === STEP_ROWS ? SLACK_ROWS : 1)
    if (from === undefined || removed === 0) return
    schedules.setLedgerFrom.run(from, schedule.id)
    schedule.ledgerFrom = from
  }
}
