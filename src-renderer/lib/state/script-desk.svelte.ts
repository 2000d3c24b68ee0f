import type { Definition, Example, JobRow, Json } from '../../../src-preload/contract.ts'
import type { CallProblem } from './call-problem.ts'
import { callProblem } from './call-problem.ts'
import type { Connection } from './connection.svelte.ts'
import type { Draft, DraftFaults } from './draft.ts'
import {
  draftOfExample,
  draftOfJob,
  isChanged,
  newCommand,
  newRequest,
  newSample,
  newScript,
  readDraft,
  readWhen,
} from './draft.ts'
import type { DraftShelf } from './draft-shelf.svelte.ts'
import { emptyValue, hasForm, inputFaults, withPart } from './input-shape.ts'
import type { InputPath, InputShape } from './input-shape.ts'

type FreshKind = 'script' | 'command' | 'request' | 'sample'
export type DeskPlace =
  { is: 'job'; name: string } | { is: 'new'; what: FreshKind } | { is: 'example'; example: Example }

const fresh: Record<FreshKind, () => Draft> = {
  script: newScript,
  command: newCommand,
  request: newRequest,
  sample: newSample,
}
/** Under which the shelf keeps what was not saved. */
export function shelfKey(place: DeskPlace): string {
  if (place.is === 'example') return `example:${place.example.name}`
  return place.is === 'job' ? `job:${place.name}` : `new:${place.what}`
}

