import { describe, expect, test } from 'vitest'
import { cancel } from '../../../src-main/engine/commands/cancel.ts'
import { removeJob, setJobPaused } from '../../../src-main/engine/commands/jobs.ts'
import { retry, submitMany } from '../../../src-main/engine/commands/submit.ts'
import { logLines, runDetail, runRow } from '../../../src-main/engine/views.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'
import { waitOf } from '../../support/waits.ts'

describe('admission', () => {
  test('starts runs in the order of priority, then of age, as slots come free', async () => {
    const world = await openSimulatedEngine({ slots: { async: 1, process: 1 } })
    await world.addJob('work')
    for (const priority of [0, 5, 0, 5, -1]) await world.submit({ job: 'work', priority })
    for (const run of [1, 2, 4, 3, 5]) await world.returned(run)
    expect(world.startedRuns()).toEqual([1, 2, 4, 3, 5])
  })

  test('fills the slots of each executor on its own', async () => {
    const world = await openSimulatedEngine({ slots: { async: 2, process: 1 } })
    await world.addJob('light')
    await world.addJob('heavy', { executor: 'process' })
    for (const job of ['light', 'light', 'light', 'heavy', 'heavy']) await world.submit({ job })
    expect(world.startedRuns()).toEqual([1, 2, 4])
  })

  test('leaves the runs of a paused job waiting, says so, and starts them on resume', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    await world.command((state, tick) => setJobPaused(state, tick, 'work', true))
    const id = await world.submit({ job: 'work' })
    expect(world.startedRuns()).toEqual([])
    expect(world.engine.read((state) => runRow(state, world.run(id)).waits)).toEqual([
      waitOf({ kind: 'paused_job', resource: 'work', job: 'work', since: world.world.wallMs }),
    ])
    await world.command((state, tick) => setJobPaused(state, tick, 'work', false))
    await world.pass()
    expect(world.startedRuns()).toEqual([id])
  })

  test('lets a run that waited for minutes go before one of higher priority that has just come', async () => {
    const world = await openSimulatedEngine({ slots: { async: 1, process: 1 } })
    await world.addJob('work')
    const first = await world.submit({ job: 'work' })
    const patient = await world.submit({ job: 'work' })
    await world.pass(130_000)
    const urgent = await world.submit({ job: 'work', priority: 3 })
    const late = await world.submit({ job: 'work', priority: 2 })
    for (const run of [first, urgent, patient]) await world.returned(run)
    expect(world.startedRuns()).toEqual([first, urgent, patient, late])
  })

  test('lets nobody overtake when the wall clock is set back', async () => {
    const world = await openSimulatedEngine({ slots: { async: 1, process: 1 } })
    await world.addJob('work')
    const first = await world.submit({ job: 'work' })
    const second = await world.submit({ job: 'work' })
    world.world.moveWall(-3_600_000)
    const third = await world.submit({ job: 'work' })
    const delayed = await world.submit({ job: 'work', delayMs: 10 })
    await world.pass(10)
    for (const run of [first, second, third]) await world.returned(run)
    expect(world.startedRuns()).toEqual([first, second, third, delayed])
  })

  test('tells a waiting run how many slots are taken and how many are ahead', async () => {
    const world = await openSimulatedEngine({ slots: { async: 1, process: 1 } })
    await world.addJob('work')
    const inputs = ['1', '2', '3', '4']
    await world.command((state, tick) => submitMany(state, tick, { job: 'work', inputs }))
    const since = world.world.wallMs
    expect(world.engine.read((state) => runRow(state, world.run(4)).waits)).toEqual([
      waitOf({
        kind: 'slot',
        resource: 'async',
        executor: 'async',
        inUse: 1,
        slots: 1,
        ahead: 2,
        since,
        holders: [{ run: 1, name: 'work', attempt: 1, task: null, amount: 1, since, place: null }],
        holderCount: 1,
      }),
    ])
  })

  test('of a private engine takes only what was submitted to it', async () => {
    const world = await openSimulatedEngine({ isPrivate: true })
    await world.addJob('work')
    const id = await world.submit({ job: 'work' })
    expect(world.startedRuns()).toEqual([id])
    expect(world.engine.read(({ lanes }) => lanes.ofPrivateEngines().map((lane) => lane.jobId))).toEqual([1])
  })
})

