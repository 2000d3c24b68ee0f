import type { Command } from 'commander'
import type { Client } from '../../src-preload/contract.ts'
import { parsePage, parseShown, printRest } from './object-words.ts'
import { printJson, printLine } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'

type Page<Row> = { rows: Row[]; more: boolean; total: number }

/** `ls` of a kind of objects: a page of them by name. `many` is their name in the plural. */
export function addList<Row extends { name: string }>(
  group: Command,
  many: string,
  list: (client: Client, page: { limit: number; after?: string }) => Promise<Page<Row>>,
  print: (rows: Row[]) => void,
): void {
  group
    .command('ls')
    .description(`list the ${many} by name`)
    .option('--limit <number>', 'at most so many (1 to 500)', '100')
    .option('--after <name>', 'go on behind this name')
    .action(async (options: { limit: string; after?: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const page = parsePage(options)
      await withHost(home, async (client) => {
        const { rows, more, total } = await list(client, page)
        if (json) return printJson(rows)
        if (total === 0) return printLine(`There are no ${many}. The first script that uses one makes it.`)
        print(rows)
        printRest(rows, more, total)
      })
    })
}

/** `show` of one object and of those who wait. */
export function addShow<Detail>(
  group: Command,
  what: { kind: string; description: string },
  get: (client: Client, asked: { name: string; limit: number }) => Promise<Detail>,
  print: (detail: Detail) => void,
): void {
  group
    .command('show')
    .description(what.description)
    .argument('<name>', `name of the ${what.kind}`)
    .option('--limit <number>', 'at most so many of those who wait (1 to 500)', '50')
    .action(async (name: string, options: { limit: string }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const limit = parseShown(options)
      await withHost(home, async (client) => {
        const detail = await get(client, { name, limit })
        if (json) printJson(detail)
        else print(detail)
      })
    })
}
