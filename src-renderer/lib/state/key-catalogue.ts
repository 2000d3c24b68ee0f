/** Every shortcut of the window: what it does, where, and the keys that it has unless a person chose others. */

export type ShortcutFacts = {
  /** In tinykeys' grammar: `c`, `g r`, `$mod+k`. */
  keys: string
  label: string
  section: string
  /** It means what it means everywhere, or is a second way. */
  isFixed?: true
}

const of = (section: string, keys: string, label: string): ShortcutFacts => ({ section, keys, label })
const fixed = (section: string, keys: string, label: string): ShortcutFacts => ({ section, keys, label, isFixed: true })

export const catalogue = {
  palette: of('Everywhere', '$mod+k', 'Search or run a command'),
  rail: of('Everywhere', '$mod+b', 'Narrow or widen the rail'),
  pause: of('Everywhere', 'p', 'Pause or resume live values'),
  new: of('Everywhere', 'n', 'New run'),
  stops: of('Everywhere', 'x', 'Cancellations, and how far they are'),
  keys: of('Everywhere', 'Shift+?', 'These keys'),
  '/overview': of('Go to', 'g o', 'Overview'),
  '/queues': of('Go to', 'g q', 'Queues'),
  '/semaphores': of('Go to', 'g s', 'Semaphores'),
  '/futures': of('Go to', 'g f', 'Futures'),
  '/runs': of('Go to', 'g r', 'Runs'),
  '/interpreters': of('Go to', 'g i', 'Interpreters'),
  '/schedules': of('Go to', 'g c', 'Schedules'),
  '/history': of('Go to', 'g h', 'History'),
  '/scripts': of('Go to', 'g e', 'Scripts'),
  '/settings': of('Go to', 'g ,', 'Settings'),
  'runs.cancel': of('Runs', 'c', 'Cancel the run under focus or pointer'),
  'runs.next': of('Runs', 'j', 'Next run'),
  'runs.previous': of('Runs', 'k', 'Previous run'),
  'runs.now': of('Runs', '1', 'Now'),
  'runs.timeline': of('Runs', '2', 'Timeline'),
  'run.cancel': of('Run', 'c', 'Cancel this run'),
  'run.again': of('Run', 'r', 'Run again'),
  'run.overview': of('Run', '1', 'Overview'),
  'run.log': of('Run', '2', 'Log'),
  'run.timeline': of('Run', '3', 'Timeline'),
  'run.graph': of('Run', '4', 'Graph'),
  'run.tree': of('Run', '5', 'Tree'),
  'log.search': of('Log', '/', 'Search the log'),
  'log.loud': of('Log', 'e', 'Next warning or error'),
  'log.loud-before': of('Log', 'Shift+e', 'Warning or error before'),
  'log.follow': of('Log', 'Shift+g', 'Follow the end of the log'),
  'timeline.in': of('Timeline', '+', 'Zoom in'),
  'timeline.in-shift': fixed('Timeline', 'Shift++', 'Zoom in'),
  'timeline.out': of('Timeline', '-', 'Zoom out'),
  'timeline.earlier': of('Timeline', 'ArrowLeft', 'Earlier'),
  'timeline.later': of('Timeline', 'ArrowRight', 'Later'),
  'timeline.all': of('Timeline', '0', 'Show all of it'),
  'family.unfold': of('Timeline and tree', 'e', 'Unfold all'),
  'family.fold': of('Timeline and tree', 'w', 'Fold all'),
  'tree.depth': fixed('Tree', '0', 'Unfold to this depth; inside the tree 1 to 9 too'),
  'graph.in': of('Graph', '+', 'Zoom in'),
  'graph.in-shift': fixed('Graph', 'Shift++', 'Zoom in'),
  'graph.out': of('Graph', '-', 'Zoom out'),
  'graph.all': of('Graph', '0', 'Fit all of it'),
  'history.next': of('History', 'j', 'Next run'),
  'history.previous': of('History', 'k', 'Previous run'),
  'history.filter': of('History', '/', 'Filter the history'),
  'history.close': fixed('History', 'Escape', 'Close the preview'),
  'queues.next': of('Queues', 'j', 'Next queue'),
  'queues.previous': of('Queues', 'k', 'Previous queue'),
  'queues.filter': of('Queues', '/', 'Filter by name'),
  'queue.pause': of('Queue', 'h', 'Pause or resume this queue'),
  'queue.put': of('Queue', 'i', 'Put an item'),
  'semaphores.next': of('Semaphores', 'j', 'Next row'),
  'semaphores.previous': of('Semaphores', 'k', 'Previous row'),
  'semaphores.filter': of('Semaphores', '/', 'Filter by name'),
  'semaphores.semaphore': of('Semaphores', '1', 'Semaphores'),
  'semaphores.lock': of('Semaphores', '2', 'Locks'),
  'semaphores.event': of('Semaphores', '3', 'Events'),
  'semaphores.condition': of('Semaphores', '4', 'Conditions'),
  'semaphores.barrier': of('Semaphores', '5', 'Barriers'),
  'futures.next': of('Futures', 'j', 'Next future'),
  'futures.previous': of('Futures', 'k', 'Previous future'),
  'futures.filter': of('Futures', '/', 'Filter by name'),
  'schedules.filter': of('Schedules', '/', 'Filter by name'),
} as const satisfies Record<string, ShortcutFacts>

export type ShortcutId = keyof typeof catalogue

export const shortcutIds = Object.keys(catalogue) as ShortcutId[]
export const factsOf = (id: ShortcutId): ShortcutFacts => catalogue[id]
