import type { Outcome, RunDetail, RunRow, Stop } from '../../../src-preload/contract.ts'
import type { StopRow } from './stop-list.svelte.ts'

/** What became of a stop that is not under way any more. */
export type StopEnd = { outcome: Outcome; wasForced: boolean }

/** What has happened to `stop`; null while its run has no outcome. A run may end before the last step has been seen here. */
export function stopEnd(
  { outcome, events }: Pick<RunDetail, 'outcome' | 'events'>,
  { requestedAt }: Stop,
): StopEnd | null {
  if (outcome === null) return null
  return { outcome, wasForced: events.some(({ type, at }) => type === 'kill_requested' && at >= requestedAt) }
}

/** How long an ended stop is still shown. */
const shownForMs = 30_000

/** The rows after what has come in: each keeps its place, and what ended stays for a moment with its outcome. */
export function stopList(
  before: StopRow[],
  runs: Pick<RunRow, 'id' | 'name' | 'stop' | 'lifecycle'>[],
  ended: ReadonlyMap<number, StopEnd>,
  now: number,
): StopRow[] {
  const stopping = new Map(
    runs.flatMap((run) => (run.stop && run.lifecycle === 'stopping' ? [[run.id, run] as const] : [])),
  )
  const kept = before.flatMap((row): StopRow[] => {
    const run = stopping.get(row.id)
    stopping.delete(row.id)
    if (run?.stop) return [{ ...row, stop: run.stop }]
    const end = ended.get(row.id)
    const outcome = row.outcome ?? end?.outcome ?? null
    const reached: Stop = end?.wasForced === true ? { ...row.stop, phase: 'killing' } : row.stop
    const endedAt = row.endedAt ?? (outcome === null ? null : now)
    return endedAt !== null && now - endedAt >= shownForMs ? [] : [{ ...row, stop: reached, outcome, endedAt }]
  })
  const fresh = [...stopping.values()].flatMap(({ id, name, stop }): StopRow[] =>
    stop ? [{ id, name, stop, outcome: null, endedAt: null }] : [],
  )
  return [...kept, ...fresh]
}
