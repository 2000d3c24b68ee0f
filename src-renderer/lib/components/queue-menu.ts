import type { QueueRow } from '../../../src-preload/contract.ts'
import type { App } from '../state/app-context.ts'
import type { MenuEntry } from '../ui/menu.svelte'

/** What can be done to a queue beside pausing it. Entries hold the queue as it is when the menu is opened. */
export function queueMenu({ queueActions, router }: App, queue: QueueRow): MenuEntry[] {
  const { name, order, shutdown, ready, dead } = queue
  const ask = (what: 'shutdown' | 'clear' | 'discard-dead' | 'remove') => () => (queueActions.asking = { what, queue })
  return [
    { label: 'Open', choose: () => router.go(`/queues/${encodeURIComponent(name)}`) },
    {
      label: 'Put an item…',
      choose: () => (queueActions.putting = { name, order }),
      isDisabled: shutdown !== 'no',
    },
    ...(dead > 0
      ? [
          {
            label: `Take up ${dead.toLocaleString()} dead letters again`,
            choose: () => void queueActions.revive(name, null),
            isDisabled: shutdown !== 'no',
          },
          { label: 'Discard the dead letters…', choose: ask('discard-dead'), isDanger: true },
        ]
      : []),
    { label: 'Throw away what is ready…', choose: ask('clear'), isDanger: true, isDisabled: ready === 0 },
    { label: 'Shut down…', choose: ask('shutdown'), isDanger: true, isDisabled: shutdown !== 'no' },
    { label: 'Remove…', choose: ask('remove'), isDanger: true },
  ]
}
