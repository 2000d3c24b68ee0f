import { statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { Definition } from '../../src-preload/contract.ts'
import { executorOf } from '../../src-preload/definition.ts'
import { problem } from '../../src-preload/problem.ts'

/** Refuses a definition whose folder is none, or whose executor has no folder and environment of its own for each run. */
export function checkPlaces(definition: Definition): void {
  const { cwd, env, limits } = definition
  if (cwd !== null) {
    if (!isAbsolute(cwd)) throw problem('BAD_INPUT', { details: `cwd is not an absolute path: ${cwd}` })
    if (!isThere('isDirectory', cwd)) throw problem('FOLDER_NOT_FOUND', { path: cwd })
  }
  const project = definition.kind === 'script' ? definition.code.project : undefined
  if (project !== undefined) {
    if (!isAbsolute(project)) throw problem('BAD_INPUT', { details: `project is not an absolute path: ${project}` })
    if (!isThere('isDirectory', project)) throw problem('FOLDER_NOT_FOUND', { path: project, of: 'project' })
  }
  if (definition.kind === 'command' || executorOf(definition) === 'process') return
  if (cwd !== null || Object.keys(env).length > 0) {
    throw problem('BAD_INPUT', {
      details: `cwd and env need the executor "process": those of "${definition.executor}" share a process`,
    })
  }
  const own = [
    ...(limits.memoryBytes === null ? [] : ['memory']),
    ...(limits.cpuMs === null ? [] : ['processor time']),
    ...(limits.openFiles === null ? [] : ['open files']),
    ...(limits.tempBytes === null ? [] : ['temporary files']),
  ]
  if (own.length === 0) return
  throw problem('BAD_INPUT', {
    details: `limits of ${own.join(' and ')} need the executor "process": those of "${definition.executor}" share a process`,
  })
}

/** Whether there is one; what the system does not let us see is none. */
export function isThere(what: 'isFile' | 'isDirectory', path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.[what]() === true
  } catch {
    return false
  }
}
