import { isTooDeep, maxJsonLevels } from '../../../src-preload/json-depth.ts'

/** What is wrong with a JSON text that came from user code, which everything that shows it will parse; null: nothing. */
export function faultOfJson(text: string, maxBytes: number): 'larger' | 'deeper' | 'not JSON' | null {
  if (Buffer.byteLength(text) > maxBytes) return 'larger'
  if (isTooDeep(text)) return 'deeper'
  try {
    JSON.parse(text)
    return null
  } catch {
    return 'not JSON'
  }
}

export const depthInWords = `nested deeper than ${maxJsonLevels} levels`
