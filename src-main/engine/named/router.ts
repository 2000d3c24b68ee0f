import { implement } from '@orpc/server'
import { interpreterContract, interpreterFeeds } from '../../../src-preload/interpreter-contract.ts'
import type { Executed, InterpreterRow } from '../../../src-preload/interpreter-contract.ts'
import type { Json } from '../../../src-preload/json.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { LogEntry } from '../../interpreters/log-budget.ts'
import type { InterpreterName, Performed } from '../../interpreters/named/calls.ts'
import { toValues } from '../../interpreters/named/values.ts'
import type { Engine } from '../engine.ts'
import type { Feeds } from '../feeds.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { close, create, work } from './interpreters.ts'
import type { Wanted } from './interpreters.ts'
import type { Outcome, Person } from './state.ts'
import { interpreterNamed, interpreterRows, readings, readingsView } from './views.ts'

/** What a person, at the other end of a call, waits for longer than for one turn of the engine. */
async function awaited<Value>(engine: Engine, begin: (state: EngineState, tick: Tick, person: Person) => void) {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  await engine.command((state, tick) => begin(state, tick, { settle: resolve }))
  return promise as Promise<{ ok: true; value: Value } | Extract<Outcome, { ok: false }>>
}

/** Answers the calls about interpreters. */
export function createInterpreterRouter(engine: Engine) {
  const on = implement(interpreterContract)

  async function perform(which: number | string, wanted: Wanted, folder: string | null): Promise<Executed> {
    let row: InterpreterRow | undefined
    const outcome = await awaited<{ performed: Performed; lines: LogEntry[] }>(engine, (state, tick, person) => {
      row = interpreterNamed(state, which)
      work(state, tick, row.id, wanted, person, folder)
    })
    if (!outcome.ok) throw lost(row, outcome.error.message)
    const { performed, lines } = outcome.value
    return executed(performed, lines)
  }

  return on.router({
    interpreters: {
      list: on.interpreters.list.handler(() => engine.read(interpreterRows)),
      get: on.interpreters.get.handler(({ input }) =>
        engine.read((state) => interpreterNamed(state, input.interpreter)),
      ),
      create: on.interpreters.create.handler(async ({ input: { name = null, memoryMb } }) => {
        const outcome = await awaited<InterpreterName>(engine, (state, tick, person) =>
          create(state, tick, { name, memoryMb, isKept: true }, person),
        )
        if (!outcome.ok) throw problem('INTERPRETER_LOST', { message: outcome.error.message })
        return engine.read((state) => interpreterNamed(state, outcome.value.interpreter))
      }),
      exec: on.interpreters.exec.handler(({ input: { interpreter, code, folder = null } }) =>
        perform(interpreter, { do: 'exec', code }, folder),
      ),
      call: on.interpreters.call.handler(({ input: { interpreter, fn, args, folder = null } }) => {
        const callable = { by: 'text', text: fn } as const
        return perform(interpreter, { do: 'call', callable, values: toValues(args), isBackground: false }, folder)
      }),
      close: on.interpreters.close.handler(async ({ input: { interpreter, force } }) => {
        await awaited(engine, (state, tick, person) =>
          close(state, tick, interpreterNamed(state, interpreter).id, force, person),
        )
        return { closed: true as const }
      }),
      recycle: on.interpreters.recycle.handler(({ input: { which } }) => {
        if (!engine.recycle(which)) throw problem('INTERPRETER_NOT_SHARED', { which })
        return { recycled: true as const }
      }),
      readings: on.interpreters.readings.handler(() => readings(engine)),
    },
  })
}

/** Answers the feed of interpreters. */
export function createInterpreterFeeds(engine: Engine, feeds: Feeds) {
  const on = implement(interpreterFeeds)
  const never = new AbortController().signal
  return on.router({
    interpreters: on.interpreters.handler(({ signal }) => feeds.table(readingsView(engine), signal ?? never)),
  })
}

const lost = (row: InterpreterRow | undefined, message: string) =>
  problem('INTERPRETER_LOST', { message: message === '' ? `The interpreter "${row?.name ?? ''}" ended.` : message })

function executed(performed: Performed, entries: LogEntry[]): Executed {
  const lines = entries.map(([at, level, text]) => ({ at, level, text }))
  switch (performed.how) {
    case 'returned':
      return {
        how: 'returned',
        shown: performed.shown,
        value: performed.json === null ? null : (JSON.parse(performed.json) as Json),
        lines,
      }
    case 'failed':
      return { how: 'failed', error: performed.error, lines }
    case 'refused': {
      const { name: type, message } = performed
      return { how: 'failed', error: { type, message, display: `${type}: ${message}`, hint: null }, lines }
    }
    case 'lost':
      throw problem('INTERPRETER_LOST', { message: performed.why })
    default:
      return performed satisfies never
  }
}
