import type { Definition } from '../../src-preload/contract.ts'
import { keyPattern, namePattern, nameRule, objectLimits } from '../../src-preload/limits.ts'
import { parseWhole } from './arguments.ts'
import { UseError } from './failure.ts'

type Needed = Definition['semaphores'][number]
type Concurrency = NonNullable<Definition['concurrency']>

/** `--semaphore NAME[:AMOUNT]`, once for each. A number after the last colon is the amount. */
export function addSemaphore(given: string, before: Needed[]): Needed[] {
  const [, name = '', digits = '1'] = /^(.*?)(?::(\d+))?$/s.exec(given.trim()) ?? []
  if (!namePattern.test(name)) throw new UseError(`--semaphore: "${name}" is not a name: ${nameRule}.`)
  if (before.some((needed) => needed.name === name))
    throw new UseError(`--semaphore: "${name}" is given twice. Write the amount behind it: ${name}:2.`)
  return [...before, { name, amount: parseWhole('--semaphore', digits, 1, objectLimits.permits) }]
}

/** `--concurrency LIMIT` for all runs of the job together, `KEY=LIMIT` for those with the same value of a key. */
export function parseConcurrency(given: string): Concurrency {
  const [, key = null, digits = ''] = /^(?:([^=]*)=)?([^=]*)$/s.exec(given.trim()) ?? []
  if (key !== null && !keyPattern.test(key))
    throw new UseError(`--concurrency: "${key}" is not a way into the input. Write for example input.host=2.`)
  return { key, limit: parseWhole('--concurrency', digits, 1, objectLimits.permits) }
}

/** As `--semaphore` takes it; the amount where it is not one. */
export const semaphoreInWords = ({ name, amount }: Needed): string =>
  amount === 1 && !/:\d+$/.test(name) ? name : `${name}:${amount}`

export const concurrencyInWords = ({ key, limit }: Concurrency): string =>
  `${limit} at a time` + (key === null ? '' : ` for each ${key}`)
