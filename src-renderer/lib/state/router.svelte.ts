import type { Route } from './route.ts'
import { parseRoute, routeHash } from './route.ts'

/** Where the window is. The address holds everything, so Back, reload and a second window agree. */
export class Router {
  current: Route
  /** Counts arrivals at another path: what moves the focus to the page. */
  arrivals = $state(0)
  #start: string

  constructor(start: string) {
    this.#start = start
    this.current = $state.raw(parseRoute(location.hash, start))
  }

  listen(): () => void {
    const read = () => this.#arrive(parseRoute(location.hash, this.#start))
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }

  /** Goes to a place; Back returns. */
  go(path: string, query: Iterable<[string, string]> = []): void {
    const hash = routeHash(path, query)
    if (hash !== location.hash) location.hash = hash
  }

  /** Changes the address of the same place without an entry in the history: for tabs and sizes. */
  replaceQuery(query: Iterable<[string, string]>): void {
    const hash = routeHash(this.current.path, query)
    history.replaceState(history.state, '', hash)
    this.current = parseRoute(hash, this.#start)
  }

  #arrive(route: Route): void {
    const isElsewhere = route.path !== this.current.path
    this.current = route
    if (isElsewhere) this.arrivals += 1
  }
}
