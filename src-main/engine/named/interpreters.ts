/** Named interpreters: made, used and closed by scripts and by persons. Call everything inside the transaction. */
import { dirname } from 'node:path'
import { interpreterLimits } from '../../../src-preload/limits.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { Report } from '../../interpreters/interpreters.ts'
import type { Work as WorkSent } from '../../interpreters/named/protocol.ts'
import { interpreterOfParty, partyOf } from '../../interpreters/named/party.ts'
import { refuseWhenDraining } from '../commands/submit.ts'
import type { EngineState, LiveRun } from '../state.ts'
import type { Tick } from '../tick.ts'
import { tell } from './answers.ts'
import { living, main } from './state.ts'
import type { NamedInterpreter, Owner, Waiter, Work } from './state.ts'

/** What is to be done, as the process takes it, without what is known here. */
export type Wanted = WorkSent extends infer One
  ? One extends WorkSent
    ? Omit<One, 'task' | 'folder' | 'isShown'>
    : never
  : never

/** Starts a process; `waiter` is told the number and the name when it exists. */
export function create(
  state: EngineState,
  tick: Tick,
  { name, memoryMb, isKept }: { name: string | null; memoryMb: number; isKept: boolean },
  waiter: Waiter,
): void {
  const { open } = state.named
  refuseWhenDraining(state)
  if (open.size >= interpreterLimits.interpreters)
    throw problem('TOO_MANY_INTERPRETERS', { limit: interpreterLimits.interpreters })
  if (name !== null) checkName(state, name)
  const id = state.counters.add('last_interpreter', 1)
  const interpreter: NamedInterpreter = {
    id,
    name: name ?? freeName(state, id),
    memoryMb,
    owner: isKept ? null : ownerOf(state, waiter),
    createdAt: tick.now,
    pid: null,
    creator: waiter,
    main: null,
    works: new Map(),
    closers: [],
    calls: new Map(),
    done: 0,
  }
  open.set(id, interpreter)
  tick.effects.instructions.push({ do: 'launch', interpreter: id, name: interpreter.name, memoryMb })
  if (interpreter.owner !== null) {
    tick.event(interpreter.owner.run, 'interpreter_created', { interpreter: id, name: interpreter.name })
  }
  tick.changes.status = true
}

/** With what that which is made there ends; what an interpreter makes ends with its own owner. */
export function ownerOf(state: EngineState, waiter: Waiter): Owner {
  if ('settle' in waiter) return null
  if (waiter.run < 0) return living(state, interpreterOfParty(waiter.run))?.owner ?? null
  return { run: waiter.run, attempt: waiter.attempt }
}

/** By number or name; main too. */
export function find({ named }: EngineState, which: number | string): { id: number; name: string } {
  if (which === main.id || which === main.name) return main
  const { open, ended } = named
  const found = typeof which === 'number' ? open.get(which) : open.values().find(({ name }) => name === which)
  if (found !== undefined) return found
  const last =
    typeof which === 'number'
      ? ended.get(which)
      : ended
          .values()
          .toArray()
          .findLast(({ name }) => name === which)
  throw problem('INTERPRETER_NOT_FOUND', { which, why: last?.why ?? null })
}

/** One that has a process. */
export function findOwn(state: EngineState, id: number, doing: string): NamedInterpreter {
  if (id === main.id) {
    throw problem('INTERPRETER_UNFIT', { name: main.name, doing, why: 'it is the one that runs are in' })
  }
  find(state, id)
  const found = state.named.open.get(id)
  if (found === undefined) throw new Error(`interpreter ${id} was found and is not there`)
  return found
}

export const isRunning = (state: EngineState, id: number): boolean =>
  find(state, id).id === main.id || (state.named.open.get(id)?.main ?? null) !== null

/** Has it do something. At its top level it does one thing at a time, and a second is refused, as PEP 734 has it. */
export function work(
  state: EngineState,
  tick: Tick,
  id: number,
  wanted: Wanted,
  waiter: Waiter,
  folder: string | null = folderOf(waiter),
): void {
  const interpreter = findOwn(state, id, wanted.do)
  const isBackground = wanted.do === 'call' && wanted.isBackground
  if (!isBackground) refuseBusy(interpreter)
  const task = (state.named.lastTask += 1)
  const doing: Work = {
    task,
    doing: wanted.do,
    since: tick.now,
    isBackground,
    waiter,
    run: runOf(state, interpreter, waiter),
    lines: [],
  }
  interpreter.works.set(task, doing)
  if (!isBackground) interpreter.main = doing
  const sent = { ...wanted, task, folder, isShown: 'settle' in waiter }
  tick.effects.instructions.push({ do: 'work', interpreter: id, work: sent })
  tick.changes.status = true
}

