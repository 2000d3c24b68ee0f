/** A script of a person's own project, of which every line is right, or is said to be wrong by the comment above it. */
export const sampleScripts = {
  'await.ts': `
import {
  allTasks, asCompleted, barrier, BrokenBarrierError, CancelledError, condition, currentTask, event, future, gather,
  InvalidStateError, lock, log, loop, progress, queue, QueueEmpty, QueueFull, QueueShutDown, race, run, RuntimeError,
  semaphore, shield, signal, sleep, spawn, taskGroup, timeout, timeoutAt, TimeoutError, wait, waitFor,
} from 'signalbox'
import type {
  ChildRun, Completed, DurableFuture, Future, Lock, Permit, Queue, RunContext, RunInfo, SpawnOptions, Task, Timeout,
} from 'signalbox'

type Page = { url: string; text: string }

export default async function (input: { urls: string[] }, context: RunContext): Promise<Page[]> {
  const aborted: boolean = context.signal.aborted || signal.aborted
  const { id, job, attempt, idempotencyKey }: RunInfo = run
  log.info('begun', { id, job, attempt, idempotencyKey, aborted })
  log('as info')
  progress(1)
  progress(1, input.urls.length, 'reading')

  const pages: Queue<Page> = queue<Page>('pages', { maxsize: 100, order: 'priority', maxDeliveries: 3 })
  await pages.put({ url: 'a', text: '' }, { priority: -1, timeout: '2s', signal: context.signal })
  await pages.tryPut({ url: 'b', text: '' }, { priority: 2 })
  const page: Page = await pages.get({ timeout: 500 })
  const next: Page = await pages.tryGet()
  await pages.taskDone(page)
  await pages.taskDone()
  const size: number = await pages.size()
  const isFull: boolean = await pages.full()
  for await (const each of pages) log.debug(each.url, { next, size, isFull })
  await pages.shutdown({ immediate: true })
  await pages.join()
  // @ts-expect-error an item of another kind
  await pages.put('a')
  // @ts-expect-error asyncio's name
  await pages.put_nowait({ url: 'a', text: '' })
  // @ts-expect-error no such order
  queue('pages', { order: 'newest' })
  // @ts-expect-error an item of a queue without a type is unknown
  const word: string = await queue('words').get()
  // @ts-expect-error the await is missing
  const missing: Page = pages.get()

  await using permit = await semaphore('api', { permits: 5, per: '1s' }).acquire(2, { timeout: '10m' })
  const tried: Permit | null = await semaphore('api', { bounded: true }).tryAcquire()
  // @ts-expect-error it may be null
  await tried.release()
  const used: number = await semaphore('api').use(async (one) => one.id)
  const guard: Lock = lock('report')
  await guard.use((held: Permit) => held.release(), { timeout: 5 })
  const changed = condition('changed', { lock: guard })
  const found: string | undefined = await changed.waitFor(() => input.urls.at(0))
  await changed.notify(2)
  await changed.notifyAll()
  // @ts-expect-error a number of waiters
  await changed.notify('all')
  const first: number = await barrier('start', { parties: 3 }).wait()
  // @ts-expect-error how many is left out
  barrier('start', {})
  const isSet: true = await event('ready').wait({ timeout: '1.5s' })
  // @ts-expect-error a duration, not an object
  await event('ready').wait({ timeout: { seconds: 1 } })

  const approval: DurableFuture<string> = future<string>('approval')
  await approval.setResult('yes', { delay: '1m' })
  await approval.setException(new Error('no'), { at: new Date() })
  const answer: string = await approval
  // @ts-expect-error a text is promised
  await approval.setResult(1)
  const local: Future<number> = future<number>()
  local.addDoneCallback((settled: Future<number>) => log(settled.result()))
  local.setResult(1)
  const wasDone: boolean = local.done()

  const task: Task<number> = spawn(async () => 1, { name: 'one' })
  const options: SpawnOptions = { executor: 'async', priority: 1, delay: '5s', onParentEnd: 'keep', timeout: '1h' }
  const child: ChildRun<Page> = spawn<Page>('./index-page.ts', { found }, options)
  const number: number | null = child.id
  const stored: number = await child.stored()
  // @ts-expect-error no such executor
  spawn('job', null, { executor: 'gpu' })
  const results: number[] = await gather([task, local, Promise.resolve(3)])
  const orErrors: (number | Error)[] = await gather([task], { returnExceptions: true })
  // @ts-expect-error a list is indexed with care
  const certain: number = results[0]
  const { done, pending } = await wait([task], { returnWhen: 'FIRST_COMPLETED', timeout: 100 })
  // @ts-expect-error no such mode
  await wait([task], { returnWhen: 'FIRST' })
  for await (const each of asCompleted([task], { timeout: '1s' })) log((each satisfies Completed<number>).result())
  const won: number = await race([task, sleep('1s', 2)])
  const shielded: number = await shield(task)
  const within: string = await timeout('30s', async (block: Timeout) => {
    block.reschedule(loop.time() + 1_000)
    return \`\${block.expired()} \${block.when()}\`
  })
  await timeoutAt(new Date(), () => sleep(0))
  const soon: number = await waitFor(task, null)
  const grouped: number = await taskGroup(async (group) => {
    group.spawn(async () => sleep('1s'))
    return group.spawn(() => 5)
  })
  await using group = taskGroup()
  const member: ChildRun = group.spawn('job')
  loop.callSoon((text: string, times: number) => log(text, { times }), 'hello', 2).cancel()
  // @ts-expect-error the callback takes a text
  loop.callLater('1s', (text: string) => log(text), 1)
  const here: Task = currentTask()
  const names: string[] = allTasks().map((each) => each.name)
  // @ts-expect-error as in asyncio, only the SDK makes tasks
  new Task()

  try {
    await sleep('1s')
  } catch (error) {
    if (error instanceof CancelledError) throw error
    for (const Known of [TimeoutError, InvalidStateError, RuntimeError, QueueFull, QueueEmpty, QueueShutDown])
      if (error instanceof Known) throw new BrokenBarrierError('broken', { cause: error })
  }
  log('all', { permit: permit.id, used, first, isSet, answer, wasDone, number, stored, orErrors, done, pending, won })
  log('all', { shielded, within, soon, grouped, member, here, names, word, missing, certain })
  // @ts-expect-error what a task ends with is its function's to say
  if (pending.size > 0) task.setResult(2)
  return [page]
}
`,
  'blocking.ts': `
import {
  barrier, CancelledError, condition, event, future, lock, log, progress, queue, QueueEmpty, run, semaphore, signal, sleep,
  spawn,
} from 'signalbox/sync'
import type { Condition, DurableFuture, Permit, Queue, RunContext, Semaphore, SpawnedRun } from 'signalbox/sync'
import { CancelledError as Awaited } from 'signalbox'

export default function (input: number, context: RunContext): number {
  const numbers: Queue<number> = queue<number>('numbers', { maxsize: 2 })
  numbers.put(input, { timeout: '1s' })
  const got: number = numbers.get()
  for (const each of numbers) log.info(each.toFixed(), { run: run.id })
  // @ts-expect-error nothing here is to be awaited
  for await (const each of numbers) log(each)
  // @ts-expect-error a number is handed out
  numbers.get().then()
  const api: Semaphore = semaphore('api')
  using permit: Permit = api.acquire()
  const used: string = lock('report').use((held) => \`\${held.id}\`)
  const changed: Condition = condition('changed')
  const isTrue: true = changed.wait()
  const index: number = barrier('start').wait()
  event('ready').set()
  const later: DurableFuture<string> = future<string>('approval')
  const value: string = later.wait()
  // @ts-expect-error a future of this run alone has nobody to settle it while it blocks
  future()
  const child: SpawnedRun<number> = spawn<number>('job', input, { priority: 5 })
  const result: number = child.result({ signal })
  // @ts-expect-error functions are tasks, which need await
  spawn(() => 1)
  const two: number = sleep('1s', 2)
  progress(1, 2)
  try {
    numbers.tryGet()
  } catch (error) {
    if (error instanceof CancelledError || error instanceof Awaited) throw error
    if (!(error instanceof QueueEmpty)) throw error
  }
  log.warn(used, { permit, isTrue, index, value, got, isAborted: context.signal.aborted })
  return result + two
}
`,
}
