import { createInterface } from 'node:readline/promises'
import { UseError } from './failure.ts'

/** Has a person type `wanted` on the terminal before `what` is done; without a terminal it has to be agreed to by `--yes`. */
export async function askToGoOn({ what, alone }: { what: string; alone: string }, wanted: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UseError(`${alone} Say --yes to do it.`)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const said = await lines.question(`${what} Type ${wanted} to go on: `)
  lines.close()
  if (said.trim() !== wanted) throw new UseError('Nothing was done.')
}
