export const logLevels = ['debug', 'info', 'warn', 'error', 'out', 'err', 'mark'] as const

/** `out` and `err` are what was written to stdout and stderr; `mark` is written by us (a cut, a kill). */
export type LogLevel = (typeof logLevels)[number]
