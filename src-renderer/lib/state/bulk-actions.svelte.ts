import { toast } from 'svelte-sonner'
import type { BulkAction, BulkWhat } from '../../../src-preload/contract.ts'
import type { Connection } from './connection.svelte.ts'
import type { Router } from './router.svelte.ts'
import { tryCall } from './try-call.ts'

/** What a confirmation is about, captured when it opened: the list may change meanwhile. */
export type BulkQuestion = {
  action: BulkAction['action']
  what: BulkWhat
  runs: number
  /** The filter as a person reads it; null: chosen one by one. */
  query: string | null
  /** Nothing narrows it: the number has to be typed. */
  isEverything: boolean
  onstarted: () => void
}

const LOOK_MS = 400
/** A toast is read aloud whenever its text changes: while nothing else happens not more often than this. */
const SAY_MS = 5_000
export const bulkWords = {
  cancel: { verb: 'Cancel', doing: 'Cancelling', done: 'cancelled' },
  retry: { verb: 'Run again', doing: 'Starting', done: 'started again' },
  delete: { verb: 'Delete', doing: 'Deleting', done: 'deleted' },
} as const

/** Actions on many runs: the question before, and how they go on. */
export class BulkActions {
  asking: BulkQuestion | null = $state.raw(null)
  #connection: Connection
  #router: Router

  constructor(connection: Connection, router: Router) {
    this.#connection = connection
    this.#router = router
  }

  async start({ action, what, runs, onstarted }: BulkQuestion, reason: string): Promise<void> {
    const { client } = this.#connection
    const started = await tryCall(() =>
      client.bulk.start({ action, what, reason: reason === '' ? null : reason, expected: runs }),
    )
    if (!started) return
    onstarted()
    await this.follow(started)
  }

  async undo(id: number): Promise<void> {
    const undoing = await tryCall(() => this.#connection.client.bulk.undo({ id }))
    if (undoing) await this.follow(undoing)
  }

  async stop(id: number): Promise<void> {
    await tryCall(() => this.#connection.client.bulk.stop({ id }))
  }

  /** One toast for the whole action: what it does, then what it has come to. */
  async follow(started: BulkAction): Promise<void> {
    const id = `bulk-${started.id}`
    let [said, saidAt] = [started.state, -Infinity]
    for (let action = started; ;) {
      if (action.endedAt !== null) return this.#sayEnd(id, action)
      if (action.state !== said || performance.now() - saidAt >= SAY_MS) {
        ;[said, saidAt] = [action.state, performance.now()]
        toast.loading(progressText(action), {
          id,
          action: { label: action.state === 'waiting' ? 'Undo' : 'Stop', onClick: () => void this.stop(started.id) },
        })
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      const next = await tryCall(() => this.#connection.client.bulk.get({ id: started.id }))
      if (next === null) {
        toast.dismiss(id)
        return
      }
      action = next
    }
  }

  #sayEnd(id: string, action: BulkAction): void {
    const say = action.failed > 0 || action.state === 'stopped' ? toast.warning : toast.success
    say(endText(action), {
      id,
      duration: 10_000,
      ...(action.firstError !== null && { description: action.firstError }),
      action: { label: 'Show', onClick: () => this.#router.go('/settings', [['section', 'actions']]) },
      ...(action.canUndo && { cancel: { label: 'Undo', onClick: () => void this.undo(action.id) } }),
    })
  }
}

function progressText({ action, state, done, failed, total, startsAt }: BulkAction): string {
  const runs = `${total.toLocaleString()} ${total === 1 ? 'run' : 'runs'}`
  if (state === 'waiting' && startsAt > Date.now()) return `${bulkWords[action].doing} ${runs} in a few seconds`
  return `${bulkWords[action].doing} ${runs}: ${(done + failed).toLocaleString()} of ${total.toLocaleString()}`
}

export function endText({ action, state, done, failed }: BulkAction): string {
  const counts = `${done.toLocaleString()} ${bulkWords[action].done}, ${failed.toLocaleString()} failed`
  return state === 'stopped' ? `Stopped: ${counts}` : counts
}
