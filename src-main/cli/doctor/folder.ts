import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { homePaths } from '../../home.ts'
import { bytesInWords } from '../words.ts'
import { ok, problem, warning } from './finding.ts'
import type { Finding } from './finding.ts'

/** Below the first a day's work may not fit, below the second the next minute's may not. */
const LITTLE_BYTES = 1e9
const HARDLY_ANY_BYTES = 1e8

/** File systems on which SQLite's locks or its fsync are not what they are on a disk; `type` as statfs(2) says it. */
const remote: Record<number, string> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x65735546: 'FUSE',
  0x01021997: '9P',
  0x5346414f: 'AFS',
}

/** The data folder: whose it is, who may read it, where it lies, and what room there is. */
export function examineFolder(home: string): Finding[] {
  if (!existsSync(home)) return [ok('data folder', `${home} is not there yet; the first start makes it`)]
  if (!statSync(home).isDirectory()) {
    return [problem('data folder', `${home} is not a folder`, 'Choose another with --home or SIGNALBOX_HOME.')]
  }
  return [examineAccess(home), ...examineModes(home), examinePlace(home), examineRoom(home)]
}

function examineAccess(home: string): Finding {
  try {
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK)
    return ok('data folder', home)
  } catch {
    return problem('data folder', `${home} cannot be written`, `Make it yours: chown -R "$USER" '${home}'`)
  }
}

/** What others may read of it is none of theirs: it holds code, inputs, logs, and the keys to both. */
function examineModes(home: string): Finding[] {
  if (process.platform === 'win32') return []
  const { database, token, secretsKey } = homePaths(home)
  const open = [home, database, token, secretsKey].flatMap((path) => {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode
    return mode !== undefined && (mode & 0o077) !== 0 ? [`${path} (${(mode & 0o777).toString(8)})`] : []
  })
  if (open.length === 0) return [ok('permissions', 'for you alone')]
  const todo = `Take their access: chmod -R go= '${home}'`
  return [warning('permissions', `others may read ${open.join(', ')}`, todo)]
}

function examinePlace(home: string): Finding {
  const kind = process.platform === 'linux' ? remote[statfsSync(home).type] : undefined
  if (kind !== undefined) {
    const todo =
      'A store can be lost there in a power cut, or when two machines use it. Choose a folder on a disk of this machine.'
    return warning('file system', `${kind}, which may not keep what it was told to`, todo)
  }
  const cloud = /(Dropbox|OneDrive|Google ?Drive|iCloud ?Drive|Nextcloud|Syncthing)/i.exec(home)?.[1]
  if (cloud === undefined) return ok('file system', 'of this machine')
  const todo =
    'A program that copies the store while it changes can damage it. Choose a folder that is not synchronised.'
  return warning('file system', `inside ${cloud}`, todo)
}

function examineRoom(home: string): Finding {
  const { bavail, bsize } = statfsSync(home)
  const free = bavail * bsize
  const found = `${bytesInWords(free)} free`
  if (free >= LITTLE_BYTES) return ok('disk', found)
  const todo = 'Make room, or keep less of the history: signalbox retention set'
  return free < HARDLY_ANY_BYTES ? problem('disk', found, todo) : warning('disk', found, todo)
}
