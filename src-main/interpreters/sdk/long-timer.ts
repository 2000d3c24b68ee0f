import { clearTimeout, setTimeout } from '../own-builtins.ts'

/** setTimeout turns more than 24.8 days into 1 ms: long spans go in steps. */
const LONGEST_STEP_MS = 2 ** 31 - 1

/** Calls `run` once, `ms` from now, however long that is; never for Infinity. The function returned cancels it. */
export function after(ms: number, run: () => void): () => void {
  let leftMs = ms
  const step = () => {
    const stepMs = Math.min(leftMs, LONGEST_STEP_MS)
    leftMs -= stepMs
    return setTimeout(() => {
      if (leftMs > 0) timer = step()
      else run()
    }, stepMs)
  }
  let timer = step()
  return () => clearTimeout(timer)
}
