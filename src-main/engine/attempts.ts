import type { LogLevel, Stop } from '../../src-preload/contract.ts'
import { limitInWords } from '../core/resource-limit.ts'
import { transition } from '../core/run.ts'
import type { Verdict } from '../core/run.ts'
import type { Report } from '../interpreters/interpreters.ts'
import { inOneLine } from '../interpreters/one-line.ts'
import { isCounter, wasCounter } from './counters.ts'
import { laneOfRequeued } from './gates.ts'
import { levelBits } from './history/log-find.ts'
import { endLimits } from './limits.ts'
import { applyFromNamed } from './named/calls.ts'
import { endChannels } from './named/channels.ts'
import { holdEnding } from './named/interpreters.ts'
import { applyScriptReport, endScriptSide } from './objects/calls.ts'
import { attemptCutOff, runEnded } from './objects/run-ends.ts'
import { backOff, verdictOf } from './retries.ts'
import type { EngineState, LiveRun } from './state.ts'
import { stopReacted, stopShielded } from './stopping.ts'
import type { Tick } from './tick.ts'
import { tellWhatRowSays } from './told.ts'

type Ended = Extract<Report, { type: 'ended' }>

/** Takes in what the interpreters saw. A report of an attempt that is over changes nothing and is kept as an event. */
export function applyReport(state: EngineState, tick: Tick, report: Report): void {
  if (report.run < 0) {
    // A named interpreter asks as runs do, and does nothing else of what they do.
    if (report.type === 'call' || report.type === 'withdraw') applyFromNamed(state, tick, report)
    return
  }
  const run = state.live.get(report.run)
  if (run === undefined || run.state.attempt !== report.attempt) {
    const row = report.type === 'ended' ? state.store.runs.get.get(report.run) : undefined
    if (report.type === 'ended' && row !== undefined) {
      if (run === undefined) tellWhatRowSays(state, tick, row)
      tick.event(report.run, 'late_report_ignored', { attempt: report.attempt, how: report.ending.how })
    }
    if (report.type === 'finding' && state.store.runs.get.get(report.run) !== undefined) {
      tick.event(report.run, report.kind, { message: report.message, place: report.place })
      tick.changes.runs.add(report.run)
    }
    return
  }
  run.heardAt = tick.mono
  switch (report.type) {
    case 'started':
      run.pid = report.pid
      tick.changes.runs.add(run.id)
      return
    case 'reacted':
      stopReacted(state, tick, run, report.attempt)
      return
    case 'shielded':
      stopShielded(state, tick, run, report.attempt, report.since)
      return
    case 'log':
      appendLog(state, tick, run, report.lines)
      return
    case 'progress':
      run.unsavedProgress = JSON.stringify({ done: report.done, total: report.total, note: report.note })
      tick.changes.runs.add(run.id)
      return
    case 'limit': {
      const { passed, effect } = report
      tick.event(run.id, 'limit_passed', { attempt: report.attempt, message: limitInWords(passed), effect, ...passed })
      return
    }
    case 'ended':
      if (holdEnding(state, tick, run, report)) endLimits(state, run)
      else endAttempt(state, tick, run, report)
      return
    default:
      applyScriptReport(state, tick, run, report)
  }
}

type LogEntry = [at: number, level: LogLevel, text: string]

/** Appends lines to the log of a live run. */
export function appendLog(state: EngineState, tick: Tick, run: LiveRun, given: LogEntry[]): void {
  if (given.length === 0) return
  const lines = roomFor(given, state, tick, run)
  if (lines === null) return
  const body = lines.map(([at, level, text]) => `${at}\t${level}\t${inOneLine(text)}`).join('\n')
  state.store.logs.insert.run(run.id, run.state.attempt, run.logLines + 1, lines.length, levelBits(lines), body)
  state.counters.add('log_bytes', Buffer.byteLength(body))
  run.logLines += lines.length
  tick.changes.logs.add(run.id)
}

/** On a full disk a run goes on without its log, which says where it is cut; null: that was said. */
function roomFor(lines: LogEntry[], { disk }: EngineState, tick: Tick, run: LiveRun): LogEntry[] | null {
  if (disk.fullSince === null) {
    run.isLogCut = false
    return lines
  }
  if (run.isLogCut) return null
  run.isLogCut = true
  return [[tick.now, 'mark', 'lines are left out here: the disk is full']]
}

