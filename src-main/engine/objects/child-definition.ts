import { dirname, isAbsolute, resolve } from 'node:path'
import * as v from 'valibot'
import type { Definition } from '../../../src-preload/contract.ts'
import { scriptDefinitionSchema } from '../../../src-preload/definition.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { CallOn } from '../../interpreters/calls.ts'
import { withRule } from '../commands/submit.ts'
import { checkPlaces, isThere } from '../check-places.ts'
import type { EngineState } from '../state.ts'

type Spawn = Extract<CallOn<'run'>, { do: 'spawn' }>

/**
 * What a child runs that is given as a file: by the rules of its parent, but with limits of its own on what runs at once.
 * The retries and the time in all are the parent's alone, whose next attempt spawns anew.
 */
export function definitionOfFile(state: EngineState, parent: Definition, path: string): Definition {
  if (parent.kind !== 'script')
    throw problem('BAD_INPUT', { details: `a job of the kind ${parent.kind} has no scripts beside it` })
  const { executor, timeoutMs, idleTimeoutMs, queueTimeoutMs, onInterrupted, graceMs, limits, secrets, cwd, env } =
    parent
  const { project } = parent.code
  const folder = parent.code.from === 'file' ? dirname(parent.code.path) : (project ?? state.scriptsFolder)
  return v.parse(scriptDefinitionSchema, {
    kind: 'script',
    code: { from: 'file', path: resolve(folder, path), ...(project === undefined ? {} : { project }) },
    executor,
    timeoutMs,
    idleTimeoutMs,
    queueTimeoutMs,
    onInterrupted,
    graceMs,
    limits,
    secrets,
    cwd,
    env,
  })
}

/** The definition with what the call overrides. What is left as it was is the same object. */
export function overridden(definition: Definition, { executor, timeoutMs, onInterrupted }: Spawn): Definition {
  const ruled = withRule(definition, onInterrupted ?? undefined)
  const limited = timeoutMs === null ? ruled : { ...ruled, timeoutMs }
  if (executor === null) return limited
  if (limited.kind !== 'command') return limited.executor === executor ? limited : { ...limited, executor }
  if (executor !== 'process') throw problem('BAD_INPUT', { details: `a command does not run on "${executor}"` })
  return limited
}

/** What can be known to fail is refused, as it is for a run that a person submits; a script's text is read when it starts. */
export function checkChild(definition: Definition): void {
  checkPlaces(definition)
  if (definition.kind !== 'script' || definition.code.from !== 'file') return
  const { path } = definition.code
  if (!isAbsolute(path)) throw problem('BAD_INPUT', { details: `the path is not absolute: ${path}` })
  if (!isThere('isFile', path)) throw problem('FILE_NOT_FOUND', { path })
}
