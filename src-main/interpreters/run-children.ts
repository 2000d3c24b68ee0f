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

/** Marks every program with the run that starts it, also one that has ended and goes on; `currentRun` is null outside runs. */
export function watchRunChildren(currentRun: () => { label: string; hasEnded: boolean } | null): RunChildren {
  const ownTag = process.env[TAG_VARIABLE] ?? ''
  const tagOf = (label: string) => childTag(ownTag, label)
  /** Those that live, for each run that has started any. */
  const children = new Map<string, Set<ChildProcess>>()

  const spawn = prototype.spawn
  prototype.spawn = function (options) {
    const run = currentRun()
    if (run === null) return spawn.call(this, options)
    const others = (options.envPairs ?? []).filter((pair) => !pair.startsWith(`${TAG_VARIABLE}=`))
    options.envPairs = [...others, `${TAG_VARIABLE}=${tagOf(run.label)}`]
    if (!run.hasEnded) {
      const living = children.get(run.label) ?? new Set()
      children.set(run.label, living.add(this))
      this.once('exit', () => living.delete(this))
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

async function killAll(tag: string, started: ReadonlySet<ChildProcess>): Promise<void> {
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    // One that could not be started has no id and never exits; a listener of ours can be taken away by the script.
    const alive = [...started].filter(
      (child) => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    )
    const tagged = findTagged((candidate) => candidate === tag)
    if (alive.length === 0 && tagged.length === 0) return
    for (const child of alive) child.kill('SIGKILL')
    killTagged(tagged)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
