/** How waits are spoken of. */
import type { Holder, RunRow, TaskName, Wait } from '../../../src-preload/contract.ts'
import { formatBytes, formatSpan } from './duration.ts'
import { progressWords, stopWords } from './run-words.ts'

/** How far an unfinished run is, and what it waits for longest; or how its stop goes. */
export function situationWords(run: RunRow, now: number): string {
  if (run.stop) return stopWords(run.stop, now)
  const [wait] = run.waits
  const more = run.waitCount - 1
  return [
    run.deadlock === null ? '' : `in deadlock ${run.deadlock}`,
    run.progress ? progressWords(run.progress) : '',
    wait ? waitWords(wait, now) : '',
    more > 0 ? `and ${more.toLocaleString()} more` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

/** What is waited for, who has it, the place in line, and for how long; `now` makes the spans. */
export function waitWords(wait: Wait, now: number): string {
  const since = wait.kind === 'time' || wait.kind === 'sleep' ? '' : formatSpan(now - wait.since, true)
  return [whatWords(wait, now), holdersWords(wait), lineWords(wait), endWords(wait, now), since]
    .filter((part) => part !== '')
    .join(' · ')
}

function whatWords(wait: Wait, now: number): string {
  const name = wait.resource ?? ''
  switch (wait.kind) {
    case 'time':
      return wait.retry === null
        ? `due in ${formatSpan(wait.until - now, true)}`
        : `retry ${wait.retry.number} of ${wait.retry.of} in ${formatSpan(wait.until - now, true)}`
    case 'slot':
      return `no free ${wait.executor} slot (${wait.inUse} of ${wait.slots} in use)`
    case 'paused_job':
      return `job ${wait.job} is paused`
    case 'draining':
      return 'the host is stopping and starts nothing new'
    case 'disk_full':
      return `the disk is full (${formatBytes(wait.freeBytes)} free): make room, and it goes on by itself`
    case 'machine':
      return `waiting for ${name}${wait.hint === null ? '' : `, which this host cannot see. ${wait.hint}`}`
    case 'secrets':
      return `waiting for its secrets. ${wait.why} ${wait.hint}`
    case 'semaphore': {
      const what = wait.perMs === null ? 'semaphore' : 'rate limit'
      return `${what} ${name}: needs ${wait.amount}, ${Math.max(0, wait.free)} of ${wait.permits} free`
    }
    case 'key':
      return `only ${wait.limit} at a time for ${name}`
    case 'lock':
      return wait.condition === null ? `lock ${name}` : `lock ${name}, after condition ${wait.condition}`
    case 'event':
      return `event ${name} is not set`
    case 'condition':
      return `condition ${name}: not notified yet`
    case 'barrier':
      return `barrier ${name}: ${wait.arrived} of ${wait.parties} are there`
    case 'queue_get':
      return wait.isPaused ? `queue ${name} is paused` : `queue ${name} has no item for it`
    case 'queue_put':
      return `queue ${name} is full (${wait.size} of ${wait.maxsize})`
    case 'queue_join':
      return `queue ${name}: ${wait.unfinished.toLocaleString()} items not done`
    case 'future':
      return `future ${name} is pending`
    case 'run':
      return `run ${wait.run} (${name}) is ${wait.lifecycle}`
    case 'task':
      return `${wait.needsAll ? 'all' : 'one'} of ${[...wait.tasks.map(taskWords), ...wait.runs.map((run) => `run ${run}`)].join(', ')}`
    case 'sleep':
      return `sleeps, wakes in ${formatSpan(wait.until - now, true)}`
    case 'interpreter':
      return `interpreter ${name} is at it`
    case 'promise':
      return 'something outside, such as the network'
    default:
      return wait satisfies never
  }
}

export const taskWords = ({ number, name }: TaskName): string => name ?? `task ${number}`

function holdersWords({ kind, holders, holderCount }: Wait): string {
  const [first] = holders
  if (first === undefined || kind === 'slot') return ''
  const more = holderCount > 1 ? ` and ${(holderCount - 1).toLocaleString()} more` : ''
  return `${kind === 'queue_join' ? 'taken' : 'held'} by run ${first.run} (${first.name})${more}`
}

function lineWords({ ahead }: Wait): string {
  if (ahead === null) return ''
  return ahead === 0 ? 'next in line' : `${ahead.toLocaleString()} ahead`
}

function endWords({ kind, expectedAt, by }: Wait, now: number): string {
  if (expectedAt !== null && kind !== 'time' && kind !== 'sleep')
    return `expected in ${formatSpan(expectedAt - now, true)}`
  return by === null || by.givesUpAt === null ? '' : `gives up in ${formatSpan(by.givesUpAt - now, true)}`
}

/** Since when it has it, and where in its code it was taken. */
export function holderWords({ amount, attempt, task, since, place }: Holder, now: number): string {
  const parts = [
    amount === 1 ? '' : `${amount} of it`,
    `attempt ${attempt}`,
    task === null || task.number === 0 ? '' : taskWords(task),
    `for ${formatSpan(now - since, true)}`,
    place === null ? '' : `taken at ${place}`,
  ]
  return parts.filter((part) => part !== '').join(' · ')
}
