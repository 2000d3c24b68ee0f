/** The secrets that a job needs, as a person types and reads them. Their values are set on the command line only. */
import type { Definition } from '../../../src-preload/contract.ts'

type Needed = Definition['secrets']

export const secretsText = (secrets: Needed): string =>
  secrets.map(({ env, name }) => (env === name ? name : `${env}=${name}`)).join(', ')

/** NAME, or VARIABLE=NAME, with commas between. */
export function readSecrets(text: string): { value: Needed } | { fault: string } {
  const secrets: Needed = []
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue
    const [env = '', name = env] = part.split('=').map((piece) => piece.trim())
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(env) || !/^[A-Za-z_][\w.-]{0,119}$/.test(name) || part.split('=').length > 2)
      return { fault: `"${part}" is not NAME or VARIABLE=NAME.` }
    if (secrets.some((other) => other.env === env)) return { fault: `"${env}" stands here twice.` }
    secrets.push({ env, name })
  }
  return { value: secrets }
}