/** One script or command being written: its form, what was saved of it, and its last run from here. */
export class ScriptDesk {
  draft: Draft = $state(newScript())
  /** The saved job this desk was opened for. */
  job: JobRow | null = $state.raw(null)
  lastRun: number | null = $state(null)
  problem: CallProblem | null = $state.raw(null)
  isBusy = $state(false)
  reading = $derived(readDraft(this.draft))
  when = $derived(readWhen(this.draft))
  /** A field that was left empty is not at fault before somebody tried to run or save. */
  hasTried = $state(false)
  faults: DraftFaults = $derived(
    shownFaults({ ...this.reading.faults, ...this.when.faults }, this.draft, this.hasTried),
  )
  /** What the script's types say of its input; null before that is known, and where they say nothing. */
  inputShape: InputShape | null = $state.raw(null)
  /** The form that is generated from it, unless somebody would rather write. */
  inputView: 'form' | 'json' = $state('form')
  isForm = $derived(this.draft.kind === 'script' && this.inputView === 'form' && hasForm(this.inputShape))
  /** What the form does not allow, by path. In JSON anything goes: types are not checked where a script runs. */
  fieldFaults: ReadonlyMap<string, string> = $derived(
    this.isForm && this.inputShape ? inputFaults(this.inputShape, this.when.input) : new Map<string, string>(),
  )
  place: DeskPlace
  #saved: Draft = $state.raw(newScript())
  /** Whether saving would change something. */
  isDirty = $derived(isChanged(this.draft, this.#saved))
  #connection: Connection
  #shelf: DraftShelf

  constructor(connection: Connection, shelf: DraftShelf, place: DeskPlace, job: JobRow | null) {
    this.#connection = connection
    this.#shelf = shelf
    this.place = place
    this.job = job
    this.#saved = job ? draftOfJob(job) : draftAt(place)
    // The form may have grown since the draft was kept: what it lacks comes from the saved one.
    this.draft = { ...this.#saved, ...shelf.take(shelfKey(place)) }
  }

  /** Takes over a change that was saved elsewhere; what is being typed here stays. */
  follow(job: JobRow): void {
    if (this.job && job.updatedAt === this.job.updatedAt && job.pausedAt === this.job.pausedAt) return
    const wasDirty = this.isDirty
    const { input, start, delay, at } = this.draft
    this.job = job
    this.#saved = draftOfJob(job)
    if (!wasDirty) this.draft = { ...this.#saved, input, start, delay, at }
  }

  /** Puts the draft on the shelf, where it survives a reload or a crash. */
  keep(): void {
    const isWorthKeeping = this.isDirty || this.draft.input !== this.#saved.input
    this.#shelf.put(shelfKey(this.place), isWorthKeeping ? $state.snapshot(this.draft) : null)
  }

  discard(): void {
    this.hasTried = false
    this.draft = { ...this.#saved }
    this.keep()
  }

  /** Puts a value into the input from its form; undefined takes it away. */
  setPart(path: InputPath, part: Json | undefined): void {
    const { shape } = this.inputShape ?? {}
    const before = this.when.input ?? (shape ? emptyValue(shape) : null)
    this.draft.input = JSON.stringify(withPart(before, path, part), null, 2)
  }

  /** Runs what was saved when a job is open, else what is written. */
  run(): Promise<boolean> {
    if (!this.job) return this.runDraft()
    const { input, when, faults } = this.when
    this.hasTried = true
    if (Object.keys(faults).length + this.fieldFaults.size > 0) return Promise.resolve(false)
    const job = this.job.name
    return this.#attempt(async () => {
      const { id } = await this.#connection.client.runs.submit({ what: 'job', job, input: this.#given(input), ...when })
      this.lastRun = id
    })
  }

  /** Runs what is written, saved or not. */
  runDraft(): Promise<boolean> {
    const { definition } = this.reading
    const { input, when, faults } = this.when
    this.hasTried = true
    if (!definition || Object.keys(faults).length + this.fieldFaults.size > 0) return Promise.resolve(false)
    return this.#attempt(async () => {
      const given = this.#given(input)
      const { id } = await this.#connection.client.runs.submit({
        what: 'definition',
        definition,
        input: given,
        ...when,
      })
      this.lastRun = id
    })
  }

  /** A form that nobody has filled in is an object with nothing in it, which a script can take apart. */
  #given(input: Json): Json {
    return this.isForm && input === null && this.inputShape && !this.inputShape.isOptional
      ? emptyValue(this.inputShape.shape)
      : input
  }

  /** Whether what is written can be saved; shows what is wrong when not. */
  checkForSaving(): boolean {
    this.hasTried = true
    return this.reading.definition !== null && this.when.faults.priority === undefined
  }

  /** Saves under `name`; true when it was stored. */
  save(name: string, replace: boolean): Promise<boolean> {
    const { definition } = this.reading
    if (!definition || !this.checkForSaving()) return Promise.resolve(false)
    const description = this.draft.description.trim() === '' ? null : this.draft.description.trim()
    return this.#attempt(async () => {
      const priority = Number(this.draft.priority)
      const job = await this.#connection.client.jobs.save({ name, definition, description, priority, replace })
      this.#saved = $state.snapshot(this.draft)
      if (this.place.is === 'job') this.job = job
      else {
        // The input is not saved with a job: it moves over with the rest of the draft.
        this.#shelf.put(shelfKey(this.place), null)
        this.#shelf.put(shelfKey({ is: 'job', name }), this.#saved)
      }
    })
  }

  /** Saves an earlier definition as what the job is from now on; refused by the form while something is unsaved. */
  restore(definition: Definition): Promise<boolean> {
    const { job } = this
    if (!job || this.isDirty) return Promise.resolve(false)
    return this.#attempt(async () => {
      const { name, description, priority } = job
      this.follow(await this.#connection.client.jobs.save({ name, definition, description, priority, replace: true }))
    })
  }

  togglePaused(job: JobRow): Promise<boolean> {
    const { jobs } = this.#connection.client
    return this.#attempt(async () => {
      this.job = job.pausedAt === null ? await jobs.pause({ name: job.name }) : await jobs.resume({ name: job.name })
    })
  }

  remove(job: JobRow): Promise<boolean> {
    return this.#attempt(async () => {
      await this.#connection.client.jobs.remove({ name: job.name })
      this.#shelf.put(shelfKey(this.place), null)
    })
  }

  async #attempt(call: () => Promise<void>): Promise<boolean> {
    this.isBusy = true
    this.problem = null
    try {
      await call()
      return true
    } catch (error) {
      this.problem = callProblem(error)
      return false
    } finally {
      this.isBusy = false
    }
  }
}

function draftAt(place: DeskPlace): Draft {
  if (place.is === 'example') return draftOfExample(place.example)
  return place.is === 'new' ? fresh[place.what]() : newScript()
}

function shownFaults(faults: DraftFaults, draft: Draft, hasTried: boolean): DraftFaults {
  const shown = Object.entries(faults).filter(([field]) => hasTried || draft[field as keyof Draft] !== '')
  return Object.fromEntries(shown)
}
