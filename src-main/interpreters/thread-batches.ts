import type { Batch, ThreadTask } from './interpreter-protocol.ts'

/** How long a batch may stand still before what it has not begun goes elsewhere. */
const STILL_MS = 50

type UnderWay = { task: ThreadTask; seen: number }

type Options = {
  /** How many threads there are for `run`. */
  threads: number
  /** Has one thread run a batch, one run after another; rejects when the thread dies. */
  run: (task: ThreadTask) => Promise<unknown>
  /** The same, on threads that are made for it. */
  runApart: (task: ThreadTask) => Promise<unknown>
  /** `run` was on a thread that died. */
  onLost: (run: number, why: unknown) => void
}

/**
 * Runs that have a thread to themselves travel in batches as well, for a message costs more than a short run. None of them may
 * have to wait for a long one, which might wait for it: from a batch that stands still, runs are given threads of their own. Both
 * sides take runs by the same counter, so that each is begun once.
 */
export class ThreadBatches {
  readonly #options: Options
  readonly #underWay = new Set<UnderWay>()
  /** The last that was given a thread of its own. The next waits until it has begun: a slow machine is not made slower. */
  #lastApart: UnderWay | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(options: Options) {
    this.#options = options
  }

  /** `json` is a `Batch`; it is read here only where the thread that has it dies or stands still. */
  start(json: string): void {
    const underWay = underWayOf(json)
    this.#underWay.add(underWay)
    this.#timer ??= setInterval(() => this.#look(), STILL_MS)
    void this.#follow(underWay, this.#options.run).finally(() => this.#underWay.delete(underWay))
  }

  async #follow({ task }: UnderWay, run: Options['run']): Promise<void> {
    try {
      await run(task)
    } catch (error) {
      const batch = batchOf(task)
      const rest = [...takeRest(batch, task)]
      if (rest.length > 0) this.start(JSON.stringify({ codes: batch.codes, starts: rest } satisfies Batch))
      const last = batch.starts[Atomics.load(task.counts, CURRENT) - 1]
      // It may have ended before its thread did; its end was told then.
      if (last !== undefined) this.#options.onLost(last.run, error)
    }
  }

  /** A batch that no thread has begun is only late, and its turn comes, unless none of them moves on. */
  #look(): void {
    const still = [...this.#underWay].filter((one) => {
      const before = one.seen
      one.seen = Atomics.load(one.task.counts, CURRENT)
      return one.seen === before
    })
    const busy = still.filter(({ seen }) => seen > 0).length
    for (const { task, seen } of still) {
      if (this.#lastApart !== null && Atomics.load(this.#lastApart.task.counts, CURRENT) === 0) break
      if (seen > 0 || busy >= this.#options.threads) this.#runApart(task)
    }
    if (this.#underWay.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }

  #runApart(task: ThreadTask): void {
    const { codes, starts } = batchOf(task)
    const start = starts[takeNext(task)]
    if (start === undefined) return
    const only: Batch = { codes: codes.slice(start.code, start.code + 1), starts: [{ ...start, code: 0 }] }
    const apart = underWayOf(JSON.stringify(only))
    this.#lastApart = apart
    void this.#follow(apart, this.#options.runApart)
  }
}

/** Places in the counts of a task: of the run that is taken next, and, from 1, of the one that the thread has begun last. */
const NEXT = 0
const CURRENT = 1

const underWayOf = (json: string): UnderWay => ({
  task: { json, counts: new Int32Array(new SharedArrayBuffer(8)) },
  seen: 0,
})

const batchOf = ({ json }: ThreadTask) => JSON.parse(json) as Batch

const takeNext = ({ counts }: ThreadTask): number => Atomics.add(counts, NEXT, 1)

function* takeRest({ starts }: Batch, task: ThreadTask): Generator<Batch['starts'][number]> {
  for (;;) {
    const start = starts[takeNext(task)]
    if (start === undefined) return
    yield start
  }
}

/** On the thread: the runs of the batch that nobody else takes, each when it is to begin. */
export function* runsOf({ starts }: Batch, task: ThreadTask): Generator<Batch['starts'][number]> {
  for (;;) {
    const place = takeNext(task)
    const start = starts[place]
    if (start === undefined) return
    Atomics.store(task.counts, CURRENT, place + 1)
    yield start
  }
}
