import { interpreterLimits } from '../../../../src-preload/limits.ts'
import type { CallOn } from '../../calls.ts'
import type { InterpreterName, Performed } from '../../named/calls.ts'
import { handleName, provideHandles } from '../../named/values.ts'
import type { HandleName } from '../../named/values.ts'
import { ask } from '../ask.ts'
import { checkName, checkWait, checkWhole, shown } from '../check.ts'
import type { WaitOptions } from '../check.ts'
import { currentLink } from '../run-link.ts'
import type { RunLink } from '../run-link.ts'
import { startTask } from '../tasks/task.ts'
import { callableOf } from './callable.ts'
import type { CallableElsewhere } from './callable.ts'
import { valuesOf } from './errors.ts'
import { InterpreterQueue } from './queue.ts'
import { receive, send } from './sharing.ts'

/** How an interpreter is made. */
export type InterpreterOptions = {
  /** By which it is found, too; left out: it gets one. */
  name?: string | undefined
  /** How much memory its values may take, in MiB: 16 to 65,536; left out: 256. One that takes more is ended. */
  memoryMb?: number | undefined
  /** It does not end with the run that makes it, but with the host; left out: false. */
  keep?: boolean | undefined
}

/** How an interpreter is closed. */
export type CloseOptions = {
  /** Ends it also while it is running, and without waiting for what it does in the background; left out: false. */
  force?: boolean | undefined
}

/** Something that is called in the background of an interpreter, as threading.Thread. */
export type InterpreterThread = {
  /** Resolves when it is over, however it ended. */
  join(): Promise<void>
}

/**
 * An isolated interpreter: a process with globals of its own, which last from exec to exec. A handle of it; there may be many, in
 * many interpreters, and those of one run are the same object. As concurrent.interpreters.Interpreter of PEP 734.
 */
export class Interpreter {
  readonly #id: number
  readonly #name: string

  /** @internal Scripts get them of `interpreters`. */
  constructor(id: number, name: string) {
    this.#id = id
    this.#name = name
  }

  /** Its number; 0 is `main`. A number is never used again. */
  get id(): number {
    return this.#id
  }

  /** Its name. */
  get name(): string {
    return this.#name
  }

