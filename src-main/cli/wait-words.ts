import type { Deadlock, Holder, Progress, RunRow, Stop, TaskName, Wait } from '../../src-preload/contract.ts'
import { asWord, bytesInWords, spanInWords, timeInWords } from './words.ts'

/** Why a run does not run or does not go on, or what it does; for a line of `ps`. */
export function situationInWords(run: RunRow, nowMs: number): string {
  if (run.stop !== null && run.lifecycle === 'stopping') return stopInWords(run.stop, nowMs, run.kind)
  const more = run.waitCount - run.waits.length
  return [
    ...deadlockMark(run),
    ...(run.progress === null ? [] : [progressInWords(run.progress)]),
    ...run.waits.map((wait) => waitInWords(wait, nowMs)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('; ')
}

/** For a run that never goes on by itself. */
export const deadlockMark = ({ deadlock }: Pick<RunRow, 'deadlock'>): string[] =>
  deadlock === null ? [] : [`in deadlock ${deadlock}`]

export const progressInWords = ({ done, total, note }: Progress): string =>
  [total === null ? String(done) : `${done} of ${total}`, note].filter(Boolean).join(', ')

/** What is waited for, who has it, the place in line, and the moment when it ends where that is known. */
export function waitInWords(wait: Wait, nowMs: number): string {
  const parts = [whatInWords(wait, nowMs), heldInWords(wait), lineInWords(wait), endInWords(wait, nowMs)]
  return parts.filter((part) => part !== '').join(', ')
}

function whatInWords(wait: Wait, nowMs: number): string {
  const name = `"${wait.resource}"`
  switch (wait.kind) {
    case 'time':
      if (wait.retry !== null)
        return `retry ${wait.retry.number} of ${wait.retry.of} in ${spanInWords(wait.until - nowMs)}`
      return `is due at ${timeInWords(wait.until)}, in ${spanInWords(wait.until - nowMs)}`
    case 'slot':
      return `waits for a slot of ${name}: ${wait.inUse} of ${wait.slots} in use`
    case 'paused_job':
      return `the job ${name} is paused: signalbox job resume ${asWord(wait.job)}`
    case 'draining':
      return 'the host is stopping and starts nothing new'
    case 'disk_full':
      return `the disk is full (${bytesInWords(wait.freeBytes)} free): make room, and it goes on by itself`
    case 'machine':
      return `waiting for ${wait.resource}${wait.hint === null ? '' : `, which this host cannot see. ${wait.hint}`}`
    case 'secrets':
      return `waiting for its secrets. ${wait.why} ${wait.hint}`
    case 'semaphore': {
      const permits = wait.amount === 1 ? 'a permit' : `${wait.amount} permits`
      const what = wait.perMs === null ? 'semaphore' : 'rate limit'
      return `waits for ${permits} of the ${what} ${name}: ${Math.max(0, wait.free)} of ${wait.permits} free`
    }
    case 'key':
      return `waits for one of the ${wait.limit} places for ${wait.resource}`
    case 'lock':
      return wait.condition === null
        ? `waits for the lock ${name}`
        : `notified at the condition "${wait.condition}", waits for its lock ${name}`
    case 'event':
      return `waits for the event ${name}`
    case 'condition':
      return `waits at the condition ${name} to be notified`
    case 'barrier':
      return `waits at the barrier ${name}: ${wait.parties - wait.arrived} of ${wait.parties} not there yet`
    case 'queue_get':
      return wait.isPaused ? `waits for the queue ${name}, which is paused` : `waits for an item of the queue ${name}`
    case 'queue_put':
      return `waits for room in the queue ${name}: ${wait.size} of ${wait.maxsize} in it`
    case 'queue_join':
      return `waits until all items of the queue ${name} are done: ${wait.unfinished} are not`
    case 'future':
      return `waits for the future ${name}`
    case 'run':
      return `waits for run ${wait.run} (${wait.resource}), which is ${wait.lifecycle}`
    case 'task': {
      const names = [...wait.tasks.map(taskInWords), ...wait.runs.map((run) => `run ${run}`)].join(', ')
      return wait.tasks.length + wait.runs.length === 1
        ? `waits for ${names}`
        : `waits for ${wait.needsAll ? 'all' : 'one'} of ${names}`
    }
    case 'sleep':
      return `sleeps until ${timeInWords(wait.until)}, for ${spanInWords(wait.until - nowMs)} more`
    case 'interpreter':
      return `waits for the interpreter ${name}`
    case 'promise':
      return 'waits for something outside, for example an answer from the network'
    default:
      return wait satisfies never
  }
}

function heldInWords({ kind, holders, holderCount }: Wait): string {
  const [first] = holders
  if (first === undefined || kind === 'slot') return ''
  const more = holderCount - 1
  return `${kind === 'queue_join' ? 'taken' : 'held'} by run ${first.run} (${first.name})${more > 0 ? ` and ${more} more` : ''}`
}

function lineInWords({ ahead }: Wait): string {
  if (ahead === null) return ''
  return ahead === 0 ? 'next in line' : `${ahead} ahead`
}

function endInWords({ kind, expectedAt, by }: Wait, nowMs: number): string {
  const said = []
  if (expectedAt !== null && kind !== 'time' && kind !== 'sleep')
    said.push(`expected in ${spanInWords(expectedAt - nowMs)}`)
  if (by !== null && by.givesUpAt !== null) said.push(`gives up in ${spanInWords(by.givesUpAt - nowMs)}`)
  return said.join(', ')
}

/** The first `limit` who have it, a line each: since when, and where in their code. */
export function holdersInWords({ kind, holders, holderCount }: Wait, nowMs: number, limit: number): string[] {
  const listed = holders.slice(0, limit)
  const verb = kind === 'queue_join' ? 'taken' : 'held'
  return [
    ...listed.map((holder) => `${verb} by ${holderInWords(holder, nowMs)}`),
    ...(listed.length > 0 && holderCount > listed.length ? [`and by ${holderCount - listed.length} more`] : []),
  ]
}

function holderInWords({ run, name, attempt, task, amount, since, place }: Holder, nowMs: number): string {
  const parts = [
    `run ${run} (${name})`,
    `attempt ${attempt}`,
    ...(task === null || task.number === 0 ? [] : [taskInWords(task)]),
    ...(amount === 1 ? [] : [`${amount} of it`]),
    `for ${spanInWords(nowMs - since)}`,
    ...(place === null ? [] : [`taken at ${place}`]),
  ]
  return parts.join(', ')
}

export const taskInWords = ({ number, name }: TaskName): string =>
  name === null ? `task ${number}` : `task ${number} (${name})`

/** Who waits for whom for ever, and what a person may do about it. */
export function deadlockInWords(
  { id, since, summary, members, memberCount, victim }: Deadlock,
  nowMs: number,
): string[] {
  const more = memberCount - members.length
  return [
    `DEADLOCK ${id}, for ${spanInWords(nowMs - since)}: ${summary}${more > 0 ? `; ${more} more are in it` : ''}.`,
    `It does not end by itself. To end it: signalbox cancel ${victim.run}   (run ${victim.run}, ${victim.name}: ${victim.why})`,
  ]
}

/** Why it is stopped, how far that is, and, of a script, whether it has taken notice. */
export function stopInWords(stop: Stop, nowMs: number, kind: RunRow['kind'] = 'command'): string {
  const why = { cancel: 'cancelled', timeout: 'timed out', shutdown: 'the host stops' }[stop.cause]
  const phase = { requested: 'asked to stop', signalled: 'signalled to stop', killing: 'being killed' }[stop.phase]
  const reason = stop.reason === null ? '' : ` (${stop.reason})`
  if (stop.shieldedAt !== undefined && stop.phase !== 'killing')
    return `${why}${reason}: shielded since ${spanInWords(nowMs - stop.shieldedAt)}, stop asked ${spanInWords(nowMs - stop.requestedAt)} ago`
  const reacts = kind === 'command' || stop.phase === 'requested' ? '' : `, ${reactionInWords(stop, nowMs)}`
  return `${why}${reason}: ${phase} ${spanInWords(nowMs - stop.since)} ago${reacts}`
}

const reactionInWords = ({ requestedAt, signalledAt = requestedAt, reactedAt }: Stop, nowMs: number): string =>
  reactedAt === undefined
    ? `not reacting for ${spanInWords(nowMs - signalledAt)}`
    : `cooperating since ${spanInWords(nowMs - reactedAt)}`

/** The steps of a stop, each with the time since it was asked for; the last is the death that was observed. */
export function ladderInWords(stop: Stop, kind: RunRow['kind'], finishedAt: number | null): string {
  const after = (at: number) => `after ${spanInWords(at - stop.requestedAt)}`
  const { signalledAt, reactedAt, terminatedAt, killedAt } = stop
  return [
    `asked for ${timeInWords(stop.requestedAt)}`,
    ...(signalledAt === undefined ? [] : [`${kind === 'command' ? 'SIGTERM' : 'signal'} ${after(signalledAt)}`]),
    ...(reactedAt === undefined ? [] : [`taken notice of ${after(reactedAt)}`]),
    ...(terminatedAt === undefined ? [] : [`SIGTERM ${after(terminatedAt)}`]),
    ...(killedAt === undefined ? [] : [`SIGKILL ${after(killedAt)}`]),
    ...(finishedAt === null ? [] : [`seen dead ${after(finishedAt)}`]),
  ].join(', ')
}
