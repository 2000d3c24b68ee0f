import { setPriority } from 'node:os'

/** Niceness of what runs are made of; the host and its supervisor keep theirs. Their own children take it over. */
const NICENESS = 5

/**
 * Lets the scheduler, and the person's other programs, go first where runs want more than the machine has; costs nothing where
 * there is room. See docs/decisions/0027.
 */
export function yieldToHost(pid: number): void {
  try {
    setPriority(pid, NICENESS)
  } catch {
    // It has ended already, or the host is as nice as that itself and may not say so: both are no matter.
  }
}
