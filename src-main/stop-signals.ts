/** Signals by which a person or the system asks a program to end, with the exit code a shell expects for each. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
export type StopSignal = keyof typeof exitCodes

/**
 * A terminal sends Ctrl+C to the whole process group, and wrappers (npm, `bin/signalbox` under an older Node) pass on the
 * one they got: what arrives within this time is the same press.
 */
const SAME_PRESS_MS = 150

/**
 * Calls `onFirst` at the first signal and ends the process at the second. Returns what takes the listeners away.
 */
export function onStopSignals(onFirst: (signal: StopSignal) => void): () => void {
  let firstAt: number | null = null
  const listener = (signal: StopSignal) => {
    if (firstAt === null) {
      firstAt = performance.now()
      onFirst(signal)
    } else if (performance.now() - firstAt > SAME_PRESS_MS) process.exit(exitCodes[signal])
  }
  const signals = Object.keys(exitCodes) as StopSignal[]
  for (const signal of signals) process.on(signal, listener)
  return () => signals.forEach((signal) => process.off(signal, listener))
}
