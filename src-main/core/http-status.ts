/** Whether a status is one of `503`, or of the kind of `5xx`. */
export const fitsStatus = (status: number, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => pattern === String(status) || (pattern.endsWith('xx') && pattern[0] === String(status)[0]))

/** Statuses by which a server says that the same request may do later (RFC 9110, 6585, 8470). */
export const isTransientStatus = (status: number): boolean => [408, 425, 429].includes(status) || status >= 500

/** Ms of a Retry-After header, which is seconds or a date (RFC 9110, 10.2.3); null when it is neither. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
