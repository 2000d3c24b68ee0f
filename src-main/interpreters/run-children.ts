/**
 * The programs that the runs of a thread start. A process of its own dies with its run as a group; runs that share one are
 * told apart by a tag for each run below the tag of the process, in the environment of what they start and of all that
 * comes from it.
 */
import { ChildProcess } from 'node:child_process'
import { setTimeout } from './own-builtins.ts'
import { childTag, TAG_VARIABLE } from './supervisor-protocol.ts'
import { findTagged, killTagged } from './tagged-processes.ts'

/** What `spawn`, `exec`, `fork` and the rest hand to the method below; Node documents neither. */
type SpawnOptions = { envPairs?: string[] }
const prototype = ChildProcess.prototype as unknown as {
  spawn(this: ChildProcess, options: SpawnOptions): number
}

const LONGEST_PAUSE_MS = 200

export type RunChildren = {
  /** Kills what run `label` started and resolves when it was seen dead; null when it started nothing. */
  tryEnd(label: string): Promise<void> | null
  /** Run `label` has ended by itself: what it started is left alone. */
  forget(label: string): void
}

/** Marks every program with the run that starts it. `currentLabel` is null outside runs. */
export function watchRunChildren(currentLabel: () => string | null): RunChildren {
  const ownTag = process.env[TAG_VARIABLE] ?? ''
  const tagOf = (label: string) => childTag(ownTag, label)
  const children = new Map<string, ChildProcess[]>()

  const spawn = prototype.spawn
  prototype.spawn = function (options) {
    const label = currentLabel()
    if (label !== null) {
      const others = (options.envPairs ?? []).filter((pair) => !pair.startsWith(`${TAG_VARIABLE}=`))
      options.envPairs = [...others, `${TAG_VARIABLE}=${tagOf(label)}`]
      children.set(label, [...(children.get(label) ?? []), this])
    }
    return spawn.call(this, options)
  }

  return {
    tryEnd(label) {
      const started = children.get(label)
      children.delete(label)
      return started === undefined ? null : killAll(tagOf(label), started)
    },
    forget: (label) => void children.delete(label),
  }
}

async function killAll(tag: string, started: ChildProcess[]): Promise<void> {
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const alive = started.filter(
      (child) => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    )
    const tagged = findTagged((candidate) => candidate === tag)
    if (alive.length === 0 && tagged.length === 0) return
    for (const child of alive) child.kill('SIGKILL')
    killTagged(tagged)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
