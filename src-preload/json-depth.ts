/** Arrays and objects inside each other, in inputs and results: what reads deeper ones runs out of stack. */
export const maxJsonLevels = 500

/** Whether arrays and objects in this JSON text are nested deeper than the limit. */
export function isTooDeep(json: string): boolean {
  // Every level takes two characters: most texts need no look.
  if (json.length <= 2 * maxJsonLevels) return false
  let level = 0
  let isInString = false
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at]
    if (character === '"') isInString = !isInString
    else if (isInString) {
      if (character === '\\') at += 1
    } else if (character === '[' || character === '{') {
      level += 1
      if (level > maxJsonLevels) return true
    } else if (character === ']' || character === '}') level -= 1
  }
  return false
}
