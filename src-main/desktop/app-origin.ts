/** Where the window's page comes from: our own scheme, and the only host it answers for. */
export const appScheme = 'app'
export const appOrigin = 'app://bundle'
export const appPage = `${appOrigin}/index.html`

/**
 * Whether `url` is a page or a file of ours. Compared by scheme and host, because Node gives every URL of a scheme it
 * does not know the origin "null".
 */
export function isAppUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host, username, password } = new URL(url)
  return `${protocol}//${host}` === appOrigin && username === '' && password === ''
}
