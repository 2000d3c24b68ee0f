import { Session } from 'node:inspector'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { entryPath } from '../../entry.ts'
import { toPlace } from '../sdk/place.ts'

/** Code in one native call cannot be looked at before it returns; that is waited for, but not for ever. */
const PATIENCE_MS = 60_000

const ownFolderUrl = pathToFileURL(dirname(entryPath('interpreter-thread'))).href

/** Names the run that the paused code belongs to, as `linkCurrentRun` has told. */
const RUN_OF_PAUSED =
  "(() => { const start = globalThis[Symbol.for('signalbox.current-run')]?.()?.start; return start && `${start.run}.${start.attempt}` })()"

type CallFrame = {
  callFrameId: string
  location: { scriptId: string; lineNumber: number; columnNumber?: number }
}
type FromThread =
  | { method: 'Debugger.scriptParsed'; params: { scriptId: string; url: string } }
  | { method: 'Debugger.paused'; params: { callFrames: CallFrame[] } }
  | { method?: undefined; id: number; result?: { result?: { value?: unknown } } }

/**
 * Which run a thread of this process is busy with, and where: its debugger stops it for a moment, also in an endless loop. Null
 * when it is busy with none, or gone.
 */
export function whereIs(thread: number): Promise<{ run: number; attempt: number; place: string | null } | null> {
  const session = new Session()
  session.connect()
  return new Promise((resolve) => {
    let sessionId: string | null = null
    let lastId = 0
    const urls = new Map<string, string>()
    let asked: { id: number; place: string } | null = null
    const send = (method: string, params: object = {}) => {
      const message = JSON.stringify({ id: (lastId += 1), method, params })
      if (sessionId !== null) session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
      return lastId
    }
    const end = (found: Parameters<typeof resolve>[0]) => {
      clearTimeout(timer)
      send('Debugger.resume')
      send('Debugger.disable')
      session.post('NodeWorker.disable', () => session.disconnect())
      resolve(found)
    }
    const timer = setTimeout(() => end(null), PATIENCE_MS).unref()

    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      if (Number(params.workerInfo.workerId) !== thread) return
      sessionId = params.sessionId
      send('Debugger.enable')
      send('Debugger.pause')
    })
    session.on('NodeWorker.detachedFromWorker', ({ params }) => {
      if (params.sessionId === sessionId) end(null)
    })
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      if (params.sessionId !== sessionId) return
      const message = JSON.parse(params.message) as FromThread
      if (message.method === 'Debugger.scriptParsed') urls.set(message.params.scriptId, message.params.url)
      else if (message.method === 'Debugger.paused') {
        const frame = message.params.callFrames.find(({ location }) => isUsers(urls.get(location.scriptId) ?? ''))
        if (frame === undefined) return end(null)
        const expression = { callFrameId: frame.callFrameId, expression: RUN_OF_PAUSED, returnByValue: true }
        asked = { id: send('Debugger.evaluateOnCallFrame', expression), place: placeIn(frame, urls) }
      } else if (asked !== null && message.method === undefined && message.id === asked.id) {
        const [run = NaN, attempt = NaN] = String(message.result?.result?.value).split('.').map(Number)
        end(Number.isNaN(run) ? null : { run, attempt, place: asked.place })
      }
    })
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  })
}

const isUsers = (url: string) => url !== '' && !url.startsWith('node:') && !url.startsWith(ownFolderUrl)

/** The protocol counts from 0. */
const placeIn = ({ location }: CallFrame, urls: ReadonlyMap<string, string>) =>
  toPlace(`${urls.get(location.scriptId)}:${location.lineNumber + 1}:${(location.columnNumber ?? 0) + 1}`)
