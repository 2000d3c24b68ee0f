import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'

const schema = v.object({ storeId: v.string(), schema: v.number(), lastRunId: v.number(), savedAt: v.number() })

/** What the store held when it was last closed or opened well. Beside the database, so that its loss is noticed. */
export type LastGood = v.InferOutput<typeof schema>

/** Null when the file does not exist. An unreadable one counts as "there was a store": its runs are unknown (0). */
export function readLastGood(path: string): LastGood | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  return parsed.success ? parsed.output : { storeId: '', schema: 0, lastRunId: 0, savedAt: 0 }
}

export function writeLastGood(path: string, lastGood: LastGood): void {
  writeFileSync(`${path}.new`, JSON.stringify(lastGood) + '\n', { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