  /** @internal */
  get [handleName](): HandleName {
    return { kind: 'interpreter', id: this.#id, name: this.#name }
  }

  /**
   * Runs code at its top level, and resolves when it is done: what it declares stays. TypeScript, `await` and `import` will do; a
   * promise that is its last value is awaited. Rejects with an ExecutionFailed when it throws, and with an InterpreterError
   * while it is running. A cancel or a `timeout` ends the wait, not the code.
   */
  async exec(code: string, options: WaitOptions = {}): Promise<void> {
    if (typeof code !== 'string') throw new TypeError(`exec(code): the code must be a text, not ${shown(code)}.`)
    valuesOf(await this.#ask({ do: 'exec', code }, options))
  }

  /**
   * Calls a function there, with copies of the arguments, and gives a copy of what it returns. A function goes there as its
   * text: the names it uses are those of the interpreter's globals, and a NotShareableError says which are not there. An
   * export of a module (`'./work.ts#hash'`) is imported there. Rejects as `exec` does.
   */
  async call<Args extends unknown[], Value>(
    fn: CallableElsewhere<Args, Value>,
    ...args: Args
  ): Promise<Awaited<Value>> {
    const callable = callableOf('call(fn)', fn)
    const values = send('An argument', args)
    const returned = valuesOf(await this.#ask({ do: 'call', callable, values, isBackground: false }, {}))
    return receive<Awaited<Value>>(returned ?? '')
  }

  /**
   * Calls a function there in the background, beside what else it does, and returns at once. What it returns is dropped; what
   * it throws is written to the log.
   */
  callInThread<Args extends unknown[]>(fn: CallableElsewhere<Args, unknown>, ...args: Args): InterpreterThread {
    const callable = callableOf('callInThread(fn)', fn)
    const values = send('An argument', args)
    const call = { do: 'call' as const, callable, values, isBackground: true }
    const task = startTask(() => this.#ask(call, {}), { name: `in ${this.#name}`, place: null })
    task.addDoneCallback(() => undefined)
    return {
      join: async () => {
        await task
      },
    }
  }

  /**
   * Sets globals there: of an object, or of pairs of name and value; of both, the second goes first. Rejects with a RangeError
   * when there are none.
   */
  async prepareMain(
    values: Readonly<Record<string, unknown>> | Iterable<readonly [string, unknown]>,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const entries = [...entriesOf(values), ...entriesOf(more)]
    if (entries.length === 0) throw new RangeError('prepareMain(values): there is nothing to set.')
    const wrong = entries.find(([name]) => !/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name))
    if (wrong !== undefined) throw new RangeError(`prepareMain(values): ${shown(wrong[0])} cannot be a global's name.`)
    valuesOf(await this.#ask({ do: 'bind', values: send('A global', entries) }, {}))
  }

  /** Whether code is running at its top level; what it does in the background does not count. */
  async isRunning(): Promise<boolean> {
    const call = { on: 'interpreter', do: 'look', interpreter: this.#id } as const
    return ((await ask({ call })) as { isRunning: boolean }).isRunning
  }

  /**
   * Ends it. Resolves when its process was seen dead, which what it does in the background delays. Rejects with an
   * InterpreterError while it is running, for `main`, and for the one that the code is in.
   */
  async close({ force = false }: CloseOptions = {}): Promise<void> {
    await ask({ call: { on: 'interpreter', do: 'close', interpreter: this.#id, isForced: force } })
  }

  #ask(work: WorkCall, options: WaitOptions): Promise<Performed> {
    const call = { on: 'interpreter' as const, interpreter: this.#id, ...work }
    return ask({ call, ...checkWait(options) }) as Promise<Performed>
  }
}

type WorkCall =
  Extract<CallOn<'interpreter'>, { do: 'exec' | 'call' | 'bind' }> extends infer One
    ? One extends unknown
      ? Omit<One, 'on' | 'interpreter'>
      : never
    : never

function entriesOf(values: unknown): (readonly [string, unknown])[] {
  if (typeof values !== 'object' || values === null)
    throw new TypeError(`prepareMain(values): give an object or pairs, not ${shown(values)}.`)
  if (!(Symbol.iterator in values)) return Object.entries(values)
  const entries = [...(values as Iterable<unknown>)]
  const wrong = entries.find((entry) => !Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string')
  if (wrong !== undefined) throw new TypeError(`prepareMain(pairs): ${shown(wrong)} is no pair of name and value.`)
  return entries as [string, unknown][]
}

const known = new WeakMap<RunLink, Map<number, Interpreter>>()

/** The handle of that number: the same object each time, for the same run. */
function handleOf({ interpreter: id, name }: InterpreterName): Interpreter {
  const link = currentLink()
  let handles = known.get(link)
  if (handles === undefined) known.set(link, (handles = new Map<number, Interpreter>()))
  let handle = handles.get(id)
  if (handle === undefined) handles.set(id, (handle = new Interpreter(id, name)))
  return handle
}

provideHandles((named) =>
  named.kind === 'queue' ? new InterpreterQueue(named.id) : handleOf({ interpreter: named.id, name: named.name }),
)

const main: InterpreterName = { interpreter: 0, name: 'main' }

export async function create({ name, memoryMb, keep = false }: InterpreterOptions = {}): Promise<Interpreter> {
  const { memoryMb: usual, leastMemoryMb, mostMemoryMb } = interpreterLimits
  const call: CallOn<'interpreter'> = {
    on: 'interpreter',
    do: 'create',
    name: name === undefined ? null : checkName('create({ name })', name),
    memoryMb: memoryMb === undefined ? usual : checkWhole('memoryMb', memoryMb, leastMemoryMb, mostMemoryMb),
    isKept: keep,
  }
  return handleOf((await ask({ call })) as InterpreterName)
}

export async function listAll(): Promise<Interpreter[]> {
  const others = (await ask({ call: { on: 'interpreter', do: 'list' } })) as InterpreterName[]
  return [main, ...others].map(handleOf)
}

export async function get(which: number | string): Promise<Interpreter> {
  if (typeof which === 'number' ? !Number.isInteger(which) : typeof which !== 'string')
    throw new TypeError(`get(which): give a whole number or a name, not ${shown(which)}.`)
  if (typeof which === 'number' && which < 0) throw new RangeError(`get(id): an id is not negative, as ${which} is.`)
  const asked = typeof which === 'number' ? which : checkName('get', which)
  return handleOf((await ask({ call: { on: 'interpreter', do: 'find', which: asked } })) as InterpreterName)
}

export function getCurrent(): Interpreter {
  const { interpreter } = currentLink()
  return handleOf(interpreter === undefined ? main : { interpreter: interpreter.id, name: interpreter.name })
}

export const getMain = (): Interpreter => handleOf(main)
