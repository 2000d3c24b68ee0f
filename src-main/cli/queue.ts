import type { Command } from 'commander'
import type { QueueRow } from '../../src-preload/object-contract.ts'
import { parseId } from './arguments.ts'
import { UseError } from './failure.ts'
import { addList } from './object-verbs.ts'
import { contentsInWords, counted } from './object-words.ts'
import { printJson, printLine, printTable } from './output.ts'
import type { Cell } from './output.ts'
import { addQueuePut } from './queue-put.ts'
import { addQueueShow } from './queue-show.ts'
import { circumstancesOf, withHost } from './verb.ts'

/** `queue`: the queues that scripts share by name. */
export function addQueue(program: Command): void {
  const queue = program.command('queue').description('look into queues, put items, and pause, shut down or clear them')
  addList(queue, 'queues', (client, page) => client.queues.list(page), printQueues)
  addQueueShow(queue)
  addQueuePut(queue)
  addPause(queue)
  addShutdown(queue)
  addRetryDead(queue)
  addDrop(queue)
  addRm(queue)
}

function stateOfQueue({ shutdown, pausedAt }: QueueRow): Cell {
  if (shutdown !== 'no') return { text: 'shut down', colour: 'gray' }
  return pausedAt === null ? 'open' : { text: 'paused', colour: 'yellow' }
}

function printQueues(rows: QueueRow[]): void {
  printTable(
    ['NAME', 'ORDER', 'READY', 'OF', 'TAKEN', 'DEAD', 'GETTING', 'PUTTING', 'STATE'],
    rows.map((row) => [
      row.name,
      row.order,
      String(row.ready),
      row.maxsize === 0 ? '' : String(row.maxsize),
      String(row.taken),
      row.dead === 0 ? '0' : { text: String(row.dead), colour: 'red' },
      String(row.getting),
      String(row.putting),
      stateOfQueue(row),
    ]),
    [2, 3, 4, 5, 6, 7],
  )
}

function addPause(queue: Command): void {
  for (const [verb, description, said] of [
    ['pause', 'give out no item of a queue until it is resumed', 'is paused'],
    ['resume', 'give out the items of a paused queue again', 'is resumed'],
  ] as const) {
    queue
      .command(verb)
      .description(description)
      .argument('<name>', 'name of the queue')
      .action(async (name: string, _options: object, command: Command) => {
        const { home, json } = circumstancesOf(command)
        await withHost(home, async (client) => {
          const row = await client.queues[verb]({ name })
          if (json) printJson(row)
          else printLine(`queue "${row.name}" ${said}: ${contentsInWords(row)}`)
        })
      })
  }
}

function addShutdown(queue: Command): void {
  queue
    .command('shutdown')
    .description('take nothing more into a queue; what is in it is still given out')
    .argument('<name>', 'name of the queue')
    .option('--immediate', 'throw away what is in it')
    .action(async (name: string, { immediate = false }: { immediate?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const row = await client.queues.shutdown({ name, immediate })
        if (json) printJson(row)
        else printLine(`queue "${row.name}" is shut down: ${contentsInWords(row)}`)
      })
    })
}

function addRetryDead(queue: Command): void {
  queue
    .command('retry-dead')
    .description('put dead letters back into line, at its end')
    .argument('<name>', 'name of the queue')
    .argument('[items...]', 'ids of dead letters (default: all of them)')
    .action(async (name: string, words: string[], _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const items = words.length === 0 ? null : words.map(parseItem)
      await withHost(home, async (client) => {
        const { done: revived, queue } = await inSteps(async () => {
          const { revived: done, queue: left } = await client.queues.reviveDead({ name, items })
          return { done, left: items === null ? left.dead : 0, queue: left }
        })
        if (json) return printJson({ revived, queue })
        printLine(`${counted(revived, 'dead letter')} of "${queue.name}" got in line again: ${contentsInWords(queue)}`)
      })
    })
}

function addDrop(queue: Command): void {
  queue
    .command('drop')
    .description('throw away items that nobody has taken')
    .argument('<name>', 'name of the queue')
    .argument('[items...]', 'ids of items')
    .option('--ready', 'all that wait to be taken')
    .option('--dead', 'all dead letters')
    .action(async (name: string, words: string[], options: { ready?: boolean; dead?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const items = parseDropped(words, options)
      await withHost(home, async (client) => {
        const { done: dropped, queue } = await inSteps(async () => {
          const { dropped: done, queue: left } = await client.queues.dropItems({ name, items })
          return { done, left: items === 'ready' || items === 'dead' ? left[items] : 0, queue: left }
        })
        if (json) return printJson({ dropped, queue })
        printLine(`${counted(dropped, 'item')} of "${queue.name}" thrown away: ${contentsInWords(queue)}`)
      })
    })
}

/** Asks until as many are done as there were at the first step: of a large number, the host does a part at a time. */
async function inSteps(step: () => Promise<{ done: number; left: number; queue: QueueRow }>) {
  let { done, left, queue } = await step()
  const all = done + left
  while (left > 0 && done < all) {
    const next = await step()
    if (next.done === 0) break
    done += next.done
    ;({ left, queue } = next)
  }
  return { done, queue }
}

function parseDropped(words: string[], { ready, dead }: { ready?: boolean; dead?: boolean }) {
  const ways = [words.length > 0, ready === true, dead === true].filter(Boolean).length
  if (ways !== 1) throw new UseError('Say which items: their ids, --ready or --dead.')
  return words.length > 0 ? words.map(parseItem) : ready === true ? 'ready' : 'dead'
}

const parseItem = (given: string) => parseId(given, 'an item', 'signalbox queue show')

function addRm(queue: Command): void {
  queue
    .command('rm')
    .description('remove a queue that nobody uses')
    .argument('<name>', 'name of the queue')
    .option('--drop-items', 'and throw away what it holds')
    .action(async (name: string, { dropItems = false }: { dropItems?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const answer = await client.queues.remove({ name, dropItems })
        if (json) printJson({ name, ...answer })
        else printLine(`queue "${name}" is removed`)
      })
    })
}
