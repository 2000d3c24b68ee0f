import type { ConditionKind, Conditions } from '../../src-preload/conditions.ts'

/** What the machine is like, as far as the host can see; null: it cannot. */
export type Surroundings = {
  readonly acPower: boolean | null
  /** How long nobody has used keyboard or mouse. */
  readonly idleMs: number | null
  readonly network: boolean | null
  readonly metered: boolean | null
  /** IANA name of the system's time zone. */
  readonly zone: string
}

export const unknownSurroundings = (zone: string): Surroundings => ({
  acPower: null,
  idleMs: null,
  network: null,
  metered: null,
  zone,
})

export type Condition = { readonly kind: ConditionKind; readonly idleMs: number | null }

/** One by one, in the order in which they are waited for. */
export function conditionsIn(conditions: Conditions | null): Condition[] {
  if (conditions === null) return []
  const { acPower, idleMs, network } = conditions
  const kinds: (ConditionKind | null)[] = [
    acPower ? 'ac_power' : null,
    idleMs === null ? null : 'idle',
    network === 'any' ? null : 'network',
    network === 'unmetered' ? 'unmetered' : null,
  ]
  return kinds.filter((kind) => kind !== null).map((kind) => ({ kind, idleMs: kind === 'idle' ? idleMs : null }))
}

/** Null: the host cannot see it. */
export function isMet({ kind, idleMs }: Condition, surroundings: Surroundings): boolean | null {
  switch (kind) {
    case 'ac_power':
      return surroundings.acPower
    case 'idle':
      return surroundings.idleMs === null ? null : surroundings.idleMs >= (idleMs ?? 0)
    case 'network':
      return surroundings.network
    case 'unmetered':
      return surroundings.metered === null ? null : !surroundings.metered
  }
}

const networks = ['any', 'up', 'unmetered'] as const

/** Those of a schedule on top of those of its job; the schedule says how long they are waited for, if it says so. */
export function bothConditions(job: Conditions | null, schedule: Conditions | null): Conditions | null {
  if (job === null || schedule === null) return schedule ?? job
  const network = Math.max(networks.indexOf(job.network), networks.indexOf(schedule.network))
  const idle = [job.idleMs, schedule.idleMs].filter((ms) => ms !== null)
  return {
    acPower: job.acPower || schedule.acPower,
    idleMs: idle.length === 0 ? null : Math.max(...idle),
    network: networks[network] ?? 'any',
    waitMs: schedule.waitMs ?? job.waitMs,
  }
}
