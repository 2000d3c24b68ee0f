import { toast } from 'svelte-sonner'
import type { Json, Lifecycle, RunRow } from '../../../src-preload/contract.ts'
import type { Connection } from './connection.svelte.ts'
import type { Router } from './router.svelte.ts'
import { tryCall } from './try-call.ts'

/** What hangs on runs that are to be cancelled; `first` are the oldest of them. */
export type Hanging = { count: number; isPartial: boolean; first: NamedRun[] }
export type NamedRun = Pick<RunRow, 'id' | 'name'>

const unfinished: Lifecycle[] = ['scheduled', 'queued', 'running', 'stopping']
const childrenRead = 200
const childrenNamed = 3

/** What can be done to runs. Whatever asks first holds the runs it was opened for, whatever the lists do meanwhile. */
export class RunActions {
  /** The runs that the open confirmation is about; null while there is none. */
  cancelling: NamedRun[] | null = $state.raw(null)
  /** The unfinished children of those, which are cancelled with them; null until that is known. */
  hanging: Hanging | null = $state.raw(null)
  /** The run that is to be run again with another input. */
  changing: (NamedRun & { input: Json }) | null = $state.raw(null)
  #connection: Connection
  #router: Router

  constructor(connection: Connection, router: Router) {
    this.#connection = connection
    this.#router = router
  }

  askToCancel(runs: NamedRun[]): void {
    const asked = runs.map(({ id, name }) => ({ id, name }))
    this.cancelling = asked
    this.hanging = null
    void this.#askForChildren(asked)
  }

  async #askForChildren(asked: NamedRun[]): Promise<void> {
    const { client } = this.#connection
    const pages = await tryCall(() =>
      Promise.all(asked.map(({ id }) => client.runs.list({ parent: id, lifecycle: unfinished, limit: childrenRead }))),
    )
    if (pages === null || this.cancelling !== asked) return
    const children = pages.flatMap(({ rows }) => rows).sort((a, b) => a.id - b.id)
    this.hanging = {
      count: children.length,
      isPartial: pages.some(({ more }) => more),
      first: children.slice(0, childrenNamed).map(({ id, name }) => ({ id, name })),
    }
  }

  async cancel(runs: NamedRun[], reason: string): Promise<void> {
    for (const { id } of runs) {
      await tryCall(() =>
        this.#connection.client.runs.cancel({ id, reason: reason.trim() === '' ? null : reason.trim() }),
      )
    }
  }

  async runAgain({ id }: NamedRun, input?: Json): Promise<void> {
    const { client } = this.#connection
    const started = await tryCall(() => client.runs.retry(input === undefined ? { id } : { id, input }))
    if (started) this.#router.go(`/runs/${started.id}`)
  }

  /** Somebody has looked at what an abandoned run has done. */
  async lookedAt({ id }: Pick<NamedRun, 'id'>): Promise<void> {
    await tryCall(() => this.#connection.client.runs.lookedAt({ id }))
  }

  /** Asks for the key of the secrets, for which runs wait. */
  async openSecrets(): Promise<void> {
    const opened = await tryCall(() => this.#connection.client.secrets.open())
    if (opened) toast.success('The secrets are open: what waited for them goes on')
  }

  async runJob(job: string): Promise<void> {
    const started = await tryCall(() => this.#connection.client.runs.submit({ what: 'job', job }))
    if (!started) return
    toast.success(`Run ${started.id} of ${job} is queued`, {
      action: { label: 'Open', onClick: () => this.#router.go(`/runs/${started.id}`) },
    })
  }

  async askToChange(run: NamedRun): Promise<void> {
    const detail = await tryCall(() => this.#connection.client.runs.get({ id: run.id }))
    if (detail) this.changing = { id: run.id, name: run.name, input: detail.input }
  }
}
