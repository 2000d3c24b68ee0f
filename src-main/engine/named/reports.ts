import { interpreterLimits } from '../../../src-preload/limits.ts'
import type { LogEntry } from '../../interpreters/log-budget.ts'
import type { NamedReport } from '../../interpreters/named/named-interpreters.ts'
import { appendLog, endAttempt } from '../attempts.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { tell } from './answers.ts'
import { endChannels } from './channels.ts'
import { ownedBy, tellLost } from './interpreters.ts'
import { living } from './state.ts'
import type { NamedInterpreter } from './state.ts'
import { leaveNamed } from './waiters.ts'

const REMEMBERED = 100

type Of<Type extends NamedReport['type']> = Extract<NamedReport, { type: Type }>

/** Takes in what the processes of named interpreters report. Call inside the transaction. */
export function applyNamedReport(state: EngineState, tick: Tick, report: NamedReport): void {
  const interpreter = living(state, report.interpreter)
  if (interpreter === undefined) throw new Error(`interpreter ${report.interpreter} reports and is not known`)
  switch (report.type) {
    case 'interpreter_started': {
      interpreter.pid = report.pid
      const { id, name, creator } = interpreter
      interpreter.creator = null
      tell(state, tick, creator, { ok: true, value: { interpreter: id, name } })
      break
    }
    case 'interpreter_performed':
      performed(state, tick, interpreter, report)
      break
    case 'interpreter_output':
      output(state, tick, interpreter, report)
      return
    case 'interpreter_gone':
      gone(state, tick, interpreter, report.why)
      break
    default:
      report satisfies never
  }
  tick.changes.status = true
}

function performed(
  state: EngineState,
  tick: Tick,
  interpreter: NamedInterpreter,
  { task, performed: what }: Of<'interpreter_performed'>,
): void {
  const work = interpreter.works.get(task)
  // Its process may say anything.
  if (work === undefined) return
  interpreter.works.delete(task)
  interpreter.done += 1
  if (interpreter.main === work) interpreter.main = null
  if (work.waiter !== null && 'settle' in work.waiter) {
    tell(state, tick, work.waiter, { ok: true, value: { performed: what, lines: work.lines } })
    return
  }
  // In the background an error goes to the log only, as that of a thread to its hook.
  if (work.isBackground && what.how !== 'returned') {
    const text = what.how === 'failed' ? what.error.display : `${what.name}: ${what.message}`
    output(
      state,
      tick,
      interpreter,
      { task: null, lines: text.split('\n').map((line) => [tick.now, 'err', line]) },
      work.run,
    )
  }
  tell(state, tick, work.waiter, { ok: true, value: work.isBackground ? null : what })
}

function output(
  state: EngineState,
  tick: Tick,
  interpreter: NamedInterpreter,
  { task, lines }: { task: number | null; lines: LogEntry[] },
  of: number | null = null,
): void {
  const work = task === null ? null : (interpreter.works.get(task) ?? null)
  if (work !== null && work.waiter !== null && 'settle' in work.waiter) {
    work.lines.push(...lines)
    work.lines.splice(0, work.lines.length - interpreterLimits.lines)
    return
  }
  const run = state.live.get(of ?? work?.run ?? interpreter.owner?.run ?? 0)
  if (run !== undefined) appendLog(state, tick, run, lines)
}

/** Its process was seen dead. */
function gone(state: EngineState, tick: Tick, interpreter: NamedInterpreter, why: string): void {
  const { open, leaving, ended, heldEndings } = state.named
  const { id, name, owner } = interpreter
  open.delete(id)
  leaving.delete(id)
  ended.set(id, { name, why })
  for (const oldest of [...ended.keys()].slice(0, Math.max(0, ended.size - REMEMBERED))) ended.delete(oldest)
  tellLost(state, tick, interpreter, why)
  for (const { asker, what } of interpreter.calls.values()) leaveNamed(state, asker, what)
  endChannels(state, tick, { interpreter: id })
  if (owner === null) return
  if (state.live.has(owner.run)) tick.event(owner.run, 'interpreter_ended', { interpreter: id, name, why })
  const held = heldEndings.get(owner.run)
  const run = state.live.get(owner.run)
  if (held === undefined || run === undefined || ownedBy(state, owner.run).length > 0) return
  heldEndings.delete(owner.run)
  endAttempt(state, tick, run, held)
}
