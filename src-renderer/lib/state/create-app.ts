import type { App } from './app-context.ts'
import { Appearance } from './appearance.svelte.ts'
import { BulkActions } from './bulk-actions.svelte.ts'
import { Connection } from './connection.svelte.ts'
import { Feed } from './feed.svelte.ts'
import { HostPulse } from './host-pulse.svelte.ts'
import { Live } from './live.svelte.ts'
import { QueueActions } from './queue-actions.svelte.ts'
import { Router } from './router.svelte.ts'
import { RunActions } from './run-actions.svelte.ts'
import { Shortcuts } from './shortcuts.svelte.ts'

/** Everything pages share. Nothing is connected or listened to yet. */
export function createApp(startPath: string, connection = new Connection()): App {
  const live = new Live()
  const router = new Router(startPath)
  return {
    connection,
    pulse: new HostPulse(connection),
    live,
    router,
    appearance: new Appearance(),
    shortcuts: new Shortcuts(),
    runActions: new RunActions(connection, router),
    queueActions: new QueueActions(connection, router),
    bulkActions: new BulkActions(connection, router),
    status: new Feed(connection, live, (client) => client.feeds.status()),
    attention: new Feed(connection, live, (client) => client.feeds.attention()),
    jobs: new Feed(connection, live, (client) => client.feeds.jobs()),
  }
}