describe('time', () => {
  test('a delayed run is scheduled, becomes due, and is not early', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const id = await world.submit({ job: 'work', delayMs: 60_000 })
    expect(world.run(id).lifecycle).toBe('scheduled')
    await world.submit({ job: 'work', delayMs: 60_500 })
    await world.pass(59_999)
    expect(world.startedRuns()).toEqual([])
    await world.pass(1)
    expect(world.startedRuns()).toEqual([id])
  })

  test('a planned moment follows the wall clock when that is moved', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const id = await world.submit({ job: 'work', at: world.world.wallMs + 3_600_000 })
    expect(world.startedRuns()).toEqual([])
    world.world.moveWall(3_600_000)
    await world.pass(30_000)
    expect(world.startedRuns()).toEqual([id])
  })

  test('a run that waits in the queue too long is timed out without an attempt', async () => {
    const world = await openSimulatedEngine({ slots: { async: 1, process: 1 } })
    await world.addJob('work', { queueTimeoutMs: 5_000 })
    await world.submit({ job: 'work' })
    const id = await world.submit({ job: 'work' })
    await world.pass(5_000)
    expect(world.run(id)).toMatchObject({ lifecycle: 'finished', outcome: 'timed_out', attempt: 0 })
    await world.returned(1)
    expect(world.startedRuns()).toEqual([1])
  })

  test('an attempt that runs too long is signalled, killed after the grace period, and timed out when seen dead', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { timeoutMs: 1_000, graceMs: 300 })
    const id = await world.submit({ job: 'work' })
    await world.pass(1_000)
    expect(world.steps.map(({ step }) => step)).toEqual(['signal'])
    expect(world.run(id)).toMatchObject({ lifecycle: 'stopping', outcome: null })
    await world.pass(300)
    expect(world.steps.map(({ step }) => step)).toEqual(['signal', 'kill'])
    await world.pass(10_000)
    expect(world.run(id).lifecycle).toBe('stopping')
    await world.report({
      type: 'ended',
      run: id,
      attempt: 1,
      ending: { how: 'exited', code: null, signal: 'SIGKILL' },
      cpuMs: 900,
    })
    expect(world.run(id)).toMatchObject({ lifecycle: 'finished', outcome: 'timed_out', exit_signal: 'SIGKILL' })
  })
})

describe('a cancel', () => {
  test('of a queued run ends it at once; of a finished or unknown one it is refused', async () => {
    const world = await openSimulatedEngine({ slots: { async: 1, process: 1 } })
    await world.addJob('work')
    await world.submit({ job: 'work' })
    const id = await world.submit({ job: 'work' })
    await world.command((state, tick) => cancel(state, tick, id, 'not needed'))
    expect(world.run(id)).toMatchObject({ outcome: 'cancelled', attempt: 0 })
    const again = world.command((state, tick) => cancel(state, tick, id, null))
    await expect(again).rejects.toMatchObject({ code: 'RUN_FINISHED' })
    const unknown = world.command((state, tick) => cancel(state, tick, 99, null))
    await expect(unknown).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
  })

  test('of a running run keeps its first reason, and waits for the ending', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const id = await world.submit({ job: 'work' })
    await world.command((state, tick) => cancel(state, tick, id, 'first'))
    await world.command((state, tick) => cancel(state, tick, id, 'second'))
    expect(world.steps).toEqual([{ run: id, attempt: 1, step: 'signal', reason: 'first' }])
    expect(world.engine.read((state) => runRow(state, world.run(id)).stop)).toMatchObject({
      cause: 'cancel',
      reason: 'first',
      phase: 'signalled',
    })
    await world.returned(id)
    expect(world.run(id).outcome).toBe('succeeded')
  })
})

