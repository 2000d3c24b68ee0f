import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { syncToDisk } from './backups/backup-files.ts'

const schema = v.object({
  storeId: v.string(),
  schema: v.number(),
  lastRunId: v.number(),
  savedAt: v.number(),
  ties: v.optional(
    v.object({
      lives: v.array(v.string()),
      lifePage: v.nullable(v.number()),
      log: v.nullable(v.number()),
    }),
  ),
  isSuspect: v.optional(v.boolean()),
})

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

/** On the disk when it returns: one of an earlier life would call the present store a wrong one. */
export function writeLastGood(path: string, lastGood: LastGood): void {
  writeFileSync(`${path}.new`, JSON.stringify(lastGood) + '\n', { mode: 0o600 })
  syncToDisk(`${path}.new`)
  renameSync(`${path}.new`, path)
  syncToDisk(dirname(path))
}

/** An error hints at damage: the next start reads the whole store, however large it is. */
export function suspectStore(path: string): void {
  const known = readLastGood(path)
  if (known !== null) writeLastGood(path, { ...known, isSuspect: true })
}
