import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Spread } from './rounds.ts'
import type { Target } from './targets.ts'
import { targets } from './targets.ts'

/** What a bench said last, and where and when. */
export type Result = {
  at: string
  minutes: number
  /** Share of the processors that other programs had meanwhile. */ othersPercent: number
  machine: string
  figures: Record<string, unknown>
}
export type Results = Record<string, Result>

export function readResults(path: string): Results {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : {}
}

export const writeResults = (path: string, results: Results): void =>
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`)

/** The page with all that was measured, and what was not. */
export function renderReport(results: Results): string {
  return `# Performance

Made by \`npm run bench -- report\`, not by hand: it runs every measurement and writes this page from \`bench/results.json\`.
\`npm run bench -- report NAME …\` measures only those again and keeps the rest; \`npm run bench NAME\` only prints. Each figure is a
median with its range. Machines are noisy, so most are ratios to what SQLite itself does in the same round, with the same
settings (WAL, \`synchronous=FULL\`; \`bench/probe.ts\`), or to the same case small.

## Targets

| what | figure | must | met | stretch | beside it | bench |
|---|---|---|---|---|---|---|
${targets.map((target) => renderTarget(target, results)).join('\n')}

${renderPeers(results['peers'])}
${renderAdvisor(results['advisor'])}
## Other figures

${renderOthers(results)}

## Measured on

${renderMachines(results)}
`
}

function renderTarget(
  { what, bench, figure, beside, unit, must, stretch, isAtMost }: Target,
  results: Results,
): string {
  const result = results[bench]
  const sign = isAtMost ? '≤' : '≥'
  const limit = (value: number) => `${sign} ${number(value)}${unit === '' ? '' : ` ${unit}`}`
  if (result === undefined) return `| ${what} | not measured | ${limit(must)} | – | ${limit(stretch)} | | ${bench} |`
  const measured = spreadAt(result, bench, figure)
  const isMet = isAtMost ? measured.median <= must : measured.median >= must
  const explained = beside === undefined ? '' : `${range(spreadAt(result, bench, beside.figure))} ${beside.unit}`
  const shown = `${range(measured)}${unit === '' ? '' : ` ${unit}`}`
  return `| ${what} | ${shown} | ${limit(must)} | ${isMet ? 'yes' : '**no**'} | ${limit(stretch)} | ${explained} | ${bench} |`
}

/** A figure of one value is a range of one. */
function spreadAt(result: Result, bench: string, path: string): Spread {
  let value: unknown = result.figures
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key]
  if (typeof value === 'number') return { median: value, min: value, max: value }
  if (value === undefined) throw new Error(`The stored result of ${bench} has no ${path}; measure it again.`)
  return value as Spread
}

type PeerFigures = { settings: string; versions: string } & Record<
  | 'drainPerSecond'
  | 'drainToOurs'
  | 'drainToCycle100'
  | 'startP50Ms'
  | 'startP99Ms'
  | 'startP50ToOurs'
  | 'startP50ToInsert1',
  Spread
> & { idlePercent?: Spread }

function renderPeers(result: Result | undefined): string {
  if (result === undefined) return '## Beside other queues\n\nNot measured: `npm run bench -- report peers`.\n'
  const subjects = Object.entries(
    result.figures['subjects'] as Record<string, PeerFigures | { settings: string; missing: string }>,
  )
  const rows = subjects.map(([name, figures]) => {
    if ('missing' in figures) return `| ${name} | not measured: ${figures.missing} | | | | | | | |`
    const { drainPerSecond, drainToOurs, drainToCycle100, startP50Ms, startP99Ms, ...ratios } = figures
    const cells = [drainPerSecond, drainToOurs, drainToCycle100, startP50Ms, startP99Ms]
    const all = [...cells, ratios.startP50ToOurs, ratios.startP50ToInsert1]
    const idle = ratios.idlePercent === undefined ? '–' : range(ratios.idlePercent)
    return `| ${name} | ${all.map(range).join(' | ')} | ${idle} |`
  })
  const settings = subjects.map(([name, figures]) => {
    const versions = 'missing' in figures ? '' : ` (${figures.versions})`
    return `- **${name}**${versions}: ${figures.settings}.`
  })
  return `## Beside other queues

\`npm run bench peers\`. All but asyncio are durable to the same degree: what is acknowledged is on the disk, whatever that costs. A drain
is of no-op jobs, from their stored start to their stored end; a start is from the sender's call to the first line of the
handler, one job at a time on an idle worker (${String(result.figures['samples'])} a round), sender and worker in processes of
their own. Best of the settings that were tried, per round; all are measured in turn, round after round. The last column is what
worker and server take for that while there is nothing to do.

| queue | drain, jobs/s | to ours | to cycle100 | start p50, ms | start p99, ms | p50 to ours | p50 to one raw commit | idle, % of a processor |
|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

${settings.join('\n')}

SQLite itself in these rounds: ${range(result.figures['insert1'] as Spread)} commits of one row a second (insert1), ${range(result.figures['cycle100'] as Spread)}
jobs a second completed and claimed by the hundred (cycle100).
`
}

