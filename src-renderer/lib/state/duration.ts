const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof unitsMs

/**
 * Milliseconds of `'1.5s'`, `'10m'`, `'1h 30m'` or plain milliseconds; null for anything else.
 * Fractions of a millisecond are rounded.
 */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim()
  if (/^\d+$/.test(trimmed)) return Number(trimmed)
  if (!/^(\d+(\.\d+)?\s*(ms|s|m|h|d)\s*)+$/.test(trimmed)) return null
  const parts = trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g)
  let totalMs = 0
  for (const [, amount, unit] of parts) totalMs += Number(amount) * unitsMs[unit as Unit]
  return Math.round(totalMs)
}

/** The shortest text that `parseDuration` reads back as `ms`, for form fields: `'90s'` becomes `'1m 30s'`. */
export function durationText(ms: number): string {
  if (ms === 0) return '0s'
  const parts: string[] = []
  let rest = ms
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const whole = Math.floor(rest / unitsMs[unit])
    if (whole > 0) parts.push(`${whole}${unit}`)
    rest -= whole * unitsMs[unit]
  }
  return parts.join(' ')
}

/**
 * A span for reading: two significant steps, never negative.
 * `isTicking` leaves out fractions that would only flicker while a value counts up.
 */
export function formatSpan(ms: number, isTicking = false): string {
  const span = Math.max(0, ms)
  if (span < 1_000) return isTicking ? '0 s' : `${Math.round(span)} ms`
  if (span < 60_000)
    return isTicking || span >= 59_950 ? `${Math.floor(span / 1_000)} s` : `${(span / 1_000).toFixed(1)} s`
  const seconds = Math.floor(span / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`
  const hours = Math.floor(minutes / 60)
  return `${Math.floor(hours / 24)} d ${String(hours % 24).padStart(2, '0')} h`
}

/** `at` seen from `now`: "just now", "4 m ago", "in 12 s". */
export function formatRelative(at: number, now: number): string {
  const distance = Math.abs(at - now)
  if (distance < 1_000) return 'now'
  const span = coarse(distance)
  return at > now ? `in ${span}` : `${span} ago`
}

export { formatClock, formatInstant, formatLogTime } from './time-zone.svelte.ts'

/** Bytes in the largest unit that leaves a number of at least one. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  const units = ['KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = -1
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024
    unit += 1
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

function coarse(ms: number): string {
  if (ms < 60_000) return `${Math.floor(ms / 1_000)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} m`
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h`
  return `${Math.floor(ms / 86_400_000)} d`
}
