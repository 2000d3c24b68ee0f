import type { Command } from 'commander'
import type { QueueOrder } from '../../src-preload/objects.ts'
import { parseNumber, parseOneOf, parseValue, parseWhole } from './arguments.ts'
import { UseError } from './failure.ts'
import { contentsInWords } from './object-words.ts'
import { printJson, printLine } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'

type Options = { priority?: string; create?: boolean; maxsize?: string; order?: string; maxDeliveries?: string }

const orders: QueueOrder[] = ['fifo', 'lifo', 'priority']

/** `queue put`: one item by hand. It never waits: a queue that is full refuses it. */
export function addQueuePut(queue: Command): void {
  queue
    .command('put')
    .description('put an item into a queue')
    .argument('<name>', 'name of the queue')
    .argument('<json>', 'the item: JSON, @FILE, or - for standard input')
    .option('--priority <number>', 'in a queue of the order "priority": lower is taken first')
    .option('--create', 'make the queue if there is none; one that is there keeps its settings')
    .option('--maxsize <number>', 'with --create: full with so many (default: unbounded)')
    .option('--order <order>', 'with --create: fifo (default), lifo or priority')
    .option('--max-deliveries <number>', 'with --create: taken so often without being done, an item is a dead letter')
    .action(async (name: string, given: string, options: Options, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const request = {
        name,
        create: parseSpec(options),
        priority: options.priority === undefined ? null : parseNumber('--priority', options.priority),
        value: await parseValue(given),
      }
      await withHost(home, async (client) => {
        const answer = await client.queues.put(request)
        if (json) printJson(answer)
        else printLine(`item ${answer.item} is put into "${answer.queue.name}": ${contentsInWords(answer.queue)}`)
      })
    })
}

function parseSpec({ create = false, maxsize, order, maxDeliveries }: Options) {
  if (!create) {
    if (maxsize !== undefined || order !== undefined || maxDeliveries !== undefined)
      throw new UseError('--maxsize, --order and --max-deliveries are for a new queue: give --create, too.')
    return null
  }
  return {
    ...(maxsize === undefined ? {} : { maxsize: parseWhole('--maxsize', maxsize, 0, Number.MAX_SAFE_INTEGER) }),
    ...(order === undefined ? {} : { order: parseOneOf('--order', order, orders) }),
    ...(maxDeliveries === undefined
      ? {}
      : { maxDeliveries: parseWhole('--max-deliveries', maxDeliveries, 1, 1_000_000) }),
  }
}
