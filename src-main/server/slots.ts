import { executors } from '../../src-preload/definition.ts'
import { slotLimits } from '../../src-preload/limits.ts'
import { problem } from '../../src-preload/problem.ts'
import type { Slots } from '../../src-preload/slots.ts'

/** Slots as they are typed: `process=8,async=512`. Throws BAD_INPUT. */
export function parseSlots(text: string | undefined): Slots {
  const slots: Slots = {}
  for (const part of (text ?? '').split(',').filter((one) => one !== '')) {
    const [name, count = ''] = part.split('=').map((word) => word.trim())
    const executor = executors.find((known) => known === name)
    if (executor === undefined || !/^\d+$/.test(count) || Number(count) < 1 || Number(count) > slotLimits[executor]) {
      const details = `--slots: "${part}" is not one of ${executors.join(', ')} with a number from 1${executor === undefined ? '' : ` to ${slotLimits[executor]}`}, as in process=8`
      throw problem('BAD_INPUT', { details })
    }
    slots[executor] = Number(count)
  }
  return slots
}
