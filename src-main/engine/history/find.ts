import type { RunError, SearchMatch } from '../../../src-preload/contract.ts'
import type { RunConditions } from '../../../src-preload/run-filter.ts'
import { matchOf, placeOf, tags, wordsOfQuery } from '../../core/search-words.ts'
import type { SearchWord } from '../../core/search-words.ts'
import type { HistoryFilter } from '../../store/queries/history.ts'
import type { StoredRun } from '../../store/queries/runs.ts'
import { PARTS } from '../../store/queries/search.ts'
import type { EngineState } from '../state.ts'

/** What the index is asked: FTS5's expression, and the ids between which the runs are. */
export type Search = { match: string; words: SearchWord[]; areBeginnings: boolean; from: number; to: number }

/** A run that was found; `part` is the first place of it in the index that fits, 0 being what is not the log. */
export type Found = { id: number; part: number }

/** How far around a match its text is shown. */
const SNIPPET_BEFORE = 40
const SNIPPET_CHARS = 200

/**
 * The runs that fit, the newest first, with an id below `before` and not below `from`. What has finished is read from the search index, where every
 * condition is a list of its own, so a page costs the same however many there are; the little that is not in it yet,
 * what is unfinished, and the children of one run are read from the table.
 */
export function findRuns(
  state: EngineState,
  conditions: RunConditions,
  range: { from?: number; before: number },
  limit: number,
): { found: Found[]; search: Search | null } {
  const filter = tableFilter(state, conditions, range)
  const lifecycles = conditions.lifecycle ?? []
  const isOfFinished = lifecycles.includes('finished') || conditions.outcome !== undefined
  const isOfAll = conditions.lifecycle === undefined && conditions.outcome === undefined
  const isFromIndex = isOfFinished || (isOfAll && conditions.text !== undefined)
  if (!isFromIndex || conditions.parent !== undefined || isMixed(conditions)) {
    return { found: state.store.history.list(filter, limit).map(({ id }) => ({ id, part: 0 })), search: null }
  }
  // The index reaches an id by walking to it from the end. Without a condition the table is as good, but for its newest
  // rows, which may be a long queue.
  if (isUnconditional(conditions) && range.before !== Infinity) {
    return { found: state.store.history.list(filter, limit).map(({ id }) => ({ id, part: 0 })), search: null }
  }
  const search = searchOf(state, conditions, filter)
  const indexed = search === null ? [] : foundIn(state, search, limit)
  const { counters, store } = state
  const tail = store.history.tail(filter, counters.get('indexed_at'), counters.get('indexed_run'))
  const unfinished = lifecycles.filter((lifecycle) => lifecycle !== 'finished')
  const others = isOfAll
    ? liveRuns(state, conditions, filter)
    : unfinished.length === 0
      ? []
      : store.history.list({ ...filter, lifecycle: unfinished, outcome: null }, limit)
  const byId = new Map<number, Found>(indexed.map((each) => [each.id, each]))
  for (const { id } of [...tail, ...others]) if (!byId.has(id)) byId.set(id, { id, part: 0 })
  const found = [...byId.values()].sort((a, b) => b.id - a.id).slice(0, limit)
  return { found, search }
}

/** All that the index has; parts of one run are one. */
export function* eachFound(state: EngineState, { match, from, to }: Search): Generator<Found> {
  let last: Found | null = null
  for (const rowid of state.store.search.matches.iterate(match, from * PARTS, to * PARTS + PARTS - 1)) {
    const id = Math.floor(rowid / PARTS)
    if (last !== null && last.id !== id) yield last
    last = { id, part: rowid % PARTS }
  }
  if (last !== null) yield last
}

/** Null: nothing can fit, as there is no such job, or no word in the text. */
export function searchOf(
  state: EngineState,
  conditions: RunConditions,
  range: Pick<HistoryFilter, 'from' | 'to'>,
): Search | null {
  const words = conditions.text === undefined ? [] : wordsOfQuery(conditions.text)
  if (conditions.text !== undefined && words.length === 0) return null
  const lists: string[][] = []
  const wanted = conditions.lifecycle?.includes('finished') === true ? undefined : conditions.outcome
  if (wanted !== undefined) lists.push(wanted.map((outcome) => tags.outcome(outcome)))
  if (conditions.job !== undefined) {
    const job = state.store.jobs.byName.get(conditions.job)
    if (job === undefined) return null
    lists.push([tags.job(job.id)])
  }
  if (words.length === 0 && lists.length === 0) lists.push([tags.any])
  const { from, to } = range
  const search = { match: matchOf(words, lists), words, areBeginnings: false, from, to }
  if (words.length === 0 || hasAny(state, matchOf(words, []))) return search
  return { ...search, match: matchOf(words, lists, true), areBeginnings: true }
}

