import type { InterpreterReading, InterpreterRow } from '../../../src-preload/interpreter-contract.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { Reading } from '../../interpreters/telemetry/gauges.ts'
import type { Engine } from '../engine.ts'
import type { View } from '../feeds.ts'
import type { EngineState, LiveRun } from '../state.ts'
import { byInWords, find } from './interpreters.ts'
import { living, main } from './state.ts'
import type { NamedInterpreter } from './state.ts'

const RUNS_SHOWN = 20
/** A pool's process that has never answered may only be starting, which takes so long where the machine is busy. */
const POOL_START_MS = 3_000

export const interpreterRows = ({ named }: EngineState): InterpreterRow[] =>
  named.open.values().map(interpreterRow).toArray()

/** One with a process of its own, by number or name. */
export function interpreterNamed(state: EngineState, which: number | string): InterpreterRow {
  const { id } = find(state, which)
  const interpreter = living(state, id)
  if (id === main.id || interpreter === undefined)
    throw problem('INTERPRETER_UNFIT', { name: main.name, doing: 'this', why: 'it is the one that runs are in' })
  return interpreterRow(interpreter)
}

function interpreterRow(interpreter: NamedInterpreter): InterpreterRow {
  const { id, name, memoryMb, pid, owner, createdAt, works, main: doing, done } = interpreter
  return {
    id,
    name,
    memoryMb,
    pid,
    run: owner?.run ?? null,
    createdAt,
    running: runningOf(interpreter),
    background: works.size - (doing === null ? 0 : 1),
    done,
  }
}

const runningOf = ({ main: doing }: NamedInterpreter): InterpreterRow['running'] =>
  doing === null ? null : { doing: doing.doing, by: byInWords(doing), since: doing.since }

/** What all interpreters are like, the pools first, then the named ones, then those of single runs. */
export function readings(engine: Engine): InterpreterReading[] {
  const found = engine.readGauges()
  return engine.read((state) => found.map((reading) => readingRow(state, reading)).sort(byKind))
}

const kinds: readonly InterpreterReading['kind'][] = ['async', 'thread', 'named', 'process']
const byKind = (a: InterpreterReading, b: InterpreterReading): number =>
  Number(a.endedAt !== null) - Number(b.endedAt !== null) ||
  kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
  a.launchedAt - b.launchedAt

/** Read anew each second by those who follow it, and when what runs may have changed. */
export const readingsView = (engine: Engine): View<InterpreterReading, null> => ({
  isTouchedBy: (changes) => changes.status,
  rows: () => readings(engine).map((row) => ({ key: row.key, row })),
  meta: () => null,
  refreshMs: 1_000,
})

function readingRow(state: EngineState, { key, role, pid, launchedAt, endedAt, ...read }: Reading): InterpreterReading {
  const { sample, sampledAt, rss } = read
  const interpreter = role.kind === 'named' ? living(state, role.interpreter) : undefined
  const runs = runsOf(state, role, sample?.runs ?? null, endedAt !== null)
  const mayBeStarting = sample === null && (role.kind === 'async' || role.kind === 'thread')
  const blockedSince =
    mayBeStarting && read.blockedSince !== null && state.clock.wallMs() - read.blockedSince < POOL_START_MS
      ? null
      : read.blockedSince
  const isBlocked = blockedSince !== null
  const running = interpreter === undefined ? null : runningOf(interpreter)
  const isBusy = running !== null || runs.length > 0 || (interpreter?.works.size ?? 0) > 0
  const heapLimit = role.kind === 'named' ? role.memoryMb * 1024 * 1024 : (sample?.heapLimit ?? null)
  return {
    key,
    kind: role.kind,
    interpreter: role.kind === 'named' ? role.interpreter : null,
    name: role.kind === 'named' ? role.name : null,
    pid,
    launchedAt,
    endedAt,
    state: stateOf({ endedAt, pid, isBlocked, isBusy, isKnown: sample !== null }),
    blockedSince,
    isRetired: read.isRetired,
    heapUsed: sample?.heapUsed ?? null,
    heapLimit,
    rss,
    // It does not say so itself while it is blocked.
    loopUtilisation: isBlocked ? 1 : (sample?.loopUtilisation ?? null),
    loopDelayP99Ms: sample?.loopDelayP99Ms ?? null,
    sampledAt,
    runs,
    running,
    done: interpreter?.done ?? sample?.runsDone ?? 0,
  }
}

function stateOf(of: {
  endedAt: number | null
  pid: number | null
  isBlocked: boolean
  isBusy: boolean
  isKnown: boolean
}): InterpreterReading['state'] {
  if (of.endedAt !== null) return 'ended'
  if (of.pid === null) return 'starting'
  // Where nothing is to be done, a loop that does not answer has not begun to turn.
  if (of.isBlocked) return of.isBusy || of.isKnown ? 'blocked' : 'starting'
  return of.isBusy ? 'running' : 'idle'
}

/** The live runs on it; of a process that had one run, that one, also when it is over. */
function runsOf(
  { live, store }: EngineState,
  role: Reading['role'],
  told: number[] | null,
  hasEnded: boolean,
): InterpreterReading['runs'] {
  if (role.kind !== 'process') {
    if (hasEnded) return []
    // A pool that has not said anything yet has those that it was given.
    const given = () => live.values().filter(({ executor }) => executor === role.kind)
    const runs = told === null ? given() : told.values().map((run) => live.get(run))
    return runs.flatMap(runOn).take(RUNS_SHOWN).toArray()
  }
  if (!hasEnded) return runOn(live.get(role.run))
  const stored = store.runs.get.get(role.run)
  return stored === undefined
    ? []
    : [{ run: stored.id, name: stored.name, since: stored.started_at ?? stored.created_at }]
}

const runOn = (run: LiveRun | undefined): InterpreterReading['runs'] =>
  run === undefined ? [] : [{ run: run.id, name: run.name, since: run.state.startedAt }]
