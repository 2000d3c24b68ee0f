import { implement } from '@orpc/server'
import { scheduleFeeds } from '../../../src-preload/schedule-contract.ts'
import type { ScheduleLive, SchedulesMeta } from '../../../src-preload/schedule-contract.ts'
import type { Engine } from '../engine.ts'
import type { Feeds, View } from '../feeds.ts'
import type { EngineState } from '../state.ts'
import type { Schedule } from './schedules.ts'
import { jobOf, lastSlots, missedSlots, scheduleRow, upcomingSlots } from './views.ts'

const ROWS_SHOWN = 500
const TICKS_SHOWN = 20
const UPCOMING_SHOWN = 50
const MISSED_SHOWN = 20

/** The schedules as they are now. */
export function createScheduleFeeds(engine: Engine, feeds: Feeds) {
  const on = implement(scheduleFeeds)
  const never = new AbortController().signal
  return {
    schedules: on.schedules.handler(({ input, signal }) =>
      feeds.table(schedulesView(engine, input.text), signal ?? never),
    ),
  }
}

/** A row is read again only when something about its schedule has changed, or while runs of it are on their way. */
export function schedulesView(engine: Engine, text: string): View<ScheduleLive, SchedulesMeta> {
  let known = new Map<number, { version: number; row: ScheduleLive }>()
  let fitting = 0
  const wanted = text.toLowerCase()

  function rowOf(state: EngineState, schedule: Schedule): ScheduleLive {
    const version = state.schedules.versionOf(schedule.id)
    const last = known.get(schedule.id)
    if (last?.version === version && last.row.unfinished.length === 0) return last.row
    return liveRow(state, schedule)
  }

  return {
    isTouchedBy: (changes) => changes.schedules || changes.jobs || changes.runs.size > 0,
    rows: () =>
      engine.read((state) => {
        const found = state.schedules.all().filter((schedule) => isWanted(state, schedule, wanted))
        fitting = found.length
        const shown = found.slice(0, ROWS_SHOWN)
        const rows = shown.map((schedule) => rowOf(state, schedule))
        const versions = shown.map(({ id }) => state.schedules.versionOf(id))
        known = new Map(rows.map((row, index) => [shown[index]?.id ?? 0, { version: versions[index] ?? 0, row }]))
        return rows.map((row) => ({ key: row.name, row }))
      }),
    meta: () =>
      engine.read((state) => {
        const missed = missedSlots(state, MISSED_SHOWN)
        const { rows, more } = upcomingSlots(state, engine.now, { hours: 24, limit: UPCOMING_SHOWN })
        return {
          total: state.schedules.count,
          fitting,
          upcoming: rows,
          moreUpcoming: more,
          missed: missed.rows,
          moreMissed: missed.more,
        }
      }),
  }
}

const isWanted = (state: EngineState, schedule: Schedule, text: string): boolean =>
  text === '' || schedule.name.toLowerCase().includes(text) || jobOf(state, schedule).toLowerCase().includes(text)

function liveRow(state: EngineState, schedule: Schedule): ScheduleLive {
  const last = lastSlots(state, schedule, TICKS_SHOWN)
  const misfires = last.filter(({ outcome, isBackfill }) => !isBackfill && (outcome === 'late' || outcome === 'missed'))
  return { ...scheduleRow(state, schedule), last, misfires: misfires.length }
}
