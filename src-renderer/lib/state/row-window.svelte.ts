/** Rows drawn above and below those that are seen. */
const spare = 8

/**
 * Which rows of a long table of equal rows are drawn. Attach `watch` to the element around the table; it is, or is inside,
 * what scrolls. Rows outside are stood for by their height, so that the scrollbar and the places do not change.
 */
export class RowWindow {
  first = $state(0)
  last = $state(40)
  rowPx = $state(28)
  /** What scrolls, while it is watched. */
  scroller: HTMLElement | null = null
  /** Looks at once, where an event of the browser would come a moment too late. */
  remeasure: () => void = () => {}

  /** Scrolls as little as brings the row of that index between the head and the lower edge, and draws it. */
  reveal(index: number): void {
    const { scroller, rowPx } = this
    const table = scroller?.querySelector('table')
    if (!scroller || !table || index < 0) return
    const head = table.tHead?.getBoundingClientRect().height ?? 0
    const start = table.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop
    const top = start + head + index * rowPx
    if (top - head < scroller.scrollTop) scroller.scrollTop = index === 0 ? 0 : top - head
    else if (top + rowPx > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = top + rowPx - scroller.clientHeight
    this.remeasure()
  }

  /** The same where the rows follow a head of their own height that stays in sight, without a table around them. */
  revealLine(index: number): void {
    const { scroller, rowPx } = this
    if (scroller === null || index < 0) return
    const top = index * rowPx
    const room = scroller.clientHeight - rowPx
    if (top < scroller.scrollTop) scroller.scrollTop = top
    else if (top + rowPx > scroller.scrollTop + room) scroller.scrollTop = top + rowPx - room
    this.remeasure()
  }

  watch = (element: HTMLElement): (() => void) => {
    const scroller = element.closest<HTMLElement>('.scrolling') ?? element
    this.scroller = scroller
    const leave = new AbortController()
    const measure = () => {
      const row = element.querySelector('[data-row]')
      if (row) this.rowPx = row.getBoundingClientRect().height || this.rowPx
      const hidden = scroller.getBoundingClientRect().top - element.getBoundingClientRect().top
      this.first = Math.max(0, Math.floor(hidden / this.rowPx) - spare)
      this.last = Math.ceil((hidden + scroller.clientHeight) / this.rowPx) + spare
    }
    this.remeasure = measure
    const sizes = new ResizeObserver(measure)
    sizes.observe(scroller)
    sizes.observe(element)
    scroller.addEventListener('scroll', measure, { passive: true, signal: leave.signal })
    return () => {
      this.scroller = null
      sizes.disconnect()
      leave.abort()
    }
  }
}

/**
 * The row that has the focus is scrolled away or leaves the list: its element goes, and the focus must not go with it but to
 * what scrolls, so that the next key finds the list. `drawn`: the rows that have elements. Call while a component is made.
 */
export function keepFocus(seen: RowWindow, drawn: () => ReadonlySet<string>): void {
  $effect.pre(() => {
    const rows = drawn()
    const row = document.activeElement?.closest<HTMLElement>('tr[data-row]')
    if (row && seen.scroller?.contains(row) && !rows.has(row.dataset['row'] ?? ''))
      seen.scroller.focus({ preventScroll: true })
  })
}
