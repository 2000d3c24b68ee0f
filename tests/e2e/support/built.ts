import { existsSync } from 'node:fs'
import { join } from 'node:path'

const needed = ['out/main/headless.js', 'out/main/main.js', 'out/renderer/index.html']

/** Runs before the suite: it tests what is built, and says so when nothing is. */
export default function assertBuilt(): void {
  const root = join(import.meta.dirname, '../../..')
  const missing = needed.filter((path) => !existsSync(join(root, path)))
  if (missing.length > 0) throw new Error(`The app is not built (${missing.join(', ')} missing). Run: npm run build`)
}
