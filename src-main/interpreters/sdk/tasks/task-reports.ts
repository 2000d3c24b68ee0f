import type { TaskReport } from '../../calls.ts'
import { setTimeout } from '../../own-builtins.ts'
import { objectLimits } from '../../../../src-preload/limits.ts'
import type { RunLink } from '../run-link.ts'
import type { TaskNode } from './task-tree.ts'

/** What comes and goes within this time is not told: nobody could see it. */
const PAUSE_MS = 100
const MAX_WAITS = 100

/** Tells the engine which tasks there are and what they wait for, a few times a second at most. */
export class TaskReports {
  readonly #link: RunLink
  readonly #changed = new Set<TaskNode>()
  readonly #told = new Set<number>()
  readonly #ended = new Set<number>()
  #isPlanned = false

  constructor(link: RunLink) {
    this.#link = link
  }

  changed(node: TaskNode): void {
    this.#changed.add(node)
    this.#plan()
  }

  ended(node: TaskNode): void {
    this.#changed.delete(node)
    if (!this.#told.delete(node.id)) return
    this.#ended.add(node.id)
    this.#plan()
  }

  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    setTimeout(() => this.#tell(), PAUSE_MS).unref()
  }

  #tell(): void {
    this.#isPlanned = false
    const tasks: TaskReport[] = []
    for (const node of this.#changed) {
      if (!this.#told.has(node.id) && this.#told.size >= objectLimits.tasks) continue
      this.#told.add(node.id)
      tasks.push(report(node))
    }
    const ended = [...this.#ended]
    this.#changed.clear()
    this.#ended.clear()
    if (tasks.length > 0 || ended.length > 0) this.#link.send({ type: 'tasks', tasks, ended })
  }
}

function report({ id, parent, name, since, place, scope }: TaskNode): TaskReport {
  const looks = scope.look()
  // Waits side by side in one task: any of them may be what it goes on with.
  const needsAll = looks.length === 1 && looks[0]?.needsAll === true
  const waits = looks.flatMap((look) => look.waits).slice(0, MAX_WAITS)
  return { task: id, parent: parent?.id ?? null, name: name.slice(0, 200), since, waits, needsAll, place }
}
