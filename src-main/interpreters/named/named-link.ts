import type { LogLevel } from '../../../src-preload/log-levels.ts'
import { inspect } from '../lean-builtins.ts'
import type { FromScript, RunLink, ScriptRuntime } from '../sdk/run-link.ts'
import type { Log, LogFields, RunContext, RunInfo } from '../sdk/run-context.ts'
import { partyOf } from './party.ts'
import type { FromNamed, NamedSettings } from './protocol.ts'

/**
 * What the SDK has to do with in a named interpreter. It is in no run: it makes interpreters and queues between them, and
 * writes lines; the engine refuses the rest.
 */
export class NamedLink implements RunLink {
  readonly context: RunContext
  readonly interpreter: { id: number; name: string }
  readonly receive = null
  runtime: ScriptRuntime | null = null
  readonly #run: number
  readonly #say: (message: FromNamed) => void

  constructor(
    { interpreter, name }: NamedSettings,
    say: (message: FromNamed) => void,
    write: (level: LogLevel, lines: string[]) => void,
  ) {
    this.interpreter = { id: interpreter, name }
    this.#run = partyOf(interpreter)
    this.#say = say
    this.context = contextOf(name, write)
  }

  send(message: FromScript): void {
    // Of its tasks nobody asks.
    if (message.type !== 'call' && message.type !== 'withdraw') return
    this.#say({ ...message, run: this.#run, attempt: 0 })
  }
}

function contextOf(name: string, write: (level: LogLevel, lines: string[]) => void): RunContext {
  const { signal } = new AbortController()
  const run: RunInfo = {
    id: 0,
    job: null,
    name,
    attempt: 0,
    maxAttempts: 1,
    isLastAttempt: true,
    idempotencyKey: '',
    slot: null,
    backfilled: false,
  }
  const say = (level: LogLevel) => (message: unknown, fields?: LogFields) => {
    const text = typeof message === 'string' ? message : inspect(message)
    write(level, (fields === undefined ? text : `${text} ${inspect(fields, { breakLength: Infinity })}`).split('\n'))
  }
  const levels = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
  const log: Log = Object.assign(say('info'), levels)
  return { signal, run, log, progress: () => undefined }
}
