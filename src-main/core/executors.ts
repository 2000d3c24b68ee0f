import type { Executor } from '../../src-preload/contract.ts'

export const executors: readonly Executor[] = ['async', 'thread', 'process']

/** Something for each executor, in their order. */
export const perExecutor = <Value>(make: (executor: Executor) => Value): Record<Executor, Value> => ({
  async: make('async'),
  thread: make('thread'),
  process: make('process'),
})
