import { tick } from 'svelte'
import type { RowWindow } from './row-window.svelte.ts'

export type RowStep = 'next' | 'previous' | 'first' | 'last' | 'page down' | 'page up'

const stepKeys: Record<string, RowStep> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Home: 'first',
  End: 'last',
  PageDown: 'page down',
  PageUp: 'page up',
}
export const rowStepOf = (key: string): RowStep | null => stepKeys[key] ?? null

/**
 * The row that the keyboard is at, in a table of which only a part is drawn. It stays when its row is scrolled away;
 * the element around the table has the focus then, and the next key goes on from where it was.
 */
export class RowCursor {
  id: number | null = $state(null)
  #seen: RowWindow

  constructor(seen: RowWindow) {
    this.#seen = seen
  }

  /** Takes the focus to another row of `order`, and gives the row's id; null in an empty table. */
  async move(step: RowStep, order: readonly number[], scroller: HTMLElement): Promise<number | null> {
    const at = this.id === null ? -1 : order.indexOf(this.id)
    const page = Math.max(1, Math.floor(scroller.clientHeight / this.#seen.rowPx) - 2)
    const wanted = {
      next: at + 1,
      previous: at - 1,
      first: 0,
      last: order.length - 1,
      'page down': at + page,
      'page up': at - page,
    }
    const index = Math.max(0, Math.min(order.length - 1, wanted[step]))
    const id = order[index]
    if (id === undefined) return null
    this.id = id
    this.#seen.reveal(index)
    await tick()
    scroller.querySelector<HTMLElement>(`tr[data-row="${id}"] a`)?.focus({ preventScroll: true })
    return id
  }
}
