/** How queues are spoken of. */
import type { QueueEvent, QueueOrder, QueueRow, QueueState } from '../../../src-preload/contract.ts'
import type { StateWords } from './run-words.ts'

const ofState: Record<QueueState, StateWords> = {
  flowing: { look: 'running', word: 'Flowing' },
  idle: { look: 'queued', word: 'Idle' },
  backpressure: { look: 'waiting', word: 'Backpressure' },
  starved: { look: 'lost', word: 'Starved' },
  paused: { look: 'paused', word: 'Paused' },
  draining: { look: 'stopping', word: 'Draining' },
  shut_down: { look: 'cancelled', word: 'Shut down' },
}

/** All states, in the order in which menus show them. */
export const queueStates = Object.keys(ofState) as QueueState[]
export const queueWords = (state: QueueState): StateWords => ofState[state]

/** Why it is in that state, in a sentence. */
export const stateNote: Record<QueueState, string> = {
  flowing: 'Items came or went in the last 10 s, or are being worked on.',
  idle: 'Nothing has come or gone in the last 10 s.',
  backpressure: 'It is full, and producers wait until an item is taken.',
  starved: 'Consumers wait, and nothing has come for 10 s.',
  paused: 'It takes items and gives none until it is resumed.',
  draining: 'It takes nothing more; what is in it is still given out.',
  shut_down: 'It takes nothing more and is empty.',
}

export const orderWords: Record<QueueOrder, string> = {
  fifo: 'oldest first',
  lifo: 'newest first',
  priority: 'lowest priority number first',
}

/** Colour of its meter and curve: that of a queue that is nearly full is a warning before anybody waits. */
export function fillLook({
  state,
  ready,
  maxsize,
}: Pick<QueueRow, 'state' | 'ready' | 'maxsize'>): 'running' | 'waiting' {
  return state === 'backpressure' || (maxsize > 0 && ready >= maxsize * 0.9) ? 'waiting' : 'running'
}

/** The end of the meter's scale; a queue without bound is measured by the most that it has held. */
export const fillMax = ({ maxsize, highWater, ready }: Pick<QueueRow, 'maxsize' | 'highWater' | 'ready'>): number =>
  maxsize > 0 ? Math.max(maxsize, ready) : Math.max(1, highWater, ready)

/** 0.4, 12, 1,204: with a fraction only where it tells anything. */
export const rateText = (perSecond: number): string =>
  perSecond < 10 ? String(Math.round(perSecond * 10) / 10) : Math.round(perSecond).toLocaleString()

export function queueEventWords({ what, count }: QueueEvent): string {
  const items = count === 1 ? '1 item' : `${count.toLocaleString()} items`
  switch (what) {
    case 'created':
      return 'made'
    case 'paused':
      return 'paused'
    case 'resumed':
      return 'resumed'
    case 'shut_down':
      return 'shut down'
    case 'full':
      return 'full: a producer began to wait'
    case 'has_room':
      return 'has room again: no producer waits'
    case 'dropped':
      return `${items} thrown away`
    case 'revived':
      return `${items} taken up again`
    case 'dead_letter':
      return 'an item became a dead letter'
    default:
      return what satisfies never
  }
}

export type QueueFilter = { text: string; state: QueueState | null }

/** The filter that stands in an address; what is no state is left out. */
export function readQueueFilter(query: URLSearchParams): QueueFilter {
  const state = queueStates.find((each) => each === query.get('state')) ?? null
  return { text: query.get('q') ?? '', state }
}

export function writeQueueFilter({ text, state }: QueueFilter): [string, string][] {
  return [
    ...(text === '' ? [] : [['q', text] as [string, string]]),
    ...(state ? [['state', state] as [string, string]] : []),
  ]
}

export const fitsQueue = (row: QueueRow, { text, state }: QueueFilter): boolean =>
  (state === null || row.state === state) && row.name.toLowerCase().includes(text.trim().toLowerCase())
