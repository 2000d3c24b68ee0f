import { homedir } from 'node:os'
import type { CommandDefinition } from '../../src-preload/definition.ts'
import { problem } from '../../src-preload/problem.ts'

/** What a command is started as. `env` holds what is added to the allow-listed environment. */
export type CommandLine = {
  file: string
  args: string[]
  cwd: string
  env: Record<string, string>
  stdin: string | null
}

/** The longest text that Linux lets one environment variable have, its name included, is 128 KiB. */
const MAX_INPUT_BYTES = 120 * 1024

/**
 * How a command definition is started: an argument list as it is, a line by the platform's shell. The run's input is
 * in SIGNALBOX_INPUT as JSON. Throws a Problem when the input is too large for an environment variable.
 */
export function commandLine(definition: CommandDefinition, input: string, platform = process.platform): CommandLine {
  if (Buffer.byteLength(input) > MAX_INPUT_BYTES) {
    throw problem('TOO_LARGE', { what: 'The input of a command', limitBytes: MAX_INPUT_BYTES })
  }
  const [file = '', ...args] =
    definition.command.as === 'argv' ? definition.command.argv : shell(definition.command.line, platform)
  return {
    file,
    args,
    cwd: definition.cwd ?? homedir(),
    env: { ...definition.env, SIGNALBOX_INPUT: input },
    stdin: definition.stdin,
  }
}

const shell = (line: string, platform: NodeJS.Platform): string[] =>
  platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c', line] : ['/bin/sh', '-c', line]
