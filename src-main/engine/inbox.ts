import type { Surroundings } from '../core/conditions.ts'
import type { Report, StopStep } from '../interpreters/interpreters.ts'
import type { NamedReport } from '../interpreters/named/named-interpreters.ts'
import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'

/** What waits for the next turn. */
export type InboxItem =
  | {
      type: 'command'
      apply: (state: EngineState, tick: Tick) => unknown
      resolve: (value: never) => void
      reject: (error: unknown) => void
    }
  | { type: 'report'; report: Report | NamedReport }
  | { type: 'stop_sent'; step: StopStep }
  | { type: 'surroundings'; seen: Surroundings }
