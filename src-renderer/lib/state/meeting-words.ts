/** How events, conditions and barriers are spoken of: where tasks wait for each other. */
import type { BarrierRow, Client, ConditionRow, EventRow, FeedMessage, Party } from '../../../src-preload/contract.ts'
import type { StateWords } from './run-words.ts'

export type MeetingKind = 'event' | 'condition' | 'barrier'
export type MeetingRow = EventRow | BarrierRow | ConditionRow
export type MeetingDetail = { name: string; waiting: number; waiters: Party[] }

export const meetingWords: Record<
  MeetingKind,
  { many: string; none: string; what: string; state: (row: MeetingRow) => StateWords }
> = {
  event: {
    many: 'Events',
    none: 'There are no events yet',
    what: "An event is made by the first script that uses its name: event('ready'). Who waits for it goes on once it is set.",
    state: (row) =>
      'isSet' in row && row.isSet ? { look: 'succeeded', word: 'Set' } : { look: 'queued', word: 'Not set' },
  },
  condition: {
    many: 'Conditions',
    none: 'Nobody waits at a condition',
    what: "A condition is there while anybody waits at it: condition('changed').wait() gives back its lock and goes on when it is notified.",
    state: (row) => ({ look: 'waiting', word: 'lock' in row ? `on lock ${row.lock}` : '' }),
  },
  barrier: {
    many: 'Barriers',
    none: 'There are no barriers yet',
    what: "A barrier is made by the first script that uses its name: barrier('all', { parties: 3 }). Those who wait at it go on together.",
    state: (row) => {
      if (!('parties' in row)) return { look: 'queued', word: '' }
      if (row.isBroken) return { look: 'failed', word: 'Broken' }
      return { look: row.waiting > 0 ? 'waiting' : 'queued', word: `${row.waiting} of ${row.parties} are there` }
    },
  },
}

type Messages = AsyncIterableIterator<FeedMessage<MeetingRow, { total: number }>>

/** Opens the list of a kind. */
export const meetingRows =
  (kind: MeetingKind) =>
  (client: Client): Promise<Messages> => {
    switch (kind) {
      case 'event':
        return client.feeds.events()
      case 'condition':
        return client.feeds.conditions()
      case 'barrier':
        return client.feeds.barriers()
      default:
        return kind satisfies never
    }
  }

type Details = AsyncIterableIterator<FeedMessage<MeetingDetail, unknown>>

/** Opens one of them with who waits; conditions come as the whole list, of which there is one of the name or more. */
export const meetingDetail =
  (kind: MeetingKind, name: string) =>
  (client: Client): Promise<Details> => {
    switch (kind) {
      case 'event':
        return client.feeds.event({ name })
      case 'condition':
        return client.feeds.conditions()
      case 'barrier':
        return client.feeds.barrier({ name })
      default:
        return kind satisfies never
    }
  }
