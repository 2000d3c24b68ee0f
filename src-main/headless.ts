/** Boot list of the headless host, for `npm start` without a desktop: options --home DIR, --port N, --slots process=N,async=N. */
import { parseArgs } from 'node:util'
import { Problem } from '../src-preload/problem.ts'
import { chooseHome } from './home.ts'
import { parsePort, serveUntilStopped } from './server/headless-process.ts'
import { parseSlots } from './server/slots.ts'

const usage = 'Known are --home DIR, --port N and --slots process=N,async=N.'

try {
  const { home, port, slots } = readOptions()
  process.exitCode = await serveUntilStopped({
    home: chooseHome(home),
    port: parsePort(port),
    slots: parseSlots(slots),
  })
} catch (error) {
  const { line, exitCode } = describe(error)
  console.error(`signalbox: ${line}`)
  process.exitCode = exitCode
}

function readOptions() {
  const { values } = parseArgs({
    options: { home: { type: 'string' }, port: { type: 'string', default: '0' }, slots: { type: 'string' } },
  })
  return values
}

function describe(error: unknown): { line: string; exitCode: 1 | 2 } {
  if (error instanceof Problem)
    return { line: `${error.message} ${error.hint}`, exitCode: error.code === 'BAD_INPUT' ? 2 : 1 }
  const { code = '', message } = error as NodeJS.ErrnoException
  if (!code.startsWith('ERR_PARSE_ARGS')) return { line: message, exitCode: 1 }
  return { line: `${message.replace(/\.?\s*$/, '.').replace(/\s*\n\s*/g, ' ')} ${usage}`, exitCode: 2 }
}
