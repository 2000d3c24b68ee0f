import type { App, WebContents } from 'electron'

/** Keeps every page where it is: no navigation, no second window, no webview. Links go to `openExternal` instead. */
export function guardContents(app: App, openExternal: (url: string) => void): void {
  app.on('web-contents-created', (_event, contents) => stayHere(contents, openExternal))
}

function stayHere(contents: WebContents, openExternal: (url: string) => void): void {
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    openExternal(url)
    return { action: 'deny' }
  })
}
