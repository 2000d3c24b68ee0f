import type { CallOn, ScriptReport } from '../../interpreters/calls.ts'
import type { InterpreterName } from '../../interpreters/named/calls.ts'
import { interpreterOfParty } from '../../interpreters/named/party.ts'
import { objectLimits } from '../../../src-preload/objects.ts'
import type { Asker } from '../objects/script-side.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { attempt, tell } from './answers.ts'
import { applyToChannel } from './channels.ts'
import { close, create, find, isRunning, work } from './interpreters.ts'
import type { Wanted } from './interpreters.ts'
import { living } from './state.ts'
import { leaveNamed } from './waiters.ts'

type NamedCall = CallOn<'interpreter'> | CallOn<'interpreter_queue'>

/** What a run, or the code of an interpreter, asks about interpreters. Call inside the transaction. */
export function applyToNamed(state: EngineState, tick: Tick, asker: Asker, call: NamedCall): void {
  attempt(state, tick, asker, () => {
    if (call.on === 'interpreter_queue') applyToChannel(state, tick, asker, call)
    else applyToInterpreter(state, tick, asker, call)
  })
}

function applyToInterpreter(state: EngineState, tick: Tick, asker: Asker, call: CallOn<'interpreter'>): void {
  const answer = (value: unknown) => tell(state, tick, asker, { ok: true, value })
  switch (call.do) {
    case 'create':
      create(state, tick, call, asker)
      return
    case 'list':
      answer(state.named.open.values().map(nameOf).toArray())
      return
    case 'find':
      answer(nameOf(find(state, call.which)))
      return
    case 'look':
      answer({ isRunning: isRunning(state, call.interpreter) })
      return
    case 'close':
      close(state, tick, call.interpreter, call.isForced, asker)
      return
    default:
      work(state, tick, call.interpreter, wantedOf(call), asker)
  }
}

function wantedOf(call: Extract<CallOn<'interpreter'>, { do: Wanted['do'] }>): Wanted {
  switch (call.do) {
    case 'exec':
      return { do: 'exec', code: call.code }
    case 'call': {
      const { callable, values, isBackground } = call
      return { do: 'call', callable, values, isBackground }
    }
    case 'bind':
      return { do: 'bind', values: call.values }
    default:
      return call satisfies never
  }
}

const nameOf = ({ id, name }: { id: number; name: string }): InterpreterName => ({ interpreter: id, name })

/** What the code of an interpreter asks. Of durable objects it has none: they are leased to runs. */
export function applyFromNamed(state: EngineState, tick: Tick, report: ScriptReport): void {
  const interpreter = living(state, interpreterOfParty(report.run))
  if (interpreter === undefined) return
  if (report.type === 'withdraw') {
    const open = interpreter.calls.get(report.call)
    if (open === undefined) return
    leaveNamed(state, open.asker, open.what)
    tell(state, tick, open.asker, { ok: false, error: { name: 'Withdrawn', message: 'taken back' } })
    return
  }
  if (report.type !== 'call') return
  const { run, attempt: number, task, call, place, what } = report
  const asker: Asker = { run, attempt: number, task, call, since: tick.now, place, givesUpAt: null, isAbortable: false }
  const refuse = (message: string) => tell(state, tick, asker, { ok: false, error: { name: 'RuntimeError', message } })
  if (interpreter.calls.size >= objectLimits.openCalls) {
    refuse(`more than ${objectLimits.openCalls} calls of one interpreter are waiting`)
    return
  }
  interpreter.calls.set(call, { asker, what })
  if (what.on === 'interpreter' || what.on === 'interpreter_queue') applyToNamed(state, tick, asker, what)
  else refuse(`A named interpreter is in no run: what it would hold of a ${what.on} belongs to runs.`)
}
