import { getPriority, setPriority } from 'node:os'

/** How much nicer runs are than the supervisor that starts them, and with it the host. Their own children take it over. */
const NICER_BY = 5
const NICEST = 19

/**
 * Lets the scheduler, and the person's other programs, go first where runs want more than the machine has; costs nothing where
 * there is room. See docs/decisions/0027.
 */
export function yieldToHost(pid: number): void {
  try {
    setPriority(pid, Math.min(NICEST, getPriority() + NICER_BY))
  } catch {
    // It has ended already.
  }
}
