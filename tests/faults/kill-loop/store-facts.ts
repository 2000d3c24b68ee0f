import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'

export type RunFact = {
  id: number
  lifecycle: string
  outcome: string | null
  attempt: number
  /** How many of its attempts do not count. */
  interrupted: number
  /** Its definition says that it never begins again by itself. */
  isOnce: boolean
  inputHash: string
  /** Numbers of its earlier attempts, with what became of them. */
  earlier: { number: number; state: string }[]
}
export type SlotFact = { at: number; count: number; run: number | null; outcome: string }
export type ScheduleFact = {
  id: number
  everyMs: number
  firstAt: number
  /** The first slot that is kept; null: all are. */
  keptFrom: number | null
  cursor: number
  slots: SlotFact[]
}

/** What the store says when everything is dead. */
export type StoreFacts = {
  integrity: string[]
  runs: RunFact[]
  /** Runs that a schedule has made. */
  scheduled: { run: number; schedule: number; slot: number }[]
  schedules: ScheduleFact[]
  /** Stored totals that differ from what the rows add up to. */
  wrongTotals: string[]
}

export const hashOf = (input: unknown) => createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 16)

/** Reads a store that nobody has open. Its schedules must be intervals of whole spans from their anchor. */
export function readFacts(databasePath: string): StoreFacts {
  const db = new Database(databasePath, { readonly: true })
  try {
    const earlier = Map.groupBy(
      all<{ run_id: number; number: number; state: string }>(
        db,
        'SELECT run_id, number, state FROM attempts ORDER BY number',
      ),
      ({ run_id }) => run_id,
    )
    const runs = all<
      Omit<RunFact, 'inputHash' | 'earlier' | 'isOnce'> & {
        rule: string | null
        input: string
        schedule_id: number | null
        slot_at: number | null
      }
    >(
      db,
      `SELECT runs.id, lifecycle, outcome, attempt, interrupted, input, schedule_id, slot_at, body ->> 'onInterrupted' AS rule
       FROM runs JOIN definitions ON definitions.id = definition_id ORDER BY runs.id`,
    )
    const slots = all<{
      schedule_id: number
      slot_at: number
      slot_count: number
      run_id: number | null
      outcome: string
    }>(db, 'SELECT schedule_id, slot_at, slot_count, run_id, outcome FROM slots ORDER BY schedule_id, slot_at')
    const schedules = all<{
      id: number
      timing: string
      created_at: number
      cursor_at: number
      ledger_from: number | null
    }>(db, 'SELECT id, timing, created_at, cursor_at, ledger_from FROM schedules')
    const checks = [...(db.pragma('integrity_check') as { integrity_check: string }[])].map(
      (row) => row.integrity_check,
    )
    const keys = (db.pragma('foreign_key_check') as { table: string }[]).map(
      ({ table }) => `a row of ${table} refers to none`,
    )
    return {
      integrity: [...checks.filter((word) => word !== 'ok'), ...keys],
      runs: runs.map(({ input, schedule_id: _schedule, slot_at: _slot, rule, ...run }) => ({
        ...run,
        isOnce: rule === 'abandon',
        inputHash: hashOf(JSON.parse(input)),
        earlier: (earlier.get(run.id) ?? []).map(({ number, state }) => ({ number, state })),
      })),
      scheduled: runs.flatMap(({ id, schedule_id, slot_at }) =>
        schedule_id === null || slot_at === null ? [] : [{ run: id, schedule: schedule_id, slot: slot_at }],
      ),
      schedules: schedules.map(({ id, timing, created_at, cursor_at, ledger_from }) => {
        const { everyMs, anchorAt } = JSON.parse(timing) as { everyMs: number; anchorAt: number }
        return {
          id,
          everyMs,
          firstAt: anchorAt + Math.max(0, Math.floor((created_at - anchorAt) / everyMs) + 1) * everyMs,
          keptFrom: ledger_from,
          cursor: cursor_at,
          slots: slots
            .filter((slot) => slot.schedule_id === id)
            .map((slot) => ({ at: slot.slot_at, count: slot.slot_count, run: slot.run_id, outcome: slot.outcome })),
        }
      }),
      wrongTotals: wrongTotals(db),
    }
  } finally {
    db.close()
  }
}

function wrongTotals(db: Database.Database): string[] {
  const stored = new Map(
    all<{ name: string; value: number }>(db, 'SELECT name, value FROM counters').map(({ name, value }) => [
      name,
      value,
    ]),
  )
  const counted = [
    ...all<{ name: string; count: number }>(
      db,
      `SELECT 'is_' || lifecycle AS name, count(*) AS count FROM runs GROUP BY 1`,
    ),
    ...all<{ name: string; count: number }>(
      db,
      `SELECT 'was_' || outcome AS name, count(*) AS count FROM runs WHERE outcome IS NOT NULL GROUP BY 1`,
    ),
  ]
  const names = new Set([
    ...counted.map(({ name }) => name),
    ...[...stored.keys()].filter((name) => /^(is|was)_/.test(name)),
  ])
  return [...names].flatMap((name) => {
    const rows = counted.find((each) => each.name === name)?.count ?? 0
    const total = stored.get(name) ?? 0
    return rows === total ? [] : [`${name} says ${total}, and ${rows} runs are it`]
  })
}

const all = <Row>(db: Database.Database, sql: string): Row[] => db.prepare<[], Row>(sql).all()
