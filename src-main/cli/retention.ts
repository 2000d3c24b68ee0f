import type { Command } from 'commander'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client, Retention, Storage } from '../../src-preload/contract.ts'
import { parseSpan, parseWhole } from './arguments.ts'
import { UseError } from './failure.ts'
import { printFacts, printJson, printLine } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { bytesInWords, spanInWords, timeInWords } from './words.ts'

type LimitOptions = { age?: string; runs?: string; bytes?: string }

const LOOK_MS = 200

/** `retention`: what is kept of finished runs. */
export function addRetention(program: Command): void {
  const retention = program.command('retention').description('how long finished runs are kept')
  retention
    .command('show', { isDefault: true })
    .description('the limits, and what there is')
    .action(async (_options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => print(await client.history.storage(), json))
    })
  addLimits(retention.command('set').description('change limits; "off" takes one away'), 'keep').action(
    async (options: LimitOptions, command: Command) => {
      const { home, json } = circumstancesOf(command)
      if (Object.keys(options).length === 0) throw new UseError('Say a limit: --age, --runs or --bytes.')
      await withHost(home, async (client) => {
        const { retention: before } = await client.history.storage()
        print(await client.history.setRetention({ ...before, ...parseLimits(options) }), json)
      })
    },
  )
}

/** `prune`: removes what is beyond limits, once. */
export function addPrune(program: Command): void {
  addLimits(program.command('prune').description('remove old finished runs now, with their logs'), 'leave')
    .option('--dry-run', 'only say how many runs would go (not for --bytes)')
    .action(async (options: LimitOptions & { dryRun?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const { dryRun, ...given } = options
      if (Object.keys(given).length === 0) throw new UseError('Say what to leave: --age, --runs or --bytes.')
      const limits: Retention = { maxAgeMs: null, maxRuns: null, maxBytes: null, ...parseLimits(given) }
      await withHost(home, async (client) => {
        if (dryRun === true) {
          const preview = await client.history.previewRetention(limits)
          if (json) printJson(preview)
          else printLine(`${preview.runs === 10_000 ? '10000 or more' : preview.runs} runs would be removed.`)
          return
        }
        const before = await client.history.storage()
        const after = await untilQuiet(client, await client.history.prune(limits))
        if (json) printJson(after)
        else printLine(`${after.removed.runs - before.removed.runs} runs were removed, ${after.finishedRuns} are left.`)
      })
    })
}

function addLimits(command: Command, verb: string): Command {
  return command
    .option('--age <duration>', `${verb} what has finished within this span, such as 30d`)
    .option('--runs <number>', `${verb} so many finished runs`)
    .option('--bytes <size>', `${verb} so much of the store, such as 2GB`)
}

function parseLimits({ age, runs, bytes }: LimitOptions): Partial<Retention> {
  return {
    ...(age === undefined ? {} : { maxAgeMs: age === 'off' ? null : parseSpan('--age', age, '4000d') }),
    ...(runs === undefined ? {} : { maxRuns: runs === 'off' ? null : parseWhole('--runs', runs, 0, 1e12) }),
    ...(bytes === undefined ? {} : { maxBytes: bytes === 'off' ? null : parseBytes(bytes) }),
  }
}

function parseBytes(given: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(MB|GB|TB)?$/i.exec(given) ?? []
  const factor = { MB: 1e6, GB: 1e9, TB: 1e12 }[unit?.toUpperCase() ?? '']
  const bytes = Math.round(Number(amount) * (factor ?? 1))
  if (amount !== undefined && bytes >= 1_000_000 && bytes <= 1e15) return bytes
  throw new UseError(`--bytes: "${given}" is not a size of at least 1MB. Write for example 500MB or 2GB.`)
}

/** The removal is done in steps by the host. */
async function untilQuiet(client: Client, started: Storage): Promise<Storage> {
  let now = started
  for (let quietMs = 0; quietMs < 3 * LOOK_MS && now.finishedRuns > 0; quietMs += LOOK_MS) {
    await delay(LOOK_MS)
    const next = await client.history.storage()
    if (next.removed.runs !== now.removed.runs || next.logBytes !== now.logBytes) quietMs = -LOOK_MS
    now = next
  }
  return now
}

function print(storage: Storage, json: boolean): void {
  if (json) return printJson(storage)
  const { retention, finishedRuns, oldestAt, fileBytes, usedBytes, logBytes, removed } = storage
  printFacts([
    ['age', retention.maxAgeMs === null ? 'no limit' : spanInWords(retention.maxAgeMs)],
    ['runs', retention.maxRuns === null ? 'no limit' : String(retention.maxRuns)],
    ['bytes', retention.maxBytes === null ? 'no limit' : bytesInWords(retention.maxBytes)],
    ['finished runs', `${finishedRuns}${oldestAt === null ? '' : `, the oldest of ${timeInWords(oldestAt)}`}`],
    [
      'store',
      `${bytesInWords(usedBytes)} in use of a file of ${bytesInWords(fileBytes)}; logs ${bytesInWords(logBytes)}`,
    ],
    ['removed so far', String(removed.runs)],
  ])
}
