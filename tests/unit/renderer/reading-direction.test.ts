import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const renderer = join(import.meta.dirname, '../../../src-renderer')
/** Time, code and the lines of a log run from left to right in every language; a path is cut at its beginning. */
const alwaysFromTheLeft = [
  'lib/components/gantt.svelte',
  'lib/components/history-bars.svelte',
  'lib/components/log-line.svelte',
  'lib/components/log-list.svelte',
  'lib/components/outcome-strip.svelte',
  'lib/components/party-list.svelte',
  'lib/ui/json-tree.svelte',
  'lib/ui/line-chart.svelte',
]
const physical = /(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|^\s+(?:left|right):/m

it('the layout speaks of start and end, so that it turns with the direction of reading', () => {
  const found = globSync('**/*.{svelte,css}', { cwd: renderer }).filter((file) => {
    const text = readFileSync(join(renderer, file), 'utf8')
    return physical.test(file.endsWith('.css') ? text : text.slice(text.indexOf('<style')))
  })
  expect(found.map((file) => file.replaceAll('\\', '/')).sort()).toEqual(alwaysFromTheLeft)
})
