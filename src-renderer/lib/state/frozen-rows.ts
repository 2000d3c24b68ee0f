/**
 * Rows that must not move under the hand: while something is held, the rows keep their places, show their newest
 * values, stay when they have left the list, and newcomers wait.
 */
export type PlacedRow<Row, Group> = { key: string; row: Row; group: Group; hasLeft: boolean }
/** `waiting`: rows that have come and are not shown yet. */
export type Placement<Row, Group> = { placed: PlacedRow<Row, Group>[]; waiting: number }

export type RowsInOrder<Row> = { rows: ReadonlyMap<string, Row>; order: readonly string[] }

/** Rows under what they are told apart by; those that look alike are numbered. */
export function inOrder<Row>(rows: readonly Row[], keyOf: (row: Row) => string): RowsInOrder<Row> {
  const times = new Map<string, number>()
  const byKey = new Map<string, Row>()
  for (const row of rows) {
    const key = keyOf(row)
    const nth = (times.get(key) ?? 0) + 1
    times.set(key, nth)
    byKey.set(nth === 1 ? key : `${key} ${nth}`, row)
  }
  return { rows: byKey, order: [...byKey.keys()] }
}

/** Every row where it belongs, nothing held. */
export function placeFreely<Row, Group>(
  { rows, order }: RowsInOrder<Row>,
  groupOf: (row: Row) => Group,
): Placement<Row, Group> {
  const placed = order.flatMap((key) => {
    const row = rows.get(key)
    return row === undefined ? [] : [{ key, row, group: groupOf(row), hasLeft: false }]
  })
  return { placed, waiting: 0 }
}

/** The newest values in the places of `before`, also of rows that belong to another group by now. */
export function placeHeld<Row, Group>(
  before: Placement<Row, Group>,
  { rows }: RowsInOrder<Row>,
): Placement<Row, Group> {
  const placed = before.placed.map(({ key, row, group }) => {
    const newest = rows.get(key)
    return { key, row: newest ?? row, group, hasLeft: newest === undefined }
  })
  const staying = placed.filter(({ hasLeft }) => !hasLeft).length
  return { placed, waiting: rows.size - staying }
}