type Advised = {
  fastest: string
  isRight: boolean
  measured: {
    executor: string
    perSecond: number
    heldMs: number | null
    advised: string | null
    reason: string | null
  }[]
}

/** What the advisor says of each workload, asked after it ran on that executor, beside how fast that was. */
function renderAdvisor(result: Result | undefined): string {
  if (result === undefined) return '## The advisor\n\nNot measured: `npm run bench -- report advisor`.\n'
  const rows = Object.entries(result.figures['byWorkload'] as Record<string, Advised>).map(([workload, one]) => {
    const rates = one.measured.map(({ perSecond, heldMs }) =>
      heldMs === null ? number(perSecond) : `${number(perSecond)} (${number(heldMs)} ms)`,
    )
    const advice = [...new Set(one.measured.flatMap(({ reason }) => reason ?? []))]
    return `| ${workload} | ${rates.join(' | ')} | ${one.fastest} | ${advice.join('; ')} | ${one.isRight ? 'yes' : '**no**'} |`
  })
  return `## The advisor

\`npm run bench advisor\`: runs per second of each workload on each executor, and what is advised after it. On \`async\` the longest that
another run on the same thread was held up stands beside it; what holds others up for too long is not the best, however fast.

| workload | async | thread | process | best | advised | right |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`
}

/** Of the benches without a target: all their numbers. */
function renderOthers(results: Results): string {
  const judged = new Set([...targets.map(({ bench }) => bench), 'peers', 'advisor'])
  const rows = Object.entries(results)
    .filter(([name]) => !judged.has(name))
    .flatMap(([name, { figures }]) => leaves(figures, []).map(([path, figure]) => `| ${name} | ${path} | ${figure} |`))
  if (rows.length === 0) return 'None are kept.'
  return ['| bench | figure | |', '|---|---|---|', ...rows].join('\n')
}

function leaves(value: unknown, path: string[]): [string, string][] {
  if (typeof value === 'number') return [[path.join('.'), number(value)]]
  if (typeof value !== 'object' || value === null) return []
  if ('median' in value) return [[path.join('.'), range(value as Spread)]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
}

function renderMachines(results: Results): string {
  const all = Object.entries(results)
  const machines = [...new Set(all.map(([, { machine }]) => machine))]
  const rows = all.map(
    ([name, { at, minutes, othersPercent, machine }]) =>
      `| ${name} | ${machines.indexOf(machine) + 1} | ${at} | ${number(minutes)} | ${othersPercent} % |`,
  )
  const shared = all.filter(([, result]) => result.othersPercent >= SHARED_PERCENT)
  const note =
    shared.length === 0
      ? ''
      : `\n**The machine was shared while measuring**: other programs had up to ${Math.max(...shared.map(([, result]) => result.othersPercent))} % of its processors, and wrote to the same disk.
Absolute figures are worse than on a machine of one's own, and ranges are wide.\n`
  return `${machines.map((machine, index) => `${index + 1}. ${machine}.`).join('\n')}
${note}
| bench | machine | when | minutes | processors used by others |
|---|---|---|---|---|
${rows.join('\n')}`
}

/** What a quiet system needs for itself is less. */
const SHARED_PERCENT = 5

const range = ({ median, min, max }: Spread) =>
  min === max ? number(median) : `${number(median)} (${number(min)}–${number(max)})`

const number = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: value >= 1_000 ? 4 : 3 })
