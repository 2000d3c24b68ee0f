import type { Session } from 'electron'
import { isAppUrl } from './app-origin.ts'

/** Copying text is all a page of ours needs; notifications come from this side. */
const allowedPermissions: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

/** The page's own files, what it makes itself, and the developer tools; the window has no network. */
const allowedRequests = /^(app|devtools|blob):/

/** Decides, for everything a session may be asked, and mostly says no: Electron grants what is not decided. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide, details) =>
    decide(allowedPermissions.has(permission) && isAppUrl(details.requestingUrl) && details.isMainFrame),
  )
  // Many features ask here only; without this handler they would be granted.
  session.setPermissionCheckHandler(
    (_contents, permission, _origin, details) =>
      allowedPermissions.has(permission) && isAppUrl(details.requestingUrl ?? ''),
  )
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_request, decide) => decide({}))
  session.on('will-download', (event) => event.preventDefault())
  session.webRequest.onBeforeRequest((details, decide) => decide({ cancel: !allowedRequests.test(details.url) }))
}
