import { createRawSnippet } from 'svelte'

/** A snippet of one element, for parts that are given their content. */
export const html = (text: string) => createRawSnippet(() => ({ render: () => text }))

/** A button that is in the page before a part is, and has the focus: what opened it. */
export function focusedOpener(): HTMLButtonElement {
  const opener = document.createElement('button')
  opener.textContent = 'what opened it'
  document.body.append(opener)
  opener.focus()
  return opener
}
