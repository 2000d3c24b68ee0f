import type { Executed } from '../../../src-preload/contract.ts'
import type { CallProblem } from './call-problem.ts'
import { callProblem } from './call-problem.ts'
import type { Connection } from './connection.svelte.ts'

/** Code that was run, and what became of it; null while it runs, or nobody waits for it any more. */
export type Exchange = {
  id: number
  code: string
  is: 'running' | 'left' | { executed: Executed } | { problem: CallProblem }
}

/** Exchanges kept on the page; a long session must not grow without end. */
const KEPT = 200

/** What a person and a named interpreter have said to each other on this page. */
export class Repl {
  exchanges: Exchange[] = $state.raw([])
  code = $state('')
  #connection: Connection
  #interpreter: number
  #abort: AbortController | null = null
  #last = 0
  /** Where the recall is; the number of exchanges: at what is being written. */
  #recalled: number | null = null
  #written = ''

  constructor(connection: Connection, interpreter: number) {
    this.#connection = connection
    this.#interpreter = interpreter
  }

  get isRunning(): boolean {
    return this.exchanges.at(-1)?.is === 'running'
  }

  async run(): Promise<void> {
    const { code } = this
    if (code.trim() === '' || this.isRunning) return
    this.#last += 1
    const id = this.#last
    this.exchanges = [...this.exchanges, { id, code, is: 'running' as const }].slice(-KEPT)
    this.code = ''
    this.#recalled = null
    const abort = new AbortController()
    this.#abort = abort
    try {
      const request = { interpreter: this.#interpreter, code }
      const executed = await this.#connection.client.interpreters.exec(request, { signal: abort.signal })
      this.#end(id, { executed })
    } catch (error) {
      if (!abort.signal.aborted) this.#end(id, { problem: callProblem(error) })
    }
  }

  /** The code goes on, and what it gives is not shown. */
  leave(): void {
    const running = this.exchanges.at(-1)
    if (running?.is !== 'running') return
    this.#end(running.id, 'left')
    this.#abort?.abort()
  }

  /** Earlier code in place of what is written, as in a shell; past the last one that is there again. */
  recall(step: 1 | -1): void {
    const { length } = this.exchanges
    const at = Math.min(length, Math.max(0, (this.#recalled ?? length) + step))
    if (at === (this.#recalled ?? length)) return
    if (this.#recalled === null) this.#written = this.code
    this.#recalled = at === length ? null : at
    this.code = this.exchanges[at]?.code ?? this.#written
  }

  #end(id: number, is: Exchange['is']): void {
    this.exchanges = this.exchanges.map((each) => (each.id === id && each.is === 'running' ? { ...each, is } : each))
  }
}
