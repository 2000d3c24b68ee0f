const key = 'signalbox.history-views'

export type SavedView = { name: string; query: [string, string][] }

/** Filters of the history that were given a name, kept in this browser. */
export class SavedViews {
  all: SavedView[] = $state.raw(stored())

  /** A name that is taken gets the new filter. */
  save(name: string, query: [string, string][]): void {
    this.#set([...this.all.filter((view) => view.name !== name), { name, query }])
  }

  remove(name: string): void {
    this.#set(this.all.filter((view) => view.name !== name))
  }

  #set(views: SavedView[]): void {
    this.all = views.toSorted((a, b) => a.name.localeCompare(b.name))
    localStorage.setItem(key, JSON.stringify(this.all))
  }
}

function stored(): SavedView[] {
  try {
    const views: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(views) ? views.filter(isView) : []
  } catch {
    // What another version, or a person, has written there is of no use.
    return []
  }
}

function isView(view: unknown): view is SavedView {
  if (typeof view !== 'object' || view === null || !('name' in view) || !('query' in view)) return false
  return typeof view.name === 'string' && Array.isArray(view.query)
}
