import type { Command } from 'commander'
import type { Party, QueueDetail, QueueItem } from '../../src-preload/object-contract.ts'
import { parseId } from './arguments.ts'
import { contentsInWords, parseShown, partyCells, partyHeaders, printHidden } from './object-words.ts'
import { printFacts, printJson, printLine, printTable } from './output.ts'
import type { Cell } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { timeInWords } from './words.ts'

/** `queue show`: what is in it, who has taken what, and who waits. */
export function addQueueShow(queue: Command): void {
  queue
    .command('show')
    .description('show a queue: its items, who has taken them, and who waits')
    .argument('<name>', 'name of the queue')
    .option('--limit <number>', 'at most so many of each (1 to 500)', '20')
    .option('--item <id>', 'print the whole value of one item')
    .action(async (name: string, options: { limit: string; item?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const limit = parseShown(options)
      const item = options.item === undefined ? null : parseId(options.item, 'an item', 'signalbox queue show')
      await withHost(home, async (client) => {
        if (item !== null) {
          const found = await client.queues.item({ name, item })
          printJson(json ? found : found.value)
          return
        }
        const detail = await client.queues.get({ name, limit })
        if (json) printJson(detail)
        else print(detail)
      })
    })
}

function print(queue: QueueDetail): void {
  const shutdown = { no: null, graceful: 'takes nothing more', immediate: 'what was in it was thrown away' }
  const facts: [string, string | null][] = [
    ['queue', queue.name],
    ['order', queue.order],
    ['maxsize', queue.maxsize === 0 ? 'unbounded' : String(queue.maxsize)],
    ['deliveries', queue.maxDeliveries === null ? null : `at most ${queue.maxDeliveries}, then a dead letter`],
    ['holds', contentsInWords(queue)],
    ['waiting', `${queue.getting} to get, ${queue.putting} to put, ${queue.joining} for the end of all work`],
    ['paused', queue.pausedAt === null ? null : `since ${timeInWords(queue.pausedAt)}`],
    ['shut down', shutdown[queue.shutdown]],
    ['created', timeInWords(queue.createdAt)],
  ]
  printFacts(facts.filter((fact): fact is [string, string] => fact[1] !== null))
  printWaiting(queue)
  printItems(queue)
}

function printWaiting({ waiting, getting, putting, joining }: QueueDetail): void {
  const now = Date.now()
  const cells = (what: string, parties: Party[]) => parties.map((party) => [what, ...partyCells(party, now)])
  const rows = [
    ...cells('an item', waiting.getting),
    ...cells('a free place', waiting.putting),
    ...cells('the end', waiting.joining),
  ]
  if (rows.length === 0) return
  printLine('')
  printTable(['WAITS FOR', ...partyHeaders], rows, [1, 4])
  printHidden(getting + putting + joining - rows.length)
}

function printItems({ items, ready, taken, dead, order }: QueueDetail): void {
  const cells = (item: QueueItem, state: Cell): Cell[] => [
    String(item.id),
    state,
    ...(order === 'priority' ? [String(item.priority)] : []),
    String(item.deliveries),
    timeInWords(item.putAt),
    item.putBy === null ? 'by hand' : `run ${item.putBy}`,
    Buffer.byteLength(item.preview) < item.bytes ? `${item.preview}… (${item.bytes} bytes)` : item.preview,
  ]
  const rows = [
    ...items.taken.map((item) => cells(item, `taken by run ${item.takenBy.run}`)),
    ...items.ready.map((item) => cells(item, 'ready')),
    ...items.dead.map((item) => cells(item, { text: 'dead', colour: 'red' })),
  ]
  if (rows.length === 0) return
  const priority = order === 'priority' ? ['PRIORITY'] : []
  printLine('')
  printTable(['ITEM', 'STATE', ...priority, 'DELIVERIES', 'PUT', 'BY', 'VALUE'], rows, [0])
  printHidden(ready + taken + dead - rows.length)
}
