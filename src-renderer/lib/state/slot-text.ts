/** Slots as they are typed and spoken of. */
import type { Executor, ExecutorSlots } from '../../../src-preload/contract.ts'

export function slotFault({ most }: ExecutorSlots, text: string): string | undefined {
  const typed = text.trim()
  if (typed === '') return undefined
  const isFine = /^\d{1,6}$/.test(typed) && Number(typed) >= 1 && Number(typed) <= most
  return isFine ? undefined : `Write a whole number from 1 to ${most.toLocaleString()}.`
}

/** Where the number comes from. */
export function slotHint({ inUse, standard, atStart }: ExecutorSlots): string {
  const used = `${inUse.toLocaleString()} in use`
  if (atStart !== null) return `${used}; from --slots at the start, which holds until it is set here`
  return `${used}; empty: ${standard.toLocaleString()}, as is usual here`
}

/** What would change; an empty text takes back what was set. */
export function wantedSlots(
  rows: ExecutorSlots[],
  texts: Partial<Record<Executor, string>>,
): Partial<Record<Executor, number | null>> {
  return Object.fromEntries(
    rows.flatMap(({ executor, total, saved, atStart }): [Executor, number | null][] => {
      const typed = (texts[executor] ?? '').trim()
      if (typed === '') return saved === null && atStart === null ? [] : [[executor, null]]
      return Number(typed) === total ? [] : [[executor, Number(typed)]]
    }),
  )
}
