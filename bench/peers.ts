/**
 * Other queues beside ours, at equal durability: what they acknowledged is on the disk. `drain`: no-op jobs from their
 * stored start to their stored end, per second. `start`: from a sender's call to the first line of the handler, one job
 * at a time on an idle worker, sender and worker in processes of their own. Each peer has the best of the settings that
 * were tried, per round (`ways`), and the shortest interval where it polls. Everything is measured in turn, round after
 * round, and read as a ratio to ours and to SQLite itself in the same round. What cannot be had here is reported as that.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Figures, Subject } from './peer-subjects.ts'
import { OURS, SAMPLES, subjects } from './peer-subjects.ts'
import type { Probe } from './probe.ts'
import { probeSqlite } from './probe.ts'
import { inRounds, percentile, print, spread } from './rounds.ts'

const ROUNDS = 3

type Round = { probe: Probe; figures: Map<string, Figures> }
const missing = new Map<string, string>()

const asked = process.argv.slice(2)
const chosen = Object.entries(subjects).filter(([name]) => asked.length === 0 || name === OURS || asked.includes(name))

const rounds = await inRounds(ROUNDS, async (folder): Promise<Round> => {
  const probe = probeSqlite(folder)
  const figures = new Map<string, Figures>()
  for (const [name, { measure, jobs }] of chosen) {
    if (missing.has(name)) continue
    const own = join(folder, name)
    mkdirSync(own)
    try {
      figures.set(name, await measure(own, jobs))
    } catch (error) {
      if (name === OURS) throw error
      missing.set(name, error instanceof Error ? error.message : String(error))
    }
  }
  return { probe, figures }
})

function report(name: string, { settings, jobs }: Subject) {
  const why = missing.get(name)
  if (why !== undefined) return { settings, missing: why }
  const each = (pick: (own: Figures, ours: Figures, probe: Probe) => number) =>
    spread(
      rounds.flatMap(({ figures, probe }) => {
        const [own, ours] = [figures.get(name), figures.get(OURS)]
        return own === undefined || ours === undefined ? [] : [pick(own, ours, probe)]
      }),
    )
  const p50 = ({ startMs }: Figures) => percentile(startMs, 0.5)
  return {
    settings,
    versions: rounds[0]?.figures.get(name)?.versions,
    jobs,
    drainPerSecond: each((own) => own.drainPerSecond),
    drainToOurs: each((own, ours) => own.drainPerSecond / ours.drainPerSecond),
    drainToCycle100: each((own, _ours, { cycle100 }) => own.drainPerSecond / cycle100),
    startP50Ms: each(p50),
    startP99Ms: each(({ startMs }) => percentile(startMs, 0.99)),
    startP50ToOurs: each((own, ours) => p50(own) / p50(ours)),
    ...(rounds.some(({ figures }) => figures.get(name)?.idlePercent !== undefined)
      ? { idlePercent: each((own) => own.idlePercent ?? 0) }
      : {}),
    startP50ToInsert1: each((own, _ours, { insert1 }) => p50(own) / (1_000 / insert1)),
  }
}

print('peers', {
  samples: SAMPLES,
  subjects: Object.fromEntries(chosen.map(([name, subject]) => [name, report(name, subject)])),
  insert1: spread(rounds.map(({ probe }) => probe.insert1)),
  cycle100: spread(rounds.map(({ probe }) => probe.cycle100)),
})
