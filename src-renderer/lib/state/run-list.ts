import type { Lifecycle, NowMeta, RunRow } from '../../../src-preload/contract.ts'
import type { PlacedRow } from './frozen-rows.ts'

/** A row of the list of unfinished runs. `index`: its place among all rows there are, also those that were not sent. */
export type RunListItem = { key: string; lifecycle: Lifecycle; index: number } & (
  | { is: 'title'; title: string; count: number }
  | { is: 'run'; run: RunRow; hasLeft: boolean }
  | { is: 'rest'; count: number }
)

const groups: { lifecycle: Lifecycle; title: string }[] = [
  { lifecycle: 'stopping', title: 'Stopping' },
  { lifecycle: 'running', title: 'Running' },
  { lifecycle: 'queued', title: 'Queued' },
  { lifecycle: 'scheduled', title: 'Scheduled' },
]

/** One row after the other, each group under its title; of what the engine keeps to itself there is only the number. */
export function runList(
  placed: PlacedRow<RunRow, Lifecycle>[],
  { counts, shown }: Pick<NowMeta, 'counts' | 'shown'>,
): { items: RunListItem[]; rowCount: number } {
  const byGroup = Map.groupBy(placed, ({ group }) => group)
  const items: RunListItem[] = []
  let index = 2 // after the head of the table, which is row 1
  for (const { lifecycle, title } of groups) {
    const rows = byGroup.get(lifecycle) ?? []
    if (rows.length === 0) continue
    const count = counts[lifecycle]
    items.push({ is: 'title', key: lifecycle, lifecycle, index: index++, title, count })
    for (const { key, row, hasLeft } of rows)
      items.push({ is: 'run', key, lifecycle, index: index++, run: row, hasLeft })
    const rest = count - shown[lifecycle]
    if (rest <= 0) continue
    items.push({ is: 'rest', key: `${lifecycle} rest`, lifecycle, index, count: rest })
    index += rest
  }
  return { items, rowCount: index - 1 }
}
