/** A place in the app as it stands in the address: `#/runs/42?tab=logs`. */
export type Route = { path: string; query: URLSearchParams }

/** The route of a location hash; an empty one is the start page. */
export function parseRoute(hash: string, start: string): Route {
  const text = hash.startsWith('#/') ? hash.slice(1) : start
  const [path = start, query = ''] = splitOnce(text, '?')
  return { path: path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path, query: new URLSearchParams(query) }
}

/** The hash of a place. Absent values are left out. */
export function routeHash(path: string, query: Iterable<[string, string]> = []): string {
  const search = new URLSearchParams([...query]).toString()
  return search === '' ? `#${path}` : `#${path}?${search}`
}

/** The parameters of `path` when it has the shape of `pattern` (`/runs/:id`), else null. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/')
  const parts = path.split('/')
  if (wanted.length !== parts.length) return null
  const params: Record<string, string> = {}
  for (const [i, want] of wanted.entries()) {
    const part = parts[i] ?? ''
    if (want.startsWith(':')) params[want.slice(1)] = decodeURIComponent(part)
    else if (want !== part) return null
  }
  return params
}

/** The run that a link points out on the page it leads to. */
export function runOfQuery(query: URLSearchParams): number | null {
  const run = Number(query.get('run') ?? NaN)
  return Number.isInteger(run) ? run : null
}

/** The query with one value changed; null takes it away. */
export function withQuery(query: URLSearchParams, name: string, value: string | null): [string, string][] {
  const others = [...query].filter(([each]) => each !== name)
  return value === null ? others : [...others, [name, value]]
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at)
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)]
}
