/** Between the engine and the process of a named interpreter: control frames on its channel, as for other interpreters. */
import type { Answer, ScriptReport } from '../calls.ts'
import type { InterpreterSettings } from '../interpreter-protocol.ts'
import type { LogEntry } from '../log-budget.ts'
import type { Sample } from '../telemetry/gauge.ts'
import type { Callable, Performed } from './calls.ts'

export type NamedSettings = InterpreterSettings & { interpreter: number; name: string; memoryMb: number }

/** Work for an interpreter; `task` numbers it. `folder`: what relative imports are relative to; null: the scripts folder. */
export type Work = { task: number; folder: string | null; isShown: boolean } & (
  | { do: 'exec'; code: string }
  | { do: 'call'; callable: Callable; values: string; isBackground: boolean }
  /** Sets globals: `values` is one value, an array of names and values. */
  | { do: 'bind'; values: string }
)

/** One message a frame. */
export type ToNamed =
  | { type: 'work'; work: Work }
  | { type: 'answers'; answers: Answer[] }
  /** It leaves when what it does in the background is done. */
  | { type: 'close' }
  | { type: 'sample' }

/** A JSON array a frame. Calls of code inside it name the interpreter as a run: see party.ts. */
export type FromNamed =
  | ScriptReport
  | { type: 'performed'; task: number; performed: Exclude<Performed, { how: 'lost' }> }
  /** `task` null: of nothing that is under way. */
  | { type: 'output'; task: number | null; lines: LogEntry[] }
  /** Its last word. */
  | { type: 'dying'; why: string }
  | { type: 'sample'; sample: Sample }