describe('reports', () => {
  test('that come late or twice change nothing and are kept as events', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const id = await world.submit({ job: 'work' })
    await world.returned(id)
    const before = world.run(id)
    await world.report({
      type: 'ended',
      run: id,
      attempt: 1,
      ending: { how: 'exited', code: 1, signal: null },
      cpuMs: 1,
    })
    expect(world.run(id)).toEqual(before)
    const { events } = world.engine.read((state) => runDetail(state, id))
    expect(events.map(({ type }) => type)).toEqual(['created', 'started', 'finished', 'late_report_ignored'])
  })

  test('of an interruption bring the run back to its place without spending an attempt', async () => {
    const world = await openSimulatedEngine({ slots: { async: 1, process: 1 } })
    await world.addJob('work')
    const id = await world.submit({ job: 'work' })
    await world.submit({ job: 'work' })
    await world.report({
      type: 'ended',
      run: id,
      attempt: 1,
      ending: { how: 'interrupted', why: 'a neighbour' },
      cpuMs: 3,
    })
    expect(world.started.map(({ run, attempt }) => [run, attempt])).toEqual([
      [id, 1],
      [id, 2],
    ])
    const detail = world.engine.read((state) => runDetail(state, id))
    expect(detail.attempt).toBe(1)
    expect(detail.attempts.map(({ number, state, note }) => [number, state, note])).toEqual([
      [1, 'interrupted', 'a neighbour'],
      [2, 'running', null],
    ])
  })

  test('of repeated interruptions give an async run a process of its own', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const id = await world.submit({ job: 'work' })
    for (const attempt of [1, 2]) {
      await world.report({ type: 'ended', run: id, attempt, ending: { how: 'interrupted', why: 'x' }, cpuMs: null })
    }
    expect(world.started.map(({ definition }) => definition.kind === 'script' && definition.executor)).toEqual([
      'async',
      'async',
      'process',
    ])
  })

  test('of dead supervisors give its run one of its own, a process at once and an async run the second time', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    await world.addJob('heavy', { executor: 'process' })
    const ids = [await world.submit({ job: 'heavy' }), await world.submit({ job: 'work' })]
    const ending = { how: 'interrupted', why: 'the supervisor process died', isSuspect: true } as const
    for (const attempt of [1, 2]) {
      for (const run of ids) await world.report({ type: 'ended', run, attempt, ending, cpuMs: null })
    }
    // Interruptions of other kinds make nobody a suspect.
    const other = await world.submit({ job: 'work' })
    await world.report({ type: 'ended', run: other, attempt: 1, ending: { how: 'interrupted', why: 'x' }, cpuMs: null })
    const isSuspect = (id: number) => world.started.filter(({ run }) => run === id).map((start) => start.isSuspect)
    expect([...ids, other].map(isSuspect)).toEqual([
      [false, true, true],
      [false, false, true],
      [false, false],
    ])
  })

  test('of log lines are numbered through all attempts', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const id = await world.submit({ job: 'work' })
    await world.report({
      type: 'log',
      run: id,
      attempt: 1,
      lines: [
        [1, 'info', 'a'],
        [2, 'out', 'b'],
      ],
    })
    await world.report({ type: 'ended', run: id, attempt: 1, ending: { how: 'interrupted', why: 'x' }, cpuMs: null })
    await world.report({ type: 'log', run: id, attempt: 2, lines: [[3, 'info', 'c\nd']] })
    await world.returned(id, 2)
    expect(world.engine.read((state) => logLines(state, id, 2, 10))).toEqual({
      total: 3,
      lines: [
        { n: 2, at: 2, attempt: 1, level: 'out', text: 'b' },
        { n: 3, at: 3, attempt: 2, level: 'info', text: 'c␊d' },
      ],
    })
  })
})

describe('jobs and retries', () => {
  test('a retry is a new run of the same definition and input that names its origin', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const id = await world.submit({ job: 'work', input: { n: 1 }, priority: 3 })
    await world.returned(id)
    const again = await world.command((state, tick) => retry(state, tick, id, null))
    expect(world.started.at(-1)).toMatchObject({ run: again.id, job: 'work', input: '{"n":1}' })
    expect(world.run(again.id)).toMatchObject({ origin: 'retry', retry_of: id, priority: 3 })
    expect(world.run(id).outcome).toBe('succeeded')
  })

  test('a job with unfinished runs cannot be removed', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const remove = () => world.command((state, tick) => removeJob(state, tick, 'work'))
    await world.submit({ job: 'work' })
    await expect(remove()).rejects.toMatchObject({
      code: 'JOB_BUSY',
      message: 'The job "work" has 1 unfinished run.',
    })
    await world.submit({ job: 'work', delayMs: 1_000 })
    await expect(remove()).rejects.toMatchObject({ message: 'The job "work" has 2 unfinished runs.' })
  })

  test('a refused command leaves its neighbours of the same turn untouched', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const refused = world.engine.command((state, tick) => submitMany(state, tick, { job: 'nobody', inputs: ['1'] }))
    refused.catch(() => undefined)
    const accepted = world.engine.command((state, tick) => submitMany(state, tick, { job: 'work', inputs: ['1', '2'] }))
    await world.pass()
    await expect(refused).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
    await expect(accepted).resolves.toEqual({ firstId: 1, lastId: 2 })
  })
})

describe('stopping the host', () => {
  test('admits nothing more, signals, kills at the end of the grace, and leaves the rest to run again', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const running = await world.submit({ job: 'work' })
    const stopped = world.engine.stop(4_000)
    await world.pass()
    await expect(world.submit({ job: 'work' })).rejects.toMatchObject({ code: 'DRAINING' })
    await world.pass(1_000)
    expect(world.steps.map(({ step }) => step)).toEqual(['signal'])
    await world.pass(3_000)
    expect(world.steps.map(({ step }) => step)).toEqual(['signal', 'kill'])
    await world.report({
      type: 'ended',
      run: running,
      attempt: 1,
      ending: { how: 'exited', code: null, signal: 'SIGKILL' },
      cpuMs: null,
    })
    await stopped
    expect(world.run(running)).toMatchObject({ lifecycle: 'queued', attempt: 1, interrupted: 1 })
  })
})
