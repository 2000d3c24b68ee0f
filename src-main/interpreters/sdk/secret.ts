import { currentLink } from './run-link.ts'

/**
 * The value of a secret that the job was given (`job add --secret API_KEY`), by the name it was given under. In the executor
 * `process` it is in the environment as well; where runs share a process, and with it the environment, it is only here. Logs,
 * errors and results show `***` in its place. Throws when the job has no secret of that name.
 */
export function secret(name: string): string {
  const value = currentLink().secrets?.[name]
  if (value !== undefined) return value
  throw new Error(`This run has no secret ${String(name)}. Give it to the job: --secret ${String(name)}.`)
}
