import { existsSync, readFileSync, statSync } from 'node:fs'
import { homePaths } from '../../home.ts'
import { findTagged } from '../../interpreters/tagged-processes.ts'
import { readLastGood } from '../../store/last-good.ts'
import { version } from '../../version.ts'
import { connectToHost } from '../connection.ts'
import { refusalCode } from '../failure.ts'
import { examineBackups } from './backups.ts'
import { ok, problem, warning } from './finding.ts'
import type { Finding } from './finding.ts'
import { examineFolder } from './folder.ts'
import { examineStore } from './store.ts'

/** `now` in epoch ms. */
export type Examination = { isFull: boolean; now: number }

/** Looks at a data folder and the machine. Reads only; every finding says itself what to do. */
export async function examine(home: string, examination: Examination): Promise<Finding[]> {
  const host = await examineHost(home)
  return [
    ...examineVersions(),
    ...examineFolder(home),
    host.finding,
    ...examineStore(home, examination),
    ...(host.isRunning ? [] : examineOrphans(home)),
    ...examineBackups(home, examination.now),
    examineZone(),
  ]
}

function examineVersions(): Finding[] {
  const { node, modules, tz } = process.versions
  const major = Number(node.split('.')[0])
  const found = `Signalbox ${version}, Node ${node} (modules ${modules}, time zones ${tz ?? 'unknown'}), ${process.platform} ${process.arch}`
  return [
    major >= 24
      ? ok('versions', found)
      : problem('versions', found, 'Node 24 or later is needed. Start it as its package does: npm start.'),
  ]
}

async function examineHost(home: string): Promise<{ isRunning: boolean; finding: Finding }> {
  if (!existsSync(home)) return { isRunning: false, finding: ok('host', 'none runs') }
  try {
    const { client, close } = await connectToHost(home)
    const status = await client.engine.status()
    close()
    const running = Object.values(status.slots).reduce((sum, { inUse }) => sum + inUse, 0)
    const found = `version ${status.version} runs, ${running} ${running === 1 ? 'attempt' : 'attempts'} under way`
    if (status.version === version) return { isRunning: true, finding: ok('host', found) }
    return {
      isRunning: true,
      finding: warning('host', found, `It is not the version of this command line (${version}). Start it anew.`),
    }
  } catch (error) {
    if (refusalCode(error) === 'NO_HOST') return { isRunning: false, finding: ok('host', 'none runs') }
    const why = error instanceof Error ? error.message : String(error)
    return { isRunning: true, finding: problem('host', `it does not answer: ${why}`, 'Stop it and start it again.') }
  }
}

/** What earlier lives have started and nobody has ended. The next host ends it before it starts anything. */
function examineOrphans(home: string): Finding[] {
  const { lastGood } = homePaths(home)
  const storeId = existsSync(lastGood) ? readLastGood(lastGood)?.storeId : undefined
  if (storeId === undefined || storeId === '') return []
  const found = findTagged((tag) => tag.startsWith(`${storeId}/`)).map(({ pid }) => pid)
  if (found.length === 0) return [ok('left-over processes', 'none')]
  const all = found.length === 1 ? 'process' : 'processes'
  return [
    warning(
      'left-over processes',
      `${found.length} ${all} of a host that is gone: ${found.slice(0, 10).join(', ')}`,
      'Start the host: it ends them before it starts anything. Or end them yourself.',
    ),
  ]
}

function examineZone(): Finding {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const asked = process.env['TZ']
  // Node takes a name that it does not know for UTC, and says nothing.
  if (asked !== undefined && asked !== '' && zone === 'UTC' && !/^(:?(etc\/)?(utc|gmt|uct|zulu))$/i.test(asked)) {
    return warning(
      'time zone',
      `${zone}, although TZ is "${asked}"`,
      'No zone has this name; schedules follow UTC. Correct TZ.',
    )
  }
  const linked = linkedZone()
  return ok('time zone', linked === null || linked === zone ? zone : `${zone} (the system says ${linked})`)
}

function linkedZone(): string | null {
  if (statSync('/etc/timezone', { throwIfNoEntry: false })?.isFile() !== true) return null
  const named = readFileSync('/etc/timezone', 'utf8').trim()
  return named === '' ? null : named
}
