import type { HttpDefinition, ScriptDefinition } from '../../src-preload/definition.ts'
import { resourceDefaults } from '../../src-preload/limits.ts'

/** What the script that sends a request is given; `input` is the run's. */
export type RequestTask = Pick<HttpDefinition, 'request' | 'expect' | 'redirects' | 'oversize'> & {
  /** Of the answer's body, decompressed. */
  maxBytes: number
  input: unknown
}

/** `{{NAME}}` in a header is the value of that secret of the job; any other text in braces stays as it is. */
function filled(request: HttpDefinition['request'], secrets: Record<string, string>): HttpDefinition['request'] {
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (all, name: string) => secrets[name] ?? all)
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, text]) => [name, fill(text)]))
  return { ...request, headers }
}

/** The script, and its input, that sends what a definition describes. `path` is where the script lies. */
export function requestScript(
  { kind: _, request, expect, redirects, oversize, ...policy }: HttpDefinition,
  input: string,
  path: string,
  secrets: Record<string, string> = {},
): { definition: ScriptDefinition; input: string } {
  const maxBytes = policy.limits.resultBytes ?? resourceDefaults.resultBytes
  const task: RequestTask = {
    request: filled(request, secrets),
    expect,
    redirects,
    oversize,
    maxBytes,
    input: JSON.parse(input) as unknown,
  }
  return { definition: { kind: 'script', code: { from: 'file', path }, ...policy }, input: JSON.stringify(task) }
}
