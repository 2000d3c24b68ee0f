import { tmpdir } from 'node:os'
import type { RunDetail, SubmitDefinition } from './hostile-host.ts'

/**
 * Scripts and commands that behave as badly as we can think of, and what each must come to. `mark` is a number that no other
 * process of this machine has in its command line: whoever sleeps for that many seconds is of this case.
 */
export type HostileCase = {
  name: string
  definition: (mark: string) => SubmitDefinition
  /** Cancelled as soon as its log has this line. */
  cancelAt?: string
  expected: Expected
}

export type Expected = {
  /** Left out: it may come to different ends, all of them its own. */
  outcomes?: RunDetail['outcome'][]
  /** In the error's name and message. */
  says?: RegExp
}

export const graceMs = 300
export const timeoutMs = 1_500

/** A script that must be stopped by its time limit. */
export const endless = (body: string, imports = ''): HostileCase['definition'] => script(body, { imports, timeoutMs })

export function script(
  body: string,
  { imports = '', timeoutMs }: { imports?: string; timeoutMs?: number } = {},
): HostileCase['definition'] {
  return (mark) => ({
    kind: 'script',
    graceMs,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    code: {
      from: 'text',
      name: 'hostile.ts',
      text: `${imports}\nexport default async (input: never, ctx: any): Promise<unknown> => {\n${body}\n}`.replaceAll(
        'MARK',
        mark,
      ),
    },
  })
}

export const command =
  (line: string, more: { timeoutMs?: number } = {}): HostileCase['definition'] =>
  (mark) => ({
    kind: 'command',
    graceMs,
    cwd: tmpdir(),
    command: { as: 'shell', line: line.replaceAll('MARK', mark) },
    ...more,
  })

export const childProcess = `import { execSync, spawn, spawnSync } from 'node:child_process'`
export const fs = `import fs from 'node:fs'`
export const forever = `await new Promise(() => setInterval(() => undefined, 1_000))`

export const timedOut: Expected = { outcomes: ['timed_out'] }
export const cancelled: Expected = { outcomes: ['cancelled'] }
export const succeeded: Expected = { outcomes: ['succeeded'] }
export const failed = (says: RegExp): Expected => ({ outcomes: ['failed'], says })
