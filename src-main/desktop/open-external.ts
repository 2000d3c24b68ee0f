import type { Dialog, Shell } from 'electron'

const openableProtocols: ReadonlySet<string> = new Set(['https:', 'http:', 'mailto:'])
const longestUrl = 2_048
const questionsPerMinute = 6

/** The address as another program may get it, or null: nothing but web and mail, no hidden user name, no oddities. */
export function readOpenableUrl(text: string): string | null {
  if (text.length > longestUrl || !URL.canParse(text)) return null
  const url = new URL(text)
  if (!openableProtocols.has(url.protocol)) return null
  return url.username === '' && url.password === '' ? url.href : null
}

/**
 * Gives links to the system's programs, after the user agreed to each. One question at a time and a few a minute, so
 * that a page cannot bury the user in dialogs; what exceeds that is dropped.
 */
export function createLinkOpener(dialog: Dialog, shell: Shell, now: () => number): (text: string) => Promise<void> {
  let isAsking = false
  let asked: number[] = []

  return async (text) => {
    const url = readOpenableUrl(text)
    if (url === null || isAsking) return
    asked = asked.filter((at) => at > now() - 60_000)
    if (asked.length >= questionsPerMinute) return
    asked.push(now())
    isAsking = true
    try {
      const { response } = await dialog.showMessageBox({
        type: 'question',
        message: 'Open this link outside Signalbox?',
        detail: url,
        buttons: ['Open', 'Cancel'],
        defaultId: 1,
        cancelId: 1,
        noLink: true,
      })
      if (response === 0) await shell.openExternal(url)
    } finally {
      isAsking = false
    }
  }
}
