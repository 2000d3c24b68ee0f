import { executors } from '../../src-preload/definition.ts'
import type { Executor } from '../../src-preload/definition.ts'
import { problem } from '../../src-preload/problem.ts'

/** Parallel runs per executor; what is left out has the engine's default. */
export type Slots = Partial<Record<Executor, number>>

/** A slot of `thread` can become a thread. */
const mostSlots: Record<Executor, number> = { async: 10_000, thread: 256, process: 10_000 }

/** Slots as they are typed: `process=8,async=512`. Throws BAD_INPUT. */
export function parseSlots(text: string | undefined): Slots {
  const slots: Slots = {}
  for (const part of (text ?? '').split(',').filter((one) => one !== '')) {
    const [name, count = ''] = part.split('=').map((word) => word.trim())
    const executor = executors.find((known) => known === name)
    if (executor === undefined || !/^\d+$/.test(count) || Number(count) < 1 || Number(count) > mostSlots[executor]) {
      const details = `--slots: "${part}" is not one of ${executors.join(', ')} with a number from 1${executor === undefined ? '' : ` to ${mostSlots[executor]}`}, as in process=8`
      throw problem('BAD_INPUT', { details })
    }
    slots[executor] = Number(count)
  }
  return slots
}
