import FileCode from '@lucide/svelte/icons/file-code'
import History from '@lucide/svelte/icons/history'
import Play from '@lucide/svelte/icons/play'
import type { Component } from 'svelte'
import HistoryPage from './history.svelte'
import RunDetailPage from './run-detail.svelte'
import RunsPage from './runs.svelte'
import ScriptsPage from './scripts.svelte'

type Icon = Component<{ size: number; 'aria-hidden': 'true' }>

/** A page of the rail. `keys` is the way there by keyboard. */
export type Page = { path: string; title: string; keys: string; icon: Icon; component: Component }

/** The rail, in its order. A new page is one line here. */
export const pages: Page[] = [
  { path: '/runs', title: 'Runs', keys: 'g r', icon: Play, component: RunsPage },
  { path: '/history', title: 'History', keys: 'g h', icon: History, component: HistoryPage },
  { path: '/scripts', title: 'Scripts', keys: 'g e', icon: FileCode, component: ScriptsPage },
]

/** Pages about one thing; `id` is in the path. */
export const detailPages: { pattern: string; title: (id: string) => string; component: Component<{ id: string }> }[] = [
  { pattern: '/runs/:id', title: (id) => `Run ${id}`, component: RunDetailPage },
]

export const startPath = '/runs'
