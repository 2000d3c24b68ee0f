/** Boot list of the headless host, for `npm start` without a desktop: options --home DIR, --port N, --slots process=N,async=N. */
import { parseArgs } from 'node:util'
import { Problem } from '../src-preload/problem.ts'
import { chooseHome } from './home.ts'
import { parsePort, serveUntilStopped } from './server/headless-process.ts'
import { parseSlots } from './server/slots.ts'

try {
  const { values } = parseArgs({
    options: { home: { type: 'string' }, port: { type: 'string', default: '0' }, slots: { type: 'string' } },
  })
  process.exitCode = await serveUntilStopped({
    home: chooseHome(values.home),
    port: parsePort(values.port),
    slots: parseSlots(values.slots),
  })
} catch (error) {
  console.error(`signalbox: ${error instanceof Problem ? `${error.message} ${error.hint}` : (error as Error).message}`)
  process.exitCode = error instanceof Problem && error.code !== 'BAD_INPUT' ? 1 : 2
}
