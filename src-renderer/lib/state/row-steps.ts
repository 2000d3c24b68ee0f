/** Moves the focus to the link of the next or previous row of a table; to the first when none has it. */
export function stepThroughRows(table: HTMLElement | undefined, by: 1 | -1): void {
  const links = [...(table?.querySelectorAll<HTMLElement>('tr[data-row] a') ?? [])]
  const at = links.findIndex((link) => link.closest('tr')?.contains(document.activeElement))
  links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus()
}
