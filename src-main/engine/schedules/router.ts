import { implement } from '@orpc/server'
import { scheduleContract } from '../../../src-preload/schedule-contract.ts'
import { backfill, removeSchedule, saveSchedule, setSchedulePaused } from '../commands/schedules.ts'
import type { Engine } from '../engine.ts'
import { missedSlots, previewOf, scheduleRow, slotPage, upcomingSlots } from './views.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** Answers the calls about schedules. What a command answers is read in its own transaction. */
export function createScheduleRouter(engine: Engine) {
  const on = implement(scheduleContract)
  const change = (name: string, apply: (state: EngineState, tick: Tick) => void) =>
    engine.command((state, tick) => {
      apply(state, tick)
      return scheduleRow(state, state.schedules.named(name))
    })
  const setPaused = (name: string, isPaused: boolean) =>
    change(name, (state, tick) => setSchedulePaused(state, tick, name, isPaused))

  return on.router({
    schedules: {
      save: on.schedules.save.handler(({ input }) =>
        change(input.name, (state, tick) => saveSchedule(state, tick, input)),
      ),
      list: on.schedules.list.handler(() =>
        engine.read((state) => state.schedules.all().map((schedule) => scheduleRow(state, schedule))),
      ),
      get: on.schedules.get.handler(({ input }) =>
        engine.read((state) => scheduleRow(state, state.schedules.named(input.name))),
      ),
      remove: on.schedules.remove.handler(async ({ input }) => {
        await engine.command((state, tick) => removeSchedule(state, tick, input.name))
        return { removed: true as const }
      }),
      pause: on.schedules.pause.handler(({ input }) => setPaused(input.name, true)),
      resume: on.schedules.resume.handler(({ input }) => setPaused(input.name, false)),
      preview: on.schedules.preview.handler(({ input }) =>
        engine.read((state) =>
          previewOf(input.timing, state.surroundings.zone, input.after ?? engine.now, input.limit),
        ),
      ),
      upcoming: on.schedules.upcoming.handler(({ input }) =>
        engine.read((state) => upcomingSlots(state, engine.now, input)),
      ),
      slots: on.schedules.slots.handler(({ input }) =>
        engine.read((state) =>
          slotPage(state, state.schedules.named(input.name), input.before ?? 8.64e15, input.limit),
        ),
      ),
      missed: on.schedules.missed.handler(({ input }) => engine.read((state) => missedSlots(state, input.limit))),
      backfill: on.schedules.backfill.handler(({ input }) =>
        engine.command((state, tick) => backfill(state, tick, input)),
      ),
    },
  })
}
