/** One thing that was looked at. A `problem` keeps a host from its promises; a `warning` may do so one day. */
export type Finding = {
  verdict: 'ok' | 'warning' | 'problem'
  what: string
  found: string
  /** Null when it is in order. */
  todo: string | null
}

export const ok = (what: string, found: string): Finding => ({ verdict: 'ok', what, found, todo: null })
export const warning = (what: string, found: string, todo: string): Finding => ({
  verdict: 'warning',
  what,
  found,
  todo,
})
export const problem = (what: string, found: string, todo: string): Finding => ({
  verdict: 'problem',
  what,
  found,
  todo,
})