/** The attempt is over, and everything of it was seen dead. */
export function endAttempt(state: EngineState, tick: Tick, run: LiveRun, report: Ended): void {
  const stop: Stop | null = run.state.lifecycle === 'stopping' ? run.state.stop : null
  const { attempt, startedAt } = run.state
  const { definition, interrupted, deadlineAt } = run
  const verdict = verdictOf(state, tick, report.ending, stop, { definition, attempt, interrupted, deadlineAt })
  const next = transition(run.state, { type: 'ended', at: tick.now, attempt: report.attempt, verdict })
  if (next === null) throw new Error(`run ${run.id} is live but does not take its ending`)

  const isUneventful = verdict.next === 'finished' && verdict.outcome === 'succeeded' && !run.isStartTold
  if (!isUneventful) tick.tellStart(run)
  endChannels(state, tick, { run: run.id })
  endScriptSide(state, tick, run, verdict.next === 'finished' && verdict.outcome === 'succeeded')
  if (run.key !== null) {
    state.keys.release(run.key)
    state.gatekeeper.wake(run.key)
  }
  state.live.delete(run.id)
  state.inUse[run.executor] -= 1
  endLimits(state, run)
  state.timers.cancel(`grace:${run.id}`)
  state.counters.add(isCounter[run.state.lifecycle], -1)
  tick.changes.runs.add(run.id)
  if (run.logLines > 0) tick.changes.logs.add(run.id)

  const cpuMs = report.cpuMs === null ? null : Math.round(report.cpuMs)
  if (verdict.next === 'queued') {
    requeue(state, tick, { id: run.id, attempt, startedAt, pid: run.pid, cpuMs, logLines: run.logLines }, verdict)
    return
  }
  const exited = report.ending.how === 'exited' ? report.ending : null
  const last = {
    id: run.id,
    attempt,
    logLines: run.logLines,
    pid: run.pid,
    exitCode: exited?.code ?? null,
    exitSignal: exited?.signal ?? null,
    cpuMs,
  }
  if (verdict.next === 'scheduled') {
    const { jobId, priority } = run
    backOff(state, tick, verdict, { ...last, startedAt, definition, jobId, priority })
  } else {
    const { parent, group, unsavedProgress, jobId } = run
    const use = jobId !== null && verdict.outcome === 'succeeded' ? (report.use ?? null) : null
    if (jobId !== null && use !== null) state.autoExecutors.measured(jobId, use)
    const more = { jobId, parent, group, stop, progress: unsavedProgress, isUneventful }
    finish(state, tick, verdict, { ...last, ...more, measured: use === null ? null : JSON.stringify(use) })
  }
}

type LastAttempt = {
  id: number
  jobId: number | null
  attempt: number
  /** The run that spawned it. */
  parent: number | null
  group: number | null
  stop: Stop | null
  /** JSON of a progress that is not stored yet. */
  progress: string | null
  logLines: number
  pid: number | null
  exitCode: number | null
  exitSignal: string | null
  cpuMs: number | null
  /** JSON of a `Use`. */
  measured: string | null
  /** Its history says nothing that its row does not. */
  isUneventful: boolean
}

/** Its first attempt succeeded, and left nothing to store but its result. */
function isPlain(last: LastAttempt): boolean {
  const { isUneventful, attempt, logLines, progress, exitCode, exitSignal, measured } = last
  const isSilent = logLines === 0 && progress === null && exitCode === null && exitSignal === null && measured === null
  return isUneventful && attempt === 1 && isSilent
}

/** Records the outcome of a run whose last attempt has ended, once and for all. */
export function finish(
  state: EngineState,
  tick: Tick,
  { outcome, result, error }: Extract<Verdict, { next: 'finished' }>,
  last: LastAttempt,
): void {
  const { runs } = state.store
  const { changes } = isPlain(last)
    ? runs.succeedPlainly.run(tick.now, result, last.pid, last.cpuMs, last.id, last.attempt)
    : runs.finish.run(
        outcome,
        tick.now,
        result,
        error === null ? null : JSON.stringify(error),
        last.progress,
        last.logLines,
        last.pid,
        last.exitCode,
        last.exitSignal,
        last.cpuMs,
        last.measured,
        last.id,
        last.attempt,
      )
  if (changes !== 1) throw new Error(`run ${last.id} cannot finish: its attempt ${last.attempt} is not live`)
  state.counters.add('is_finished', 1)
  state.counters.add(wasCounter[outcome], 1)
  if (last.isUneventful) tick.changes.status = true
  else tick.event(last.id, 'finished', { outcome, attempt: last.attempt })
  if (outcome === 'succeeded' && last.jobId !== null) state.heartbeats.succeeded(state, tick, last.jobId, last.id)
  runEnded(state, tick, last, { outcome, result, error }, last.stop)
}

type CutOff = {
  id: number
  attempt: number
  startedAt: number
  pid: number | null
  cpuMs: number | null
  logLines: number
}

/**
 * Puts a run whose attempt was cut off back in line, at its old place; the attempt does not count. `isPrivate`: only this
 * engine admits it.
 */
export function requeue(
  state: EngineState,
  tick: Tick,
  run: CutOff,
  { why, isSuspect }: Omit<Extract<Verdict, { next: 'queued' }>, 'next'>,
  isPrivate = state.isPrivate,
): void {
  // A wall clock that was set back must not make an attempt of negative length.
  const endedAt = Math.max(tick.now, run.startedAt)
  const { id, attempt, startedAt, pid, cpuMs } = run
  state.store.attempts.insert.run(id, attempt, 'interrupted', startedAt, endedAt, pid, null, null, cpuMs, why, null)
  const row = state.store.runs.requeue.get(tick.now, isSuspect ? 1 : 0, run.logLines, id, attempt)
  if (row === undefined) throw new Error(`run ${id} cannot go back: its attempt ${attempt} is not live`)
  state.counters.add('is_queued', 1)
  state.lanes.joined(laneOfRequeued(state, tick, row, isPrivate), { rank: row.rank, id })
  tick.event(id, 'interrupted', { attempt, why })
  attemptCutOff(state, id, why)
}

export function saveProgress(state: EngineState, run: LiveRun): void {
  if (run.unsavedProgress === null) return
  state.store.runs.setProgress.run(run.unsavedProgress, run.id, run.state.attempt)
  run.unsavedProgress = null
}
