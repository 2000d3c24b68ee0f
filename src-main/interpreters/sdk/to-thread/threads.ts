import { Worker } from 'node:worker_threads'
import { entryPath } from '../../../entry.ts'
import type { CallError } from '../../calls.ts'
import { LineSplitter } from '../../line-splitter.ts'
import type { Callable } from '../../named/calls.ts'
import { findCacheFolder } from '../../thread-facts.ts'
import { runtimeOf } from '../runtime.ts'
import type { RunLink } from '../run-link.ts'

/** What becomes of a call; `refused`: it was not begun, for what was handed over cannot be used there. */
export type Ended =
  { how: 'returned'; value: unknown } | { how: 'threw'; error: CallError } | { how: 'refused'; message: string }

export type Job = {
  message: ToThread
  /** False: nobody waits for it any more, and it need not begin. */
  isWanted: () => boolean
  onEnd: (ended: Ended) => void
}

/** `folder`: what imports of a function's text are relative to. */
export type ToThread = { callable: Callable; args: unknown[]; folder: string }

export type ThreadFacts = { cacheFolder: string }

type Thread = { worker: Worker; job: Job | null }

/** The threads of one run: made when there is work for them, used again, and ended with the run. */
export class Threads {
  readonly #most: number
  readonly #link: RunLink
  readonly #threads = new Set<Thread>()
  readonly #waiting: Job[] = []

  constructor(link: RunLink, most: number) {
    this.#link = link
    this.#most = most
    runtimeOf(link).onRelease(() => this.#end())
  }

  start(job: Job): void {
    this.#waiting.push(job)
    this.#feed()
  }

  #feed(): void {
    while (this.#waiting.length > 0) {
      let thread = this.#threads.values().find(({ job }) => job === null)
      if (thread === undefined) {
        if (this.#threads.size >= this.#most) return
        thread = this.#make()
      }
      const job = this.#waiting.shift()
      if (job?.isWanted() !== true) continue
      try {
        thread.worker.postMessage(job.message)
      } catch (error) {
        // What structured clone does not take.
        job.onEnd({ how: 'refused', message: error instanceof Error ? error.message : String(error) })
        continue
      }
      thread.job = job
      thread.worker.ref()
    }
  }

  #make(): Thread {
    const worker = new Worker(entryPath('to-thread'), {
      argv: [],
      workerData: { cacheFolder: findCacheFolder() ?? '' } satisfies ThreadFacts,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdout: true,
      stderr: true,
    })
    const thread: Thread = { worker, job: null }
    this.#threads.add(thread)
    // An idle thread does not keep the process.
    worker.unref()
    for (const [stream, level] of [
      [worker.stdout, 'info'],
      [worker.stderr, 'error'],
    ] as const) {
      const lines = new LineSplitter()
      const say = (texts: string[]) => texts.forEach((text) => this.#link.context.log[level](text))
      stream.on('data', (chunk: Buffer) => say(lines.push(chunk)))
      stream.on('end', () => say(lines.end()))
    }
    worker.on('message', (ended: Ended) => {
      const { job } = thread
      thread.job = null
      worker.unref()
      job?.onEnd(ended)
      this.#feed()
    })
    worker.on('error', (error: Error) => this.#lose(thread, error))
    worker.on('exit', (code) => this.#lose(thread, new Error(`it ended with the exit code ${code}`)))
    return thread
  }

  /** Out of memory, or ended by its own code. */
  #lose(thread: Thread, { message }: Error): void {
    this.#threads.delete(thread)
    const { job } = thread
    thread.job = null
    job?.onEnd({ how: 'threw', error: { name: 'RuntimeError', message: `Its thread died: ${message}.` } })
    this.#feed()
  }

  async #end(): Promise<void> {
    this.#waiting.length = 0
    const threads = [...this.#threads]
    for (const thread of threads) thread.job = null
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
  }
}

const ofRuns = new WeakMap<RunLink, Threads>()

export function threadsOf(link: RunLink, most: number): Threads {
  let threads = ofRuns.get(link)
  if (threads === undefined) ofRuns.set(link, (threads = new Threads(link, most)))
  return threads
}