/** Ids and times between which a filter looks. */
export function tableFilter(
  state: EngineState,
  conditions: RunConditions,
  range: { from?: number; before: number },
): HistoryFilter {
  const last = state.counters.get('last_run')
  const { since, until } = conditions
  return {
    lifecycle: conditions.lifecycle ?? null,
    outcome: conditions.outcome ?? null,
    job: conditions.job ?? null,
    parent: conditions.parent ?? null,
    text: conditions.text ?? null,
    from: Math.max(range.from ?? 1, since === undefined ? 1 : firstSince(state, since)),
    to: Math.min(range.before, until === undefined ? last + 1 : firstSince(state, until)) - 1,
    since: since ?? null,
    until: until ?? null,
  }
}

/** Where the text was found, for those rows that have a place to show. */
export function matchesOf(state: EngineState, found: Found[], search: Search | null): SearchMatch[] {
  if (search === null || search.words.length === 0) return []
  return found.flatMap((each) => matchOfRun(state, each, search) ?? [])
}

/** An outcome beside an unfinished lifecycle: the one or the other. */
const isMixed = ({ lifecycle, outcome }: RunConditions): boolean => lifecycle !== undefined && outcome !== undefined

const isUnconditional = ({ outcome, job, text }: RunConditions): boolean =>
  outcome === undefined && job === undefined && text === undefined

/** What runs at the moment and fits. It is in memory; the table would have to be walked through. */
function liveRuns(state: EngineState, { job, text = '' }: RunConditions, range: HistoryFilter): { id: number }[] {
  const wanted = text.toLowerCase()
  return [...state.live.values()].flatMap(({ id, name }) => {
    if (id < range.from || id > range.to) return []
    if (!name.toLowerCase().includes(wanted) && String(id) !== text) return []
    return job === undefined || state.store.runs.get.get(id)?.job_name === job ? [{ id }] : []
  })
}

function foundIn(state: EngineState, search: Search, limit: number): Found[] {
  const found: Found[] = []
  for (const each of eachFound(state, search)) {
    // A run that was removed by a life that did not come to the index.
    if (state.store.runs.get.get(each.id) === undefined) continue
    found.push(each)
    if (found.length >= limit) break
  }
  return found
}

const hasAny = ({ store, counters }: EngineState, match: string): boolean =>
  store.search.matches.get(match, 0, (counters.get('last_run') + 1) * PARTS) !== undefined

/** The first id submitted at this moment or later. Ids rise with the time of the submission. */
function firstSince({ store, counters }: EngineState, since: number): number {
  let low = 1
  let high = counters.get('last_run') + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const at = store.history.createdAt.get(middle)
    if (at === undefined || at.created_at >= since) high = middle
    else low = at.id + 1
  }
  return low
}

function matchOfRun(state: EngineState, { id, part }: Found, search: Search): SearchMatch | null {
  const run = state.store.runs.get.get(id)
  if (run === undefined) return null
  if (part > 0) return matchInLog(state, id, part, search)
  for (const [place, text] of placesOf(state, run)) {
    const at = placeOf(text, search.words, search.areBeginnings)
    if (at !== null) return { run: id, in: place, line: null, ...snippet(text, at) }
  }
  return null
}

function placesOf(state: EngineState, run: StoredRun): ['name' | 'input' | 'error', string][] {
  const error = run.error === null ? '' : (JSON.parse(run.error) as RunError).message
  const input = state.store.runs.values.get(run.id)?.input ?? ''
  return [
    ['error', error],
    ['input', input],
    ['name', run.name],
  ]
}

function matchInLog(
  state: EngineState,
  id: number,
  part: number,
  { words, areBeginnings }: Search,
): SearchMatch | null {
  const from = state.store.search.part.get(id * PARTS + part)
  if (from === undefined) return null
  for (const chunk of state.store.logs.from.iterate(id, id, from)) {
    for (const [index, line] of chunk.body.split('\n').entries()) {
      const n = chunk.first_line + index
      if (n < from) continue
      const text = line.slice(line.indexOf('\t', line.indexOf('\t') + 1) + 1)
      const at = placeOf(text, words, areBeginnings)
      if (at !== null) return { run: id, in: 'log', line: n, ...snippet(text, at) }
      // Further on is another part: the words are spread over lines, and the run's name has the rest.
      if (n > from + 20_000) return null
    }
  }
  return null
}

function snippet(
  text: string,
  { at, length }: { at: number; length: number },
): Pick<SearchMatch, 'text' | 'at' | 'length'> {
  const from = Math.max(0, at - SNIPPET_BEFORE)
  const shown = text.slice(from, from + SNIPPET_CHARS)
  const isCut = from > 0
  return { text: `${isCut ? '…' : ''}${shown}`, at: at - from + (isCut ? 1 : 0), length }
}
