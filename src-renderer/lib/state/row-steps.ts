/**
 * Moves the focus to the link of the next or previous row of a table; when none has it, to the first row in sight. The rows
 * beside the one with the focus are drawn also where only a part of a list is.
 */
export function stepThroughRows(table: HTMLElement | undefined, by: 1 | -1): void {
  const links = [...(table?.querySelectorAll<HTMLElement>('tr[data-row] a') ?? [])]
  const at = links.findIndex((link) => link.closest('tr')?.contains(document.activeElement))
  const next = at === -1 ? firstInSight(links) : links[Math.max(0, Math.min(links.length - 1, at + by))]
  next?.focus()
}

function firstInSight(links: HTMLElement[]): HTMLElement | undefined {
  const table = links[0]?.closest('table')
  const top = table?.closest('.scrolling')?.getBoundingClientRect().top ?? 0
  const head = table?.tHead?.getBoundingClientRect().height ?? 0
  return links.find((link) => link.getBoundingClientRect().top >= top + head - 1) ?? links[0]
}
