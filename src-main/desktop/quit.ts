import type { App } from 'electron'

/** A quit that takes longer is said to the user, who may wonder why the program is still there. */
const noticeAfterMs = 500
/** Promise P8: after this the process ends whatever happens; the next start takes up what was cut off. */
const quitWithinMs = 12_000

export type Draining = {
  /** True from the first request to quit. */
  isQuitting(): boolean
}

/** Makes every quit stop the engine first, once, in bounded time. `stop` undoes the boot in reverse order. */
export function drainBeforeQuit(app: App, stop: () => Promise<void>, notice: () => void): Draining {
  let isQuitting = false

  async function drain(): Promise<void> {
    const noticeTimer = setTimeout(notice, noticeAfterMs)
    const limit = setTimeout(() => {
      console.error(`The engine did not stop within ${quitWithinMs} ms.`)
      app.exit(1)
    }, quitWithinMs)
    try {
      await stop()
      app.exit(0)
    } catch (error) {
      console.error('Stopping failed:', error)
      app.exit(1)
    } finally {
      clearTimeout(noticeTimer)
      clearTimeout(limit)
    }
  }

  app.on('before-quit', (event) => {
    event.preventDefault()
    if (isQuitting) return
    isQuitting = true
    void drain()
  })
  return { isQuitting: () => isQuitting }
}
