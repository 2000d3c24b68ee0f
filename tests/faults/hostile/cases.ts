import { bombs } from './bomb-cases.ts'
import { channel, floods, pollution } from './channel-cases.ts'
import { disks } from './disk-cases.ts'
import { exits, memory } from './ending-cases.ts'
import type { HostileCase } from './hostile-case.ts'
import { standstill } from './standstill-cases.ts'
import { trees } from './tree-cases.ts'

const all: HostileCase[] = [
  ...standstill,
  ...exits,
  ...memory,
  ...floods,
  ...channel,
  ...pollution,
  ...trees,
  ...disks,
  ...bombs,
]

/** At every commit: one of each kind. */
const smoke = new Set([
  'a busy loop',
  'a native call that takes minutes',
  'process.abort()',
  'a result of 100 MB',
  'stdout without an end',
  'the channel closed',
  'a temporary folder that is filled with one file',
  'poisoned prototypes',
  'a daemon with a new session and an empty environment',
  'a daemon of a command that is cancelled',
  'a process that forks and leaves, again and again',
  'a bomb of large arrays',
])

/** `HOSTILE=all` runs all of them, another value those with it in their names; without it a few are run. */
const chosen = process.env['HOSTILE']
export const hostileCases = all.filter(({ name }) =>
  chosen === undefined ? smoke.has(name) : chosen === 'all' || new RegExp(chosen).test(name),
)
