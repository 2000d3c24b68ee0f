import type { Outcome, RunRow } from '../../../src-preload/contract.ts'
import type { StopRow } from './stop-list.svelte.ts'

/** How long an ended stop is still shown. */
const shownForMs = 30_000

/** The rows after what has come in: each keeps its place, and what ended stays for a moment with its outcome. */
export function stopList(
  before: StopRow[],
  runs: Pick<RunRow, 'id' | 'name' | 'stop' | 'lifecycle'>[],
  ended: ReadonlyMap<number, Outcome>,
  now: number,
): StopRow[] {
  const stopping = new Map(
    runs.flatMap((run) => (run.stop && run.lifecycle === 'stopping' ? [[run.id, run] as const] : [])),
  )
  const kept = before.flatMap((row): StopRow[] => {
    const run = stopping.get(row.id)
    stopping.delete(row.id)
    if (run?.stop) return [{ ...row, stop: run.stop }]
    const outcome = row.outcome ?? ended.get(row.id) ?? null
    const endedAt = row.endedAt ?? (outcome === null ? null : now)
    return endedAt !== null && now - endedAt >= shownForMs ? [] : [{ ...row, outcome, endedAt }]
  })
  const fresh = [...stopping.values()].flatMap(({ id, name, stop }): StopRow[] =>
    stop ? [{ id, name, stop, outcome: null, endedAt: null }] : [],
  )
  return [...kept, ...fresh]
}
