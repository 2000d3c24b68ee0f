/**
 * A column of a table. Without a width it takes what room is left; `narrow` is its width in a small window, where it
 * gives way altogether when its `rank` says so.
 */
export type TableColumn = {
  title: string
  width?: number
  narrow?: number
  rank?: 'secondary' | 'lesser'
  isNumber?: true
  /** The title is only read out. */
  isUnseen?: true
}
