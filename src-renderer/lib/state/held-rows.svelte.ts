import type { FeedView } from './feed-model.ts'
import type { Placement } from './frozen-rows.ts'
import { placeFreely, placeHeld } from './frozen-rows.ts'

const releaseMs = 600

/**
 * The rows of a list that keep their places while pointer, focus or a text selection is among them.
 * After leaving, the newest order is shown within a second.
 */
export class HeldRows<Row, Group> {
  shown: Placement<Row, Group> = $state.raw({ placed: [], waiting: 0 })
  isHeld = $state(false)
  #groupOf: (row: Row) => Group

  constructor(groupOf: (row: Row) => Group) {
    this.#groupOf = groupOf
  }

  /** Puts in what the feed shows, in the old places while `isHeld`. */
  update(view: FeedView<Row, unknown>, isHeld: boolean): void {
    const keepsPlaces = isHeld && this.shown.placed.length > 0
    this.shown = keepsPlaces ? placeHeld(this.shown, view) : placeFreely(view, this.#groupOf)
  }

  /** Attach to the element that holds the rows. */
  watch = (element: HTMLElement): (() => void) => {
    const leave = new AbortController()
    const { signal } = leave
    const holds = { pointer: false, focus: false, selection: false }
    let timer: ReturnType<typeof setTimeout> | undefined
    /** Let go only later: `focusout` also comes while a row under focus is being taken away, when no state may be set. */
    const note = (by: keyof typeof holds, isHeld: boolean) => {
      holds[by] = isHeld
      clearTimeout(timer)
      if (isHeld) this.isHeld = true
      else if (!Object.values(holds).includes(true)) timer = setTimeout(() => (this.isHeld = false), releaseMs)
    }
    element.addEventListener('pointerenter', () => note('pointer', true), { signal })
    element.addEventListener('pointerleave', () => note('pointer', false), { signal })
    element.addEventListener('focusin', () => note('focus', true), { signal })
    element.addEventListener(
      'focusout',
      (event) => note('focus', element.contains(event.relatedTarget as Node | null)),
      { signal },
    )
    document.addEventListener('selectionchange', () => note('selection', hasSelectionIn(element)), { signal })
    return () => {
      clearTimeout(timer)
      leave.abort()
    }
  }
}

function hasSelectionIn(element: HTMLElement): boolean {
  const selection = getSelection()
  return selection !== null && !selection.isCollapsed && element.contains(selection.anchorNode)
}
