import { useApp } from './app-context.ts'
import { Feed, useFeed } from './feed.svelte.ts'

/** All that descends from run `id`, kept open while the component that calls this is there. Call during its initialisation. */
export function useFamily(id: number) {
  const { connection, live } = useApp()
  return useFeed(new Feed(connection, live, (client) => client.feeds.family({ id })), live)
}
