/** The token bar of the History page: what is typed, what stands in the route, and what is asked of the engine. */
import type { Outcome, RunFilter } from '../../../src-preload/contract.ts'
import { parseDuration } from './duration.ts'
import { outcomes } from './run-words.ts'

/** `since` and `until` are about the submission: `2h`, `1d`, or a local date and time such as `2026-11-27T10:00`. */
export type Token = { key: 'state' | 'job' | 'since' | 'until' | 'text'; value: string }

const keys = ['state', 'job', 'since', 'until'] as const
const queryName = { state: 'state', job: 'job', since: 'since', until: 'until', text: 'q' } as const

/** What Enter makes of the typed text: `state:failed`, `job:nightly`, or words to look for. */
export function tokenOf(text: string): Token | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  for (const key of keys) {
    if (!trimmed.startsWith(`${key}:`)) continue
    const value = trimmed.slice(key.length + 1).trim()
    return value === '' ? null : { key, value }
  }
  return { key: 'text', value: trimmed }
}

/** The text that `tokenOf` reads back. */
export const tokenText = (token: Token): string => (token.key === 'text' ? token.value : `${token.key}:${token.value}`)

/** Why a token cannot be used; null when it can. */
export function tokenFault(token: Token, all: readonly Token[]): string | null {
  if (token.key === 'state' && !isOutcome(token.value)) {
    return `There is no state "${token.value}". There are: ${outcomes.join(', ')}.`
  }
  if (token.key === 'text' && token.value.length > 200) return 'The text is longer than 200 characters.'
  if (token.key === 'text' && !/[\p{L}\p{N}]/u.test(token.value)) return `There is no word in "${token.value}".`
  if ((token.key === 'since' || token.key === 'until') && momentOf(token.value, 0) === null) {
    return `"${token.value}" is no time. Write 2h, 1d, or 2026-11-27T10:00.`
  }
  if (token.key !== 'state' && all.find((other) => other.key === token.key) !== token) {
    if (token.key === 'job') return 'Only one job can be chosen at a time; the first one counts.'
    return token.key === 'text'
      ? 'Only one text can be searched for at a time; the first one counts.'
      : `There can be only one ${token.key}; the first one counts.`
  }
  return null
}

export const tokensOf = (query: URLSearchParams): Token[] => [
  ...query.getAll('state').map((value): Token => ({ key: 'state', value })),
  ...query.getAll('job').map((value): Token => ({ key: 'job', value })),
  ...query.getAll('since').map((value): Token => ({ key: 'since', value })),
  ...query.getAll('until').map((value): Token => ({ key: 'until', value })),
  ...query.getAll('q').map((value): Token => ({ key: 'text', value })),
]

export const queryOf = (tokens: readonly Token[]): [string, string][] =>
  tokens.map((token) => [queryName[token.key], token.value])

/**
 * The engine's filter for the usable tokens: finished runs, one of the states, the job, the text. A state stands alone:
 * beside a lifecycle the engine takes runs that have the one or the other.
 */
export function filterOf(tokens: readonly Token[], now = Date.now()): RunFilter {
  const usable = tokens.filter((token) => tokenFault(token, tokens) === null)
  const states = usable.flatMap(({ key, value }) => (key === 'state' && isOutcome(value) ? [value] : []))
  const job = usable.find(({ key }) => key === 'job')?.value
  const text = usable.find(({ key }) => key === 'text')?.value
  const momentFrom = (wanted: 'since' | 'until') => {
    const value = usable.find(({ key }) => key === wanted)?.value
    return value === undefined ? null : momentOf(value, now)
  }
  const [since, until] = [momentFrom('since'), momentFrom('until')]
  return {
    ...(states.length > 0 ? { outcome: states } : { lifecycle: ['finished'] }),
    ...(job !== undefined && { job }),
    ...(text !== undefined && { text }),
    ...(since !== null && { since }),
    ...(until !== null && { until }),
  }
}

/** Epoch ms of `2h` (so long before `now`) or of a local date and time; null for anything else. */
export function momentOf(text: string, now: number): number | null {
  const spanMs = /^\d+(\.\d+)?(s|m|h|d)$/.test(text) ? parseDuration(text) : null
  if (spanMs !== null) return Math.max(0, now - spanMs)
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?$/.test(text)) return null
  const at = new Date(text.length === 10 ? `${text}T00:00` : text).getTime()
  return Number.isNaN(at) || at < 0 ? null : at
}

/** The text that `momentOf` reads back, to the minute. */
export function momentText(at: number): string {
  const date = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** Completions of what is typed: first the keys, then the values of a key. */
export function suggestionsFor(typed: string, jobs: readonly string[]): string[] {
  const text = typed.trimStart().toLowerCase()
  if (text === '') return keys.map((key) => `${key}:`)
  if (text.startsWith('state:')) return containing(outcomes, text.slice(6)).map((value) => `state:${value}`)
  if (text.startsWith('job:'))
    return containing(jobs, text.slice(4))
      .slice(0, 12)
      .map((value) => `job:${value}`)
  for (const key of ['since', 'until'] as const) {
    if (text.startsWith(`${key}:`)) return containing(spans, text.slice(6)).map((value) => `${key}:${value}`)
  }
  return keys.filter((key) => key.startsWith(text)).map((key) => `${key}:`)
}

/** Which suggestion Enter takes while none was gone to: what is typed in full, else the first; none for an empty field. */
export function likeliest(typed: string, suggestions: readonly string[]): number {
  if (typed.trim() === '' || suggestions.length === 0) return -1
  return Math.max(0, suggestions.indexOf(typed.trim()))
}

/** How many runs have finished since `then` among the states that are shown. */
export function finishedSince(now: Record<Outcome, number>, then: Record<Outcome, number>, filter: RunFilter): number {
  const counted = filter.outcome ?? outcomes
  return Math.max(
    0,
    counted.reduce((sum, outcome) => sum + now[outcome] - then[outcome], 0),
  )
}

const spans = ['1h', '6h', '1d', '7d', '30d']
const isOutcome = (value: string): value is Outcome => outcomes.some((outcome) => outcome === value)
const containing = (values: readonly string[], part: string): string[] =>
  values.filter((value) => value.toLowerCase().includes(part.trim()))
