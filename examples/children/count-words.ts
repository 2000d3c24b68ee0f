/** Counts the words of a text. `task-or-run` calls it as a function, and spawns it as a run. */
import { log, sleep } from 'signalbox'

export default async function countWords({ text, workMs }: { text: string; workMs: number }) {
  await sleep(workMs)
  const words = text.split(/\s+/).filter((word) => word !== '').length
  log('counted', { words })
  return words
}
