import type { Page } from '../../../src-preload/object-contract.ts'

/** A page of at most `limit` rows of objects, of whose names one more was read if there is one. */
export function pageOf<Row>(names: string[], limit: number, total: number, rowOf: (name: string) => Row): Page<Row> {
  return { rows: names.slice(0, limit).map(rowOf), more: names.length > limit, total }
}
