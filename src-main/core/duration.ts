const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Milliseconds of a duration: a number is milliseconds already, a text is a number with its unit
 * (`'250ms'`, `'1.5s'`, `'10m'`, `'2h'`, `'1d'`). Throws a RangeError that says what a duration looks like.
 */
export function parseDuration(duration: string | number): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration
    throw refusal(duration)
  }
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)$/.exec(duration.trim()) ?? []
  const factor = unit === undefined ? undefined : unitMs[unit]
  if (amount === undefined || factor === undefined) throw refusal(duration)
  return Number(amount) * factor
}

function refusal(duration: string | number): RangeError {
  const shown = typeof duration === 'string' ? JSON.stringify(duration) : String(duration)
  return new RangeError(
    `${shown} is not a duration. Write milliseconds as a number, or a text such as '250ms', '1.5s', '10m', '2h', '1d'.`,
  )
}
