/** Time as the engine sees it. Wall time plans and labels; monotonic time measures spans and is not moved by anyone. */
export interface Clock {
  /** Epoch ms. */
  wallMs(): number
  /** Ms since some fixed moment. */
  monoMs(): number
  /** Calls `run` once, `delayMs` from now; the function returned cancels it. */
  after(delayMs: number, run: () => void): () => void
  /** Calls `run` once the present turn's messages have all arrived. */
  soon(run: () => void): void
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monoMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
  soon: (run) => void setImmediate(run),
}
