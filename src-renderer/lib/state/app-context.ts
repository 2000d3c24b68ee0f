import { createContext } from 'svelte'
import type { Attention, AttentionMeta, JobRow, Status } from '../../../src-preload/contract.ts'
import type { Appearance } from './appearance.svelte.ts'
import type { BulkActions } from './bulk-actions.svelte.ts'
import type { Connection } from './connection.svelte.ts'
import type { Feed } from './feed.svelte.ts'
import type { HostPulse } from './host-pulse.svelte.ts'
import type { Live } from './live.svelte.ts'
import type { QueueActions } from './queue-actions.svelte.ts'
import type { Router } from './router.svelte.ts'
import type { RunActions } from './run-actions.svelte.ts'
import type { Shortcuts } from './shortcuts.svelte.ts'

/** What every page may use; made once by app.svelte. */
export type App = {
  connection: Connection
  pulse: HostPulse
  live: Live
  router: Router
  appearance: Appearance
  shortcuts: Shortcuts
  runActions: RunActions
  queueActions: QueueActions
  bulkActions: BulkActions
  status: Feed<Status>
  jobs: Feed<JobRow>
  /** What a person should see to: for the overview and the numbers in the rail. */
  attention: Feed<Attention, AttentionMeta>
}

export const [useApp, provideApp] = createContext<App>()
