/** How things that a person should see to are spoken of: what it is, why, and what to do. */
import type { Attention } from '../../../src-preload/contract.ts'
import { formatBytes, formatSpan } from './duration.ts'
import { routeHash } from './route.ts'
import type { StateWords } from './run-words.ts'

/** `act`: what is asked of the app beside going to `href`. */
export type AttentionAct =
  | { do: 'cancel'; run: { id: number; name: string }; label: string }
  | { do: 'run-job'; job: string; label: string }
  | { do: 'open-secrets'; label: string }
  | { do: 'go'; href: string; label: string }

export type AttentionLine = { state: StateWords; what: string; href: string; cause: string; act: AttentionAct }

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`

export function attentionLine(row: Attention, now: number): AttentionLine {
  const forSpan = (since: number) => formatSpan(now - since, true)
  switch (row.kind) {
    case 'disk_full': {
      const href = routeHash('/settings', [['section', 'history']])
      return {
        state: { look: 'failed', word: 'Disk full' },
        what: 'The disk is full',
        href,
        cause: `nothing begins for ${forSpan(row.since)}: ${formatBytes(row.freeBytes)} are free. Make room, and it goes on by itself`,
        act: { do: 'go', href, label: 'Keep less' },
      }
    }
    case 'deadlock': {
      const { deadlock } = row
      return {
        state: { look: 'failed', word: 'Deadlock' },
        what: `Deadlock ${deadlock.id}`,
        href: routeHash('/semaphores'),
        cause: `${deadlock.summary} · for ${forSpan(deadlock.since)}`,
        act: {
          do: 'cancel',
          run: { id: deadlock.victim.run, name: deadlock.victim.name },
          label: `Cancel run ${deadlock.victim.run}…`,
        },
      }
    }
    case 'secrets_locked':
      return {
        state: { look: 'waiting', word: 'Locked' },
        what: 'The secrets are locked',
        href: routeHash(`/runs/${row.run}`),
        cause: `${counted(row.waiting, 'run waits', 'runs wait')}, the first, ${row.name}, for ${forSpan(row.since)}. ${row.why} ${row.hint}`,
        act: { do: 'open-secrets', label: 'Try again' },
      }
    case 'blocked_loop': {
      const isNamed = row.interpreter !== null
      const href = routeHash(isNamed ? `/interpreters/${row.interpreter}` : '/interpreters')
      const [first] = row.runs
      const others = row.runs.length > 1 ? ` and ${row.runs.length - 1} more` : ''
      const on = first === undefined ? '' : `; on it: run ${first.run} (${first.name})${others}`
      return {
        state: { look: 'failed', word: 'Blocked' },
        what: `interpreter ${row.name ?? (row.of === 'process' ? (first?.name ?? 'of a run') : row.of)}`,
        href,
        cause: `its event loop has not turned for ${forSpan(row.since)}${row.of === 'async' ? ', and nothing that shares it goes on' : ''}${on}`,
        act:
          first !== undefined && !isNamed && row.runs.length === 1
            ? { do: 'cancel', run: { id: first.run, name: first.name }, label: `Cancel run ${first.run}…` }
            : { do: 'go', href, label: 'See what runs there' },
      }
    }
    case 'backpressure': {
      const href = routeHash(`/queues/${encodeURIComponent(row.queue)}`)
      const takers = row.consumers === 0 ? 'nobody takes from it' : `${counted(row.consumers, 'task')} take from it`
      return {
        state: { look: 'waiting', word: 'Backpressure' },
        what: row.queue,
        href,
        cause: `${counted(row.producers, 'producer waits', 'producers wait')} for ${forSpan(row.since)}: it is full with ${counted(row.maxsize, 'item')}, and ${takers}`,
        act: { do: 'go', href, label: 'See who takes' },
      }
    }
    case 'stuck_stop': {
      const href = routeHash(`/runs/${row.run}`)
      const how =
        row.phase === 'killing'
          ? `is being killed for ${forSpan(row.since)} and is not seen dead yet`
          : `was asked to stop ${forSpan(row.since)} ago and has not ended${row.killsAt === null ? '' : `; it is killed in ${formatSpan(row.killsAt - now, true)}`}`
      return {
        state: { look: 'stopping', word: 'Not reacting' },
        what: `${row.name} · run ${row.run}`,
        href,
        cause: how,
        act: { do: 'go', href, label: 'See the run' },
      }
    }
    case 'abandoned_run': {
      const href = routeHash(`/runs/${row.run}`)
      return {
        state: { look: 'lost', word: 'Abandoned' },
        what: `${row.name} · run ${row.run}`,
        href,
        cause: `it was cut off ${forSpan(row.at)} ago, and nobody knows whether its work was done. It begins no more by itself`,
        act: { do: 'go', href, label: 'See the run' },
      }
    }
    case 'failing_job':
      return {
        state: { look: 'failed', word: 'Failing' },
        what: row.job,
        href: routeHash(`/runs/${row.run}`),
        cause: `${row.failures === 1 ? 'its last run' : `its last ${row.failures}${row.failures >= 10 ? ' or more' : ''} runs`} went wrong, ${forSpan(row.at)} ago${row.error === null ? '' : `: ${row.error}`}`,
        act: { do: 'run-job', job: row.job, label: 'Run it again' },
      }
    case 'starving': {
      const href = routeHash('/semaphores', [
        ...(row.what === 'lock' ? [['kind', 'lock'] as [string, string]] : []),
        ['name', row.name],
      ])
      const holder = row.holder === null ? '' : `; run ${row.holder.run} (${row.holder.name}) has had it the longest`
      return {
        state: { look: 'waiting', word: 'Long wait' },
        what: `${row.what} ${row.name}`,
        href,
        cause: `${counted(row.waiting, 'task waits', 'tasks wait')}, the first for ${forSpan(row.since)}${holder}`,
        act: { do: 'go', href, label: 'See who holds it' },
      }
    }
    case 'dead_letters': {
      const href = routeHash(`/queues/${encodeURIComponent(row.queue)}`, [['items', 'dead']])
      return {
        state: { look: 'lost', word: 'Dead letters' },
        what: row.queue,
        href,
        cause: `${counted(row.dead, 'item was', 'items were')} taken as often as the queue allows and never done`,
        act: { do: 'go', href, label: 'Look at them' },
      }
    }
    default:
      return row satisfies never
  }
}
