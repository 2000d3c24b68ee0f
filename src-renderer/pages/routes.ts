import CalendarClock from '@lucide/svelte/icons/calendar-clock'
import Cpu from '@lucide/svelte/icons/cpu'
import FileCode from '@lucide/svelte/icons/file-code'
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard'
import Lock from '@lucide/svelte/icons/lock'
import MailQuestion from '@lucide/svelte/icons/mail-question'
import History from '@lucide/svelte/icons/history'
import ListOrdered from '@lucide/svelte/icons/list-ordered'
import Play from '@lucide/svelte/icons/play'
import Settings from '@lucide/svelte/icons/settings'
import type { Component } from 'svelte'
import type { AttentionMeta } from '../../src-preload/contract.ts'
import type { ShortcutId } from '../lib/state/key-catalogue.ts'
import FuturesPage from './futures.svelte'
import HistoryPage from './history.svelte'
import OverviewPage from './overview.svelte'
import QueueDetailPage from './queue-detail.svelte'
import QueuesPage from './queues.svelte'
import InterpreterDetailPage from './interpreter-detail.svelte'
import InterpretersPage from './interpreters.svelte'
import RunDetailPage from './run-detail.svelte'
import RunsPage from './runs.svelte'
import SemaphoresPage from './semaphores.svelte'
import SchedulesPage from './schedules.svelte'
import ScriptsPage from './scripts.svelte'
import SettingsPage from './settings.svelte'

/** What the catalogue of keys has a way to. */
type PagePath = Extract<ShortcutId, `/${string}`>

type Icon = Component<{ size: number; 'aria-hidden': 'true' }>

/**
 * A page of the rail; the catalogue of keys has the way there by keyboard. `toDo`: how many things there a person should see to, which
 * `toDoWords` says otherwise than as "3 to see to".
 */
export type Page = {
  path: PagePath
  title: string
  icon: Icon
  component: Component
  toDo?: (meta: AttentionMeta) => number
  toDoWords?: (count: number) => string
}

/** The rail, in its order. A new page is one line here. */
export const pages: Page[] = [
  { path: '/overview', title: 'Overview', icon: LayoutDashboard, component: OverviewPage },
  {
    path: '/queues',
    title: 'Queues',
    icon: ListOrdered,
    component: QueuesPage,
    toDo: ({ counts: of }) => of.backpressure + of.dead_letters,
  },
  {
    path: '/semaphores',
    title: 'Semaphores',
    icon: Lock,
    component: SemaphoresPage,
    toDo: ({ counts: of }) => of.deadlock + of.starving,
  },
  { path: '/futures', title: 'Futures', icon: MailQuestion, component: FuturesPage },
  {
    path: '/runs',
    title: 'Runs',
    icon: Play,
    component: RunsPage,
    toDo: ({ counts: of }) => of.stuck_stop,
  },
  {
    path: '/interpreters',
    title: 'Interpreters',
    icon: Cpu,
    component: InterpretersPage,
    toDo: ({ counts: of }) => of.blocked_loop,
  },
  { path: '/schedules', title: 'Schedules', icon: CalendarClock, component: SchedulesPage },
  {
    path: '/history',
    title: 'History',
    icon: History,
    component: HistoryPage,
    toDo: ({ unseenFailures }) => unseenFailures,
    toDoWords: (count) => `${count.toLocaleString()} went wrong since you looked`,
  },
  { path: '/scripts', title: 'Scripts', icon: FileCode, component: ScriptsPage },
  { path: '/settings', title: 'Settings', icon: Settings, component: SettingsPage },
]

/** Pages about one thing; `id` is in the path. */
export const detailPages: { pattern: string; title: (id: string) => string; component: Component<{ id: string }> }[] = [
  { pattern: '/queues/:id', title: (id) => `Queue ${id}`, component: QueueDetailPage },
  { pattern: '/interpreters/:id', title: (id) => `Interpreter ${id}`, component: InterpreterDetailPage },
  { pattern: '/runs/:id', title: (id) => `Run ${id}`, component: RunDetailPage },
]

export const startPath: PagePath = '/overview'
