import { conditionInWords } from '../../src-preload/conditions.ts'
import type { Conditions } from '../../src-preload/conditions.ts'
import { problem } from '../../src-preload/problem.ts'
import type { Need } from '../core/admission.ts'
import { conditionsIn, isMet } from '../core/conditions.ts'
import type { Condition, Surroundings } from '../core/conditions.ts'
import { followZone } from './schedules/follow-zone.ts'
import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'

type ConditionNeed = Extract<Need, { kind: 'condition' }>

/**
 * What the machine was like when the host last looked. Looking is the host's (`host-surroundings.ts`), on another thread, so
 * that no turn of the engine waits for it.
 */
export class SurroundingsSeen {
  #seen: Surroundings
  /** Since when each condition does not hold, in epoch ms; those that hold are not in it. */
  readonly #unmetSince = new Map<string, number>()
  /** Those that somebody has asked for. */
  readonly #asked = new Map<string, ConditionNeed>()

  constructor(seen: Surroundings) {
    this.#seen = seen
  }

  get zone(): string {
    return this.#seen.zone
  }

  /** What cannot be seen does not hold: a run starts on AC power, not perhaps on AC power. */
  isMet(need: ConditionNeed): boolean {
    this.#asked.set(need.resource, need)
    return isMet(need.condition, this.#seen) === true
  }

  isKnown(condition: Condition): boolean {
    return isMet(condition, this.#seen) !== null
  }

  /** The first that does not hold; undefined: all do. */
  firstUnmet(conditions: Conditions | null): Condition | undefined {
    return conditionsIn(conditions).find((condition) => isMet(condition, this.#seen) !== true)
  }

  /** Null: it holds, or does not since before the host looked first. */
  unmetSince(need: ConditionNeed): number | null {
    return this.#unmetSince.get(need.resource) ?? null
  }

  /** Gives the resources that have room from now on. */
  take(seen: Surroundings, now: number): string[] {
    const before = this.#seen
    this.#seen = seen
    const opened: string[] = []
    for (const { resource, condition } of this.#asked.values()) {
      const [was, is] = [isMet(condition, before) === true, isMet(condition, seen) === true]
      if (is) this.#unmetSince.delete(resource)
      else if (was) this.#unmetSince.set(resource, now)
      if (is && !was) opened.push(resource)
    }
    return opened
  }
}

/** The host has looked. Who waits for a condition that holds now, is looked at in this turn. */
export function takeSurroundings(state: EngineState, tick: Tick, seen: Surroundings): void {
  const { surroundings, gatekeeper } = state
  const zone = surroundings.zone
  for (const resource of surroundings.take(seen, tick.now)) gatekeeper.wake(resource)
  if (seen.zone !== zone) followZone(state, tick)
  tick.changes.status = true
}

/** Refuses conditions of which this host will never know whether they hold. */
export function checkConditions({ surroundings }: EngineState, conditions: Conditions | null): void {
  const unknown = conditionsIn(conditions).find((condition) => !surroundings.isKnown(condition))
  if (unknown === undefined) return
  throw problem('CONDITION_UNKNOWN', { what: conditionInWords(unknown.kind, unknown.idleMs), how: whatToDo(unknown) })
}

/** Where a condition can be seen that this host cannot see. */
export function whatToDo({ kind }: Pick<Condition, 'kind'>): string {
  switch (kind) {
    case 'ac_power':
      return 'Use the desktop app, or leave the condition out.'
    case 'idle':
      return 'Only the desktop app sees whether somebody is at the machine: use it, or leave the condition out.'
    case 'network':
      return 'Leave the condition out.'
    case 'unmetered':
      return 'It is seen on Linux with NetworkManager. Elsewhere ask for the network only.'
  }
}
