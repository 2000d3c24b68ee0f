import { tick } from 'svelte'
import type { Placement, RowsInOrder } from './frozen-rows.ts'
import { placeFreely, placeHeld } from './frozen-rows.ts'

const releaseMs = 600
const openMenu = '[aria-haspopup="menu"][aria-expanded="true"]'

export type HoldOptions = {
  /** Also while the list is scrolled down, so that nothing is put in above what is read. */
  alsoScrolled?: boolean
}

/**
 * The rows of a list that keep their places while pointer, focus, an open menu or a text selection is among them.
 * After leaving, the newest order is shown within a second.
 */
export class HeldRows<Row, Group> {
  shown: Placement<Row, Group> = $state.raw({ placed: [], waiting: 0 })
  isHeld = $state(false)
  #groupOf: (row: Row) => Group
  #options: HoldOptions
  #element: HTMLElement | null = null

  constructor(groupOf: (row: Row) => Group, options: HoldOptions = {}) {
    this.#groupOf = groupOf
    this.#options = options
  }

  /** Puts in what the feed shows, in the old places while `isHeld`. */
  update(view: RowsInOrder<Row>, isHeld: boolean): void {
    const keepsPlaces = isHeld && this.shown.placed.length > 0
    this.shown = keepsPlaces ? placeHeld(this.shown, view) : placeFreely(view, this.#groupOf)
  }

  /** Puts in what has waited, hand or no hand; the key of the first row that is new, null when none is. */
  release(view: RowsInOrder<Row>): string | null {
    const before = new Set(this.shown.placed.map(({ key }) => key))
    this.update(view, false)
    return this.shown.placed.find(({ key }) => !before.has(key))?.key ?? null
  }

  /** The same, and the focus goes to that row, or to the first one where it is not drawn. */
  async showNewer(view: RowsInOrder<Row>): Promise<void> {
    const key = this.release(view)
    await tick()
    const rows = [...(this.#element?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
    const first = rows.find(({ dataset }) => dataset['row'] === key) ?? rows[0]
    first?.querySelector<HTMLElement>('a, button')?.focus()
  }

  /** Attach to the element that holds the rows. */
  watch = (element: HTMLElement): (() => void) => {
    this.#element = element
    const leave = new AbortController()
    const { signal } = leave
    const holds = { pointer: false, focus: false, selection: false, menu: false, scroll: false }
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
    // A menu is drawn elsewhere, and takes focus and pointer with it; only its button tells whose it is.
    const menus = new MutationObserver(() => note('menu', element.querySelector(openMenu) !== null))
    menus.observe(element, { subtree: true, attributeFilter: ['aria-expanded'] })
    const scroller = this.#options.alsoScrolled ? element.closest<HTMLElement>('.scrolling') : null
    scroller?.addEventListener('scroll', () => note('scroll', scroller.scrollTop > 0), { passive: true, signal })
    return () => {
      clearTimeout(timer)
      menus.disconnect()
      leave.abort()
    }
  }
}

function hasSelectionIn(element: HTMLElement): boolean {
  const selection = getSelection()
  return selection !== null && !selection.isCollapsed && element.contains(selection.anchorNode)
}
