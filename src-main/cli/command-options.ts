import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Definition } from '../../src-preload/contract.ts'
import { problem } from '../../src-preload/problem.ts'
import { parseWhole, readText } from './arguments.ts'
import { UseError } from './failure.ts'

export type CommandOptions = {
  command?: string
  cwd?: string
  env: Record<string, string>
  stdin?: string
  successCodes?: string
}
type CommandDefinition = Pick<Extract<Definition, { kind: 'command' }>, 'kind' | 'command' | 'stdin' | 'successCodes'>

/** The options that describe a command, and those that also a script has. */
export const addCommandOptions = (command: Command, usualFolder: string): Command =>
  command
    .option('--command <line>', 'a line for the shell')
    .option('--cwd <folder>', `where it runs (default: ${usualFolder})`)
    .option('--env <name=value>', 'adds to its environment; can be repeated', addVariable, {})
    .option('--stdin <text>', 'given to a command: text, @FILE, or - for standard input')
    .option('--success-codes <codes>', 'exit codes of a command that mean success: 0,1')

/** Null where it is no command, and then `--stdin` and `--success-codes` may not be given. `words` stand after `--`. */
export async function parseCommand(
  words: string[],
  options: CommandOptions,
  executor: string | undefined,
): Promise<CommandDefinition | null> {
  const { command: line, stdin, successCodes } = options
  const isProgram = words.length > 0 && process.argv.includes('--')
  if (line === undefined && !isProgram) {
    if (stdin === undefined && successCodes === undefined) return null
    throw new UseError('--stdin and --success-codes are for commands: give --command LINE, or -- PROGRAM ARGUMENTS.')
  }
  if (line !== undefined && words.length > 0) throw new UseError('--command and other words exclude each other.')
  if (line?.trim() === '') throw new UseError('--command: the line is empty. Write what the shell is to run.')
  if (executor !== undefined) throw new UseError('--executor is for scripts: a command is always a process.')
  const codes = (successCodes ?? '0').split(',').map((code) => parseWhole('--success-codes', code.trim(), 0, 255))
  return {
    kind: 'command',
    command: line === undefined ? { as: 'argv', argv: words } : { as: 'shell', line },
    stdin: stdin === undefined ? null : await readStdin(stdin),
    successCodes: codes,
  }
}

/** Where it runs and what its environment has in addition. */
export const parsePlace = ({ cwd, env }: CommandOptions) => ({ cwd: cwd === undefined ? null : resolve(cwd), env })

async function readStdin(given: string): Promise<string> {
  const text = await readText('--stdin', given)
  const { limits } = await import('../../src-preload/definition.ts')
  if (Buffer.byteLength(text) > limits.stdinBytes)
    throw problem('TOO_LARGE', { what: 'The standard input of a command', limitBytes: limits.stdinBytes })
  return text
}

function addVariable(given: string, before: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(given) ?? []
  if (name === undefined || value === undefined) throw new UseError(`--env: "${given}" is not NAME=VALUE.`)
  return { ...before, [name]: value }
}
