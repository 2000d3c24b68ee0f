import type { Command } from 'commander'
import type { Lifecycle, Outcome, RunFilter } from '../../src-preload/contract.ts'
import { parseOneOf, parseRunId, parseSpan, parseTime } from './arguments.ts'
import { UseError } from './failure.ts'

/** The contract's literals once more, typed against it: importing its values would load all its schemas. */
const lifecycles: Lifecycle[] = ['scheduled', 'queued', 'running', 'stopping', 'finished']
const outcomes: Outcome[] = ['succeeded', 'failed', 'timed_out', 'cancelled', 'skipped', 'abandoned']

/** The conditions of a filter as they are typed. */
export type FilterOptions = {
  state?: string
  job?: string
  parent?: string
  search?: string
  since?: string
  until?: string
}

export function addFilterOptions(command: Command): Command {
  return command
    .option('--state <state>', `one of ${[...lifecycles, ...outcomes].join(', ')}; several with commas`)
    .option('--job <name>', 'only runs of this job')
    .option('--parent <run>', 'only runs that this run has spawned')
    .option('--search <words>', 'with these words in name, input, error or log; word* is a beginning')
    .option('--since <time>', 'submitted since then: 1d, 2h, 18:30, 2027-01-31')
    .option('--until <time>', 'submitted before then')
}

export function parseFilter(options: FilterOptions, now = new Date()): RunFilter {
  const { state, job, parent, search, since, until } = options
  if (search !== undefined && !/[\p{L}\p{N}]/u.test(search)) throw new UseError('--search: there is no word in it.')
  return {
    ...(state === undefined ? {} : parseStates(state)),
    ...(job === undefined ? {} : { job }),
    ...(parent === undefined ? {} : { parent: parseRunId(parent) }),
    ...(search === undefined ? {} : { text: search }),
    ...(since === undefined ? {} : { since: parsePast('--since', since, now) }),
    ...(until === undefined ? {} : { until: parsePast('--until', until, now) }),
  }
}

/** A state is a lifecycle or, of what has finished, an outcome. */
function parseStates(given: string): Pick<RunFilter, 'lifecycle' | 'outcome'> {
  const states = given
    .split(',')
    .map((each) => parseOneOf('--state', each.trim().replace(/[ -]/g, '_'), [...lifecycles, ...outcomes]))
  const lifecycle = lifecycles.filter((value) => states.includes(value))
  const outcome = outcomes.filter((value) => states.includes(value))
  return { ...(lifecycle.length > 0 && { lifecycle }), ...(outcome.length > 0 && { outcome }) }
}

/** A span is so long ago; a time of day is the last one. */
function parsePast(option: string, given: string, now: Date): number {
  if (/^\d+(\.\d+)? ?(ms|s|m|h|d)$/.test(given)) return now.getTime() - parseSpan(option, given, '4000d')
  const at = parseTime(option, given, now, '1d for a day ago, ')
  return /^\d{1,2}:\d{2}$/.test(given) && at > now.getTime() ? at - 86_400_000 : at
}
