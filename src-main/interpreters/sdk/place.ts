const ownFolder = import.meta.url.slice(0, import.meta.url.lastIndexOf('/') + 1)
/** Our own frames come first; a user's frame deeper than this is not looked for. */
const MAX_FRAMES = 16
const MAX_UNITS = 1_000

/** `file:line:column` of the user's code that called us; null when none of it is on the stack. */
export function placeOfCaller(): string | null {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = MAX_FRAMES
  const holder: { stack?: unknown } = {}
  Error.captureStackTrace(holder, placeOfCaller)
  Error.stackTraceLimit = limit
  return placeOf(holder)
}

/** The same of an error, or of what else has a stack. */
export function placeOf({ stack }: { stack?: unknown }): string | null {
  // A script may have installed a formatter of its own.
  if (typeof stack !== 'string') return null
  for (const line of stack.split('\n').slice(1)) {
    const [, url] = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+:\d+)\)?$/.exec(line) ?? []
    if (url !== undefined && !url.startsWith(ownFolder) && !url.startsWith(ownPath)) return toPlace(url)
  }
  return null
}

/** File URLs become paths, without the mark by which a warm thread tells versions of a file apart. */
export function toPlace(url: string): string {
  const path = url.startsWith('file://') ? decode(url.slice(isWindows(url) ? 8 : 7)) : url
  return path.replace(/\?signalbox=\d+(?=:\d+:\d+$)/, '').slice(-MAX_UNITS)
}

const isWindows = (url: string) => /^file:\/\/\/[A-Za-z]:/.test(url)

const ownPath = decode(ownFolder.replace(/^file:\/\//, ''))

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
