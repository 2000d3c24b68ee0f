/**
 * The words by which finished runs are found. The index gets them and queries are made of them by the same rule, so a word
 * is always one token there: letters and digits, without case and accents, cut at 64.
 */
const LONGEST_WORD = 64
/** Words of one part of a text that are taken; more would be a list, not a text. */
const MOST_WORDS = 20_000

const ascii = /^[\x00-\x7f]*$/ // eslint-disable-line no-control-regex -- the whole range is meant
const folded = (text: string): string =>
  ascii.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKD')
        .replace(/\p{M}+/gu, '')
        .toLowerCase()

/** Every word once, with spaces between: an index that knows no order needs no more. */
export function distinctWords(text: string): string {
  const words = new Set<string>()
  for (const [word] of folded(text).matchAll(/[\p{L}\p{N}]+/gu)) {
    words.add(word.slice(0, LONGEST_WORD))
    if (words.size >= MOST_WORDS) break
  }
  return [...words].join(' ')
}

export type SearchWord = { word: string; isBeginning: boolean }

/** What a person looks for: every word of it must be found, `word*` as the beginning of one. */
export function wordsOfQuery(text: string): SearchWord[] {
  const words = new Map<string, SearchWord>()
  for (const [, word = '', star] of folded(text).matchAll(/([\p{L}\p{N}]+)(\*?)/gu)) {
    const cut = word.slice(0, LONGEST_WORD)
    words.set(cut, { word: cut, isBeginning: star === '*' || word.length > LONGEST_WORD })
  }
  return [...words.values()]
}

/** Private-use characters, which are no letters: no word of a text is a tag. */
export const tags = {
  any: '\ue000',
  outcome: (outcome: string) => `\ue001${outcome.replace('_', '')}`,
  job: (id: number) => `\ue002${id}`,
}

/** Of FTS5: all of the words, and one of each list of tags. */
export function matchOf(
  words: readonly SearchWord[],
  anyOf: readonly (readonly string[])[],
  asBeginnings = false,
): string {
  const terms = words.map(({ word, isBeginning }) => `"${word}"${isBeginning || asBeginnings ? '*' : ''}`)
  const choices = anyOf.map((list) => `(${list.map((tag) => `"${tag}"`).join(' OR ')})`)
  return [...terms, ...choices].join(' AND ')
}

/** Where one of the words stands in a text, as a whole word or its beginning; the longest word first. */
export function placeOf(
  text: string,
  words: readonly SearchWord[],
  asBeginnings: boolean,
): { at: number; length: number } | null {
  const lower = text.toLowerCase()
  for (const { word, isBeginning } of words.toSorted((a, b) => b.word.length - a.word.length)) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
      const before = lower.slice(Math.max(0, at - 2), at)
      const after = lower.slice(at + word.length, at + word.length + 2)
      if (/[\p{L}\p{N}]$/u.test(before)) continue
      if (isBeginning || asBeginnings || !/^[\p{L}\p{N}]/u.test(after)) return { at, length: word.length }
    }
  }
  return null
}
