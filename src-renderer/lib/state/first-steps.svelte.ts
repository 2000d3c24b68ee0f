import type { JobRow, Status } from '../../../src-preload/contract.ts'

const storageKey = 'signalbox.firstSteps'

export type FirstStep = { id: 'run' | 'end' | 'save' | 'schedule'; label: string; isDone: boolean }

/** What somebody new does first, ticked off by what the engine says. Shown from a first start until it is done or put away. */
export class FirstSteps {
  #isOpen = $state(localStorage.getItem(storageKey) === 'open')

  /** Nothing was ever submitted here: the list begins. */
  begin(): void {
    this.#keep(true)
  }

  putAway(): void {
    this.#keep(false)
  }

  isShown(steps: FirstStep[]): boolean {
    return this.#isOpen && steps.some(({ isDone }) => !isDone)
  }

  #keep(isOpen: boolean): void {
    if (this.#isOpen === isOpen) return
    this.#isOpen = isOpen
    if (isOpen) localStorage.setItem(storageKey, 'open')
    else localStorage.removeItem(storageKey)
  }
}

export function firstSteps(status: Status, jobs: readonly JobRow[], schedules: number): FirstStep[] {
  return [
    { id: 'run', label: 'Run the sample script', isDone: status.lastRunId > 0 },
    { id: 'end', label: 'See what it gave back', isDone: status.counts.finished > 0 },
    { id: 'save', label: 'Save it as a job', isDone: jobs.length > 0 },
    { id: 'schedule', label: 'Let the job run by itself', isDone: schedules > 0 },
  ]
}
