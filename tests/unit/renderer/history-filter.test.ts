import { describe, expect, it } from 'vitest'
import {
  filterOf,
  finishedSince,
  likeliest,
  queryOf,
  suggestionsFor,
  tokenFault,
  tokenOf,
  tokensOf,
} from '../../../src-renderer/lib/state/history-filter.ts'
import { matchPath, parseRoute, routeHash } from '../../../src-renderer/lib/state/route.ts'

describe('the tokens of the history', () => {
  it('are made of what was typed', () => {
    expect(['state:failed', ' job: nightly x ', 'state:', 'two words', '  '].map(tokenOf)).toEqual([
      { key: 'state', value: 'failed' },
      { key: 'job', value: 'nightly x' },
      null,
      { key: 'text', value: 'two words' },
      null,
    ])
  })

  it('survive the address', () => {
    const tokens = [
      { key: 'state', value: 'timed_out' },
      { key: 'job', value: 'a&b=c' },
      { key: 'text', value: 'ä #?' },
    ] as const
    expect(tokensOf(parseRoute(routeHash('/history', queryOf(tokens)), '/runs').query)).toEqual(tokens)
  })

  it('ask for finished runs in one of the states, of the job, with the text', () => {
    const tokens = tokensOf(new URLSearchParams('state=failed&state=cancelled&job=j&q=t'))
    expect(filterOf(tokens)).toEqual({ outcome: ['failed', 'cancelled'], job: 'j', text: 't' })
  })

  it('explain a value that does not exist and leave it out of the question', () => {
    const tokens = tokensOf(new URLSearchParams('state=borked&job=a&job=b'))
    expect(tokens.map((token) => tokenFault(token, tokens))).toEqual([
      expect.stringContaining('There is no state "borked"'),
      null,
      expect.stringContaining('Only one job'),
    ])
    expect(filterOf(tokens)).toEqual({ lifecycle: ['finished'], job: 'a' })
  })

  it('are suggested, first the keys, then the values', () => {
    expect([
      suggestionsFor('st', []),
      suggestionsFor('state:ti', []),
      suggestionsFor('job:ni', ['nightly', 'quick']),
      suggestionsFor('zz', []),
    ]).toEqual([['state:'], ['state:timed_out'], ['job:nightly'], []])
  })

  it('count what finished since among the chosen states only', () => {
    const none = { succeeded: 0, failed: 0, timed_out: 0, cancelled: 0, skipped: 0, abandoned: 0 }
    const now = { ...none, succeeded: 5, failed: 2 }
    expect([
      finishedSince(now, none, {}),
      finishedSince(now, none, { outcome: ['failed'] }),
      finishedSince(none, now, {}),
    ]).toEqual([7, 2, 0])
  })
})

describe('an address', () => {
  it('without a place is the start page', () => {
    expect(['', '#', '#token=ab'].map((hash) => parseRoute(hash, '/runs').path)).toEqual(['/runs', '/runs', '/runs'])
  })

  it('names the thing that a page is about', () => {
    expect([
      matchPath('/runs/:id', '/runs/42'),
      matchPath('/runs/:id', '/runs'),
      matchPath('/runs/:id', '/history/1'),
    ]).toEqual([{ id: '42' }, null, null])
  })
})

describe('the suggestion that Enter takes', () => {
  it('is the first, or the one that was typed in full; an empty field takes none', () => {
    expect(likeliest('st', ['state:'])).toBe(0)
    expect(likeliest('job:b', ['job:ab', 'job:b'])).toBe(1)
    expect(likeliest('disk', [])).toBe(-1)
    expect(likeliest(' ', ['state:', 'job:'])).toBe(-1)
  })
})
