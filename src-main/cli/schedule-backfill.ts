import type { Command } from 'commander'
import { parseTime } from './arguments.ts'
import { counted, parseShown } from './object-words.ts'
import { printJson, printLine, printTable } from './output.ts'
import { momentIn } from './schedule-words.ts'
import { circumstancesOf, withHost } from './verb.ts'

type Options = { from: string; until?: string; limit: string; preview?: boolean }

/** `schedule backfill`: runs for slots of the past that had none. */
export function addScheduleBackfill(schedule: Command): void {
  schedule
    .command('backfill')
    .description('make the runs of past slots that had none')
    .argument('<name>', 'name of the schedule')
    .requiredOption('--from <time>', 'the first moment: 2027-01-31, 2027-01-31T18:30, or epoch ms')
    .option('--until <time>', 'the first moment that is too late (default: now)')
    .option('--limit <number>', 'at most so many runs (1 to 500)', '100')
    .option('--preview', 'only list the slots')
    .action(async (name: string, options: Options, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const now = new Date()
      const request = {
        name,
        from: parseTime('--from', options.from, now),
        until: options.until === undefined ? now.getTime() : parseTime('--until', options.until, now),
        limit: parseShown(options),
        preview: options.preview === true,
      }
      await withHost(home, async (client) => {
        const { zone } = await client.schedules.get({ name })
        const answer = await client.schedules.backfill(request)
        if (json) return printJson(answer)
        if (answer.keptFrom !== null && answer.keptFrom > request.from)
          printLine(
            `What became of slots before ${momentIn(zone, answer.keptFrom)} is not kept any more: they get no run`,
          )
        if (answer.slots.length === 0) return printLine('There is no slot without a run in that time.')
        printTable(
          ['SLOT', 'RUN'],
          answer.slots.map(({ at, run }) => [momentIn(zone, at), run === null ? '' : String(run)]),
        )
        const what = counted(answer.slots.length, 'run')
        printLine(request.preview ? `${what} would be made` : `${what} made`)
        if (answer.more) printLine('There are more slots: ask for them with --limit, or --from behind the last one')
      })
    })
}
