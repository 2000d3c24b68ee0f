/**
 * A mark that a process cannot lose by accident: the soft limit of file locks. The kernel has not enforced it since 2.4.25,
 * copies it at every fork, keeps it through every exec, and shows it in /proc/<pid>/limits; `setsid`, a double fork and an
 * empty environment do not touch it. Linux only. See docs/decisions/0013.
 */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

/** The bits of a mark: of the store, of the supervisor's life, of the process's channel. Together 63: the limit is signed in places. */
const STORE_BITS = 26n
const LIFE_BITS = 15n
const CHANNEL_BITS = 22n

export type Mark = bigint

/** `life` is `<store>/<life>`, the first two parts of a tag. */
export function markOf(life: string, channel: number): Mark {
  return (
    (storeMark(life.slice(0, life.indexOf('/'))) << (LIFE_BITS + CHANNEL_BITS)) |
    (hash(life, LIFE_BITS) << CHANNEL_BITS) |
    BigInt.asUintN(Number(CHANNEL_BITS), BigInt(channel))
  )
}

export const isOfLife = (mark: Mark, life: string): boolean => mark >> CHANNEL_BITS === markOf(life, 0) >> CHANNEL_BITS

export const isOfStore = (mark: Mark, store: string): boolean => mark >> (LIFE_BITS + CHANNEL_BITS) === storeMark(store)

/** The mark in the text of /proc/<pid>/limits. */
export function markIn(limits: string): Mark | null {
  const soft = /^Max file locks +(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? null : BigInt(soft)
}

/** The first bit is set, so that nobody's real limit is taken for a mark. */
const storeMark = (store: string): bigint => (1n << (STORE_BITS - 1n)) | hash(store, STORE_BITS - 1n)

/** FNV-1a, folded. */
function hash(text: string, bits: bigint): bigint {
  let value = 0xcbf29ce484222325n
  for (const byte of Buffer.from(text)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n)
  return (value ^ (value >> 32n)) & ((1n << bits) - 1n)
}

type Program = { file: string; args: string[]; cwd: string; env: NodeJS.ProcessEnv }

/** Variables that a shell exports of its own accord. */
const OF_SHELLS = ['PWD', 'OLDPWD', 'SHLVL', '_']

/**
 * The same program, started by way of a shell that sets the limit and then becomes it: half a millisecond. What cannot be
 * started at all is left as it is, so that the system's own refusal is heard.
 */
export function marked(program: Program, mark: Mark): Pick<Program, 'file' | 'args'> {
  if (process.platform !== 'linux' || !canStart(program)) return program
  const foreign = OF_SHELLS.filter((name) => program.env[name] === undefined)
  // dash and busybox call the limit -w, bash -x.
  const line = `{ ulimit -S -w "$0" || ulimit -S -x "$0"; } 2>/dev/null; unset ${foreign.join(' ')}; exec "$@"`
  return { file: '/bin/sh', args: ['-c', line, String(mark), program.file, ...program.args] }
}

function canStart({ file, cwd, env }: Program): boolean {
  // A shell takes what begins with a dash for an option of exec.
  if (file.startsWith('-')) return false
  if (file.includes('/')) return isExecutable(resolve(cwd, file))
  return (env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(resolve(cwd, folder), file)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
