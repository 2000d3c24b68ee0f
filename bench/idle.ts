import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const IDLE_MS = 3_000
/** Of `/proc`, in units of 1/100 s. */
const TICK_MS = 10

type Times = { parent: number; ms: number }

/** What these processes, with all that they have started, take of one processor while nothing is asked of them, in per cent. */
export async function idlePercent(roots: (number | undefined)[]): Promise<number> {
  const before = timesOfAll()
  await delay(IDLE_MS)
  const after = timesOfAll()
  const isOurs = (pid: number): boolean => roots.includes(pid) || (pid > 1 && isOurs(after.get(pid)?.parent ?? 0))
  const spentMs = [...after.entries()]
    .filter(([pid]) => isOurs(pid))
    .reduce((sum, [pid, { ms }]) => sum + ms - (before.get(pid)?.ms ?? 0), 0)
  return (spentMs / IDLE_MS) * 100
}

function timesOfAll(): Map<number, Times> {
  const all = new Map<number, Times>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      all.set(Number(name), { parent: Number(fields[1]), ms: (Number(fields[11]) + Number(fields[12])) * TICK_MS })
    } catch {
      // It has ended meanwhile.
    }
  }
  return all
}