/**
 * Takes it off the list, and has it leave when what it does in the background is done; by force at once, and also while it is
 * running. `waiter` is told when its process was seen dead.
 */
export function close(state: EngineState, tick: Tick, id: number, isForced: boolean, waiter: Waiter): void {
  const leaving = isForced ? state.named.leaving.get(id) : undefined
  const interpreter = leaving ?? findOwn(state, id, 'close')
  if (!('settle' in waiter) && waiter.run === partyOf(id)) {
    const why = 'it is the one that the code is in'
    throw problem('INTERPRETER_UNFIT', { name: interpreter.name, doing: 'close', why })
  }
  if (!isForced) refuseBusy(interpreter)
  interpreter.closers.push(waiter)
  leave(state, tick, interpreter, isForced)
}

/**
 * An attempt's interpreters are processes of it: it is over when they are seen dead. True when its ending has to wait for that;
 * `heldEndings` then has it.
 */
export function holdEnding(
  state: EngineState,
  tick: Tick,
  run: LiveRun,
  report: Extract<Report, { type: 'ended' }>,
): boolean {
  const owned = ownedBy(state, run.id)
  if (owned.length === 0) return false
  if (!state.named.heldEndings.has(run.id)) state.named.heldEndings.set(run.id, report)
  for (const interpreter of owned) leave(state, tick, interpreter, true)
  return true
}

export const ownedBy = ({ named }: EngineState, run: number): NamedInterpreter[] =>
  [...named.open.values(), ...named.leaving.values()].filter(({ owner }) => owner?.run === run)

function leave(state: EngineState, tick: Tick, interpreter: NamedInterpreter, isForced: boolean): void {
  const { open, leaving } = state.named
  open.delete(interpreter.id)
  leaving.set(interpreter.id, interpreter)
  tick.effects.instructions.push({ do: isForced ? 'kill' : 'close', interpreter: interpreter.id })
  tick.changes.status = true
}

function refuseBusy({ name, main: doing }: NamedInterpreter): void {
  if (doing === null) return
  throw problem('INTERPRETER_BUSY', { name, by: byInWords(doing) })
}

/** Who has it do something, in words. */
export function byInWords({ doing, waiter, run }: Pick<Work, 'doing' | 'waiter' | 'run'>): string {
  if (waiter === null) return `${doing} of somebody who has gone`
  if ('settle' in waiter) return `${doing} by hand`
  return waiter.run < 0
    ? `${doing} by interpreter ${interpreterOfParty(waiter.run)}`
    : `${doing} by run ${run ?? waiter.run}`
}

function checkName({ named }: EngineState, name: string): void {
  const details = /^\d+$/.test(name)
    ? `an interpreter is found by its number, too: "${name}" cannot be a name`
    : name === main.name || named.open.values().some((each) => each.name === name)
      ? `there is an interpreter named "${name}" already`
      : null
  if (details !== null) throw problem('BAD_INPUT', { details })
}

function freeName({ named }: EngineState, id: number): string {
  const taken = new Set(named.open.values().map(({ name }) => name))
  let name = `interpreter-${id}`
  while (taken.has(name)) name += '-'
  return name
}

/** In whose log the output of what this one asks is written. */
function runOf(state: EngineState, { owner }: NamedInterpreter, waiter: Waiter): number | null {
  if ('settle' in waiter) return owner?.run ?? null
  if (waiter.run > 0) return waiter.run
  const asking = living(state, interpreterOfParty(waiter.run))
  return asking?.main?.run ?? asking?.owner?.run ?? null
}

/** What imports of code that a script hands over are relative to: the folder of the script. */
function folderOf(waiter: Waiter): string | null {
  if ('settle' in waiter || waiter.place === null) return null
  const path = waiter.place.replace(/:\d+:\d+$/, '')
  // Of an interpreter's own code only its name is known.
  return /[<>]/.test(path) ? null : dirname(path)
}

/** Answers a call whose interpreter has gone. */
export function tellLost(state: EngineState, tick: Tick, interpreter: NamedInterpreter, why: string): void {
  const lost = `The interpreter "${interpreter.name}" ${why}.`
  tell(state, tick, interpreter.creator, { ok: false, error: { name: 'InterpreterLost', message: lost } })
  for (const { waiter } of interpreter.works.values())
    tell(state, tick, waiter, { ok: false, error: { name: 'InterpreterLost', message: lost } })
  for (const closer of interpreter.closers) tell(state, tick, closer, { ok: true, value: null })
}
