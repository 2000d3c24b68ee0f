import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 20
const WINDOW_MS = 2_000

/** How late this thread's loop runs: the 99th percentile of the last window, in ms. */
export function watchLoopDelay(): { currentMs: () => number; stop: () => void } {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  monitor.enable()
  let delayMs = 0
  let windowBegan = performance.now()
  return {
    currentMs() {
      if (performance.now() - windowBegan >= WINDOW_MS) {
        // The monitor measures from tick to tick, its own interval included.
        delayMs = Math.max(0, Math.round(monitor.percentile(99) / 1e5 - RESOLUTION_MS * 10) / 10)
        monitor.reset()
        windowBegan = performance.now()
      }
      return delayMs
    },
    stop: () => void monitor.disable(),
  }
}
