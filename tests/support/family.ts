import type { Answer, Call, CallOn, CallReport, RunEnded } from '../../src-main/interpreters/calls.ts'
import { runDetail } from '../../src-main/engine/views.ts'
import { openSimulatedEngine } from './simulated-engine.ts'

type Spawn = Extract<CallOn<'run'>, { do: 'spawn' }>

/** What a call says besides what it asks for; left out: it is made by task 0, at no known place, without a limit. */
export type CallCircumstances = Partial<Pick<CallReport, 'task' | 'place' | 'timeoutMs' | 'isAbortable'>>

/** An engine with a job `work` whose attempts make the calls that the test says. */
export async function openFamily(options: Parameters<typeof openSimulatedEngine>[0] = {}) {
  const world = await openSimulatedEngine(options)
  if (options.db === undefined) await world.addJob('work')
  let lastCall = 0

  const attemptOf = (run: number) => world.run(run).attempt
  const send = async (run: number, what: Call, more: CallCircumstances = {}): Promise<number> => {
    lastCall += 1
    const attempt = attemptOf(run)
    await world.report({ type: 'call', run, attempt, call: lastCall, task: 0, place: null, what, ...more })
    return lastCall
  }
  const answerTo = (call: number): Answer | undefined => world.answers.find((answer) => answer.call === call)
  /** Makes a call that is answered at once, and returns what it is answered. */
  const ask = async (run: number, what: Call): Promise<unknown> => {
    const answer = answerTo(await send(run, what))
    if (answer === undefined) throw new Error('the call waits')
    return answer.ok ? answer.value : { error: answer.error }
  }
  const spawning = (more: Partial<Spawn> = {}): Spawn => ({
    on: 'run',
    do: 'spawn',
    what: { what: 'job', job: 'work' },
    input: 'null',
    name: null,
    executor: null,
    timeoutMs: null,
    priority: null,
    retries: null,
    onInterrupted: null,
    onParentEnd: 'cancel',
    group: null,
    ...more,
  })
  return {
    ...world,
    send,
    ask,
    answerTo,
    spawning,
    spawn: async (parent: number, more: Partial<Spawn> = {}): Promise<number> =>
      ((await ask(parent, spawning(more))) as { run: number }).run,
    /** All in one turn. */
    spawnMany: async (run: number, count: number, more: Partial<Spawn> = {}): Promise<void> => {
      const first = lastCall + 1
      lastCall += count
      const calls = Array.from({ length: count }, (_, index) => ({ call: first + index, what: spawning(more) }))
      const attempt = attemptOf(run)
      await world.report(
        ...calls.map((call) => ({ type: 'call' as const, run, attempt, task: 0, place: null, ...call })),
      )
    },
    openGroup: async (run: number, deadlineMs?: number, name: string | null = null): Promise<number> => {
      const open = { on: 'group' as const, do: 'open' as const, name }
      return ((await ask(run, deadlineMs === undefined ? open : { ...open, deadlineMs })) as { group: number }).group
    },
    watch: (run: number, watched: number) => send(run, { on: 'run', do: 'watch', run: watched }),
    end: (run: number, how: 'returned' | 'threw' | 'interrupted' = 'returned', attempt = attemptOf(run)) => {
      const ending = {
        returned: { how: 'returned', result: '"done"' },
        threw: { how: 'threw', error: { name: 'Error', message: 'no', stack: null, hint: null }, cancelled: false },
        interrupted: { how: 'interrupted', why: 'a neighbour died' },
      } as const
      return world.report({ type: 'ended', run, attempt, ending: ending[how], cpuMs: null })
    },
    detail: (run: number) => world.engine.read((state) => runDetail(state, run)),
    /** Lifecycle, or the outcome of what has finished. */
    states: (...runs: number[]) => runs.map((id) => world.run(id).outcome ?? world.run(id).lifecycle),
    errorOf: (run: number) => (JSON.parse(world.run(run).error ?? 'null') as { message: string } | null)?.message,
    /** Who is said to have cancelled it, in the order of the events. */
    cancellers: (run: number) =>
      world.engine
        .read((state) => runDetail(state, run))
        .events.flatMap(({ data }) => (data as { by?: unknown }).by ?? []),
  }
}

export const ended = (outcome: string, error: RunEnded['error'] = null, result: string | null = null): RunEnded => ({
  outcome,
  result,
  error,
})
