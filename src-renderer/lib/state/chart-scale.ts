/** The top of an axis that shows values up to `max`: the next of 1, 2, 5, 10, 20, 50, … */
export function axisTop(max: number): number {
  const power = 10 ** Math.floor(Math.log10(max))
  const step = [1, 2, 5, 10].find((each) => each * power >= max) ?? 10
  return step * power
}

/** At most three digits and a fraction: 0.4, 12, 1,200, 34k, 2.1M. */
export function formatCount(value: number): string {
  if (value >= 1_000_000) return `${trimmed(value / 1_000_000)}M`
  if (value >= 10_000) return `${trimmed(value / 1_000)}k`
  return value < 10 ? trimmed(value) : Math.round(value).toLocaleString('en')
}

const trimmed = (value: number): string =>
  value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value))
