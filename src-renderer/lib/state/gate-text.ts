/** What a run takes before it starts, as a person types and reads it. */
import type { Definition } from '../../../src-preload/contract.ts'

type Needed = Definition['semaphores'][number]
type Concurrency = NonNullable<Definition['concurrency']>
type Reading<T> = { value: T } | { fault: string }

const MOST_PERMITS = 1_000_000
const MOST_SEMAPHORES = 20

export const semaphoresText = (semaphores: readonly Needed[]): string =>
  semaphores.map(({ name, amount }) => (amount === 1 && !/:\d+$/.test(name) ? name : `${name}:${amount}`)).join(', ')

export const concurrencyText = ({ key, limit }: Concurrency): string =>
  key === null ? `${limit}` : `${limit} for each ${key}`

export const concurrencyDraft = ({ key, limit }: Concurrency): string => (key === null ? `${limit}` : `${key}=${limit}`)

/** Names with commas between; a number after the last colon is how many permits. */
export function readSemaphores(text: string): Reading<Needed[]> {
  const semaphores: Needed[] = []
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue
    const [, name = '', digits = '1'] = /^(.*?)(?::(\d+))?$/s.exec(part) ?? []
    const amount = Number(digits)
    if (!/^[\p{L}\p{N}][\p{L}\p{N} ._/:@+-]*$/u.test(name) || name.length > 120)
      return { fault: `"${part}" is not a name, or a name and a number such as api:2.` }
    if (!isCount(amount)) return { fault: `"${part}": permits are a whole number from 1 to ${MOST_PERMITS}.` }
    if (semaphores.some((other) => other.name === name)) return { fault: `"${name}" stands here twice.` }
    semaphores.push({ name, amount })
  }
  return semaphores.length > MOST_SEMAPHORES
    ? { fault: `At most ${MOST_SEMAPHORES} semaphores.` }
    : { value: semaphores }
}

export function readConcurrency(text: string): Reading<Concurrency> {
  const [, key = null, digits = ''] = /^(?:([^=]*?)\s*=)?\s*([^=]*)$/s.exec(text.trim()) ?? []
  const limit = Number(digits)
  if (key !== null && !/^input(\.[\p{L}\p{N}_$-]+)*$/u.test(key))
    return { fault: `"${key}" is not a way into the input such as input.host.` }
  return digits.trim() !== '' && isCount(limit)
    ? { value: { key, limit } }
    : { fault: 'A whole number such as 2, or a key and a number such as input.host=2.' }
}

const isCount = (number: number): boolean => Number.isInteger(number) && number >= 1 && number <= MOST_PERMITS
