import type { RunDetail } from '../../src-preload/contract.ts'
import type { Json } from '../../src-preload/json.ts'
import type { findingKinds } from '../interpreters/calls.ts'
import { printLine, printTable } from './output.ts'

const types: Record<(typeof findingKinds)[number] | 'limit_passed', true> = {
  left_in_flight: true,
  never_awaited: true,
  blocked_loop: true,
  unhandled_rejection: true,
  limit_passed: true,
  contaminated: true,
  left_behind: true,
  late_failure: true,
}

/**
 * What was wrong with a script although it said nothing: tasks that nobody awaited, promises that nobody caught, a
 * blocked loop, a limit that was passed, what it leaves to others on its thread.
 */
export function printFindings({ events }: RunDetail): void {
  const found = events.filter(({ type }) => Object.hasOwn(types, type))
  if (found.length === 0) return
  printLine('')
  printTable(
    ['NOTICED', 'AT'],
    found.map(({ data }) => [textIn(data, 'message'), textIn(data, 'place')]),
  )
}

function textIn(data: Json, name: string): string {
  const value = data !== null && typeof data === 'object' && !Array.isArray(data) ? data[name] : null
  return typeof value === 'string' ? value : ''
}
