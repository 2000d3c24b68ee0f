import type { Command } from 'commander'
import { executors } from '../../src-preload/definition.ts'
import { slotLimits } from '../../src-preload/limits.ts'
import type { ExecutorSlots } from '../../src-preload/slots.ts'
import { UseError } from './failure.ts'
import { printJson, printTable } from './output.ts'
import type { Cell } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'

/** `slots`: how many runs of each executor go on at the same time. */
export function addSlots(program: Command): void {
  const slots = program.command('slots').description('how many runs go on at the same time')
  slots
    .command('show', { isDefault: true })
    .description('the slots of each executor, and where their number comes from')
    .action(async (_options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => print(await client.slots.list(), json))
    })
  slots
    .command('set')
    .description('change the number now and for later starts; "usual" takes back what was set')
    .argument('<slots...>', 'as in process=8 thread=2 async=usual')
    .action(async (given: string[], _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const wanted = Object.fromEntries(given.map(parseSlot))
      await withHost(home, async (client) => print(await client.slots.set(wanted), json))
    })
}

function parseSlot(text: string): [string, number | null] {
  const [name, count = ''] = text.split('=').map((word) => word.trim())
  const executor = executors.find((known) => known === name)
  if (executor === undefined)
    throw new UseError(`"${text}" is not one of ${executors.join(', ')} with a number, as in process=8.`)
  if (count === 'usual') return [executor, null]
  const most = slotLimits[executor]
  if (!/^\d{1,6}$/.test(count) || Number(count) < 1 || Number(count) > most)
    throw new UseError(`"${text}": the slots of ${executor} are a whole number from 1 to ${most}, or "usual".`)
  return [executor, Number(count)]
}

function print(rows: ExecutorSlots[], json: boolean): void {
  if (json) return printJson(rows)
  printTable(
    ['EXECUTOR', 'SLOTS', 'IN USE', 'USUAL', 'FROM'],
    rows.map((row): Cell[] => [
      row.executor,
      String(row.total),
      String(row.inUse),
      String(row.standard),
      originOf(row),
    ]),
    [1, 2, 3],
  )
}

const originOf = ({ saved, atStart }: ExecutorSlots): string =>
  atStart === null ? (saved === null ? '' : 'set') : `--slots at the start${saved === null ? '' : `; ${saved} is set`}`
