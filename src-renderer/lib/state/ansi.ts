/**
 * Log text made safe to show: SGR colour sequences become spans, every other control character becomes visible.
 * 256 and 24-bit colours are brought to the nearest of the sixteen, whose contrast is known in both themes.
 */
export type AnsiSpan = {
  text: string
  /** 0–15 of the terminal's palette; null is the normal colour. */
  color: number | null
  isBold: boolean
  isDim: boolean
  isItalic: boolean
  isUnderlined: boolean
}

type Style = Omit<AnsiSpan, 'text'>
const plain: Style = { color: null, isBold: false, isDim: false, isItalic: false, isUnderlined: false }

// eslint-disable-next-line no-control-regex -- control characters are what this file is about
const sgr = /\x1b\[([\d;:]*)m/g
// eslint-disable-next-line no-control-regex -- likewise; tab is kept, bidi overrides could reorder what is read
const unseen = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** The spans of one line. A line without sequences is one span. */
export function ansiSpans(line: string): AnsiSpan[] {
  const spans: AnsiSpan[] = []
  let style = plain
  let from = 0
  for (const match of line.matchAll(sgr)) {
    if (match.index > from) spans.push({ text: visible(line.slice(from, match.index)), ...style })
    style = applyCodes(style, match[1] ?? '')
    from = match.index + match[0].length
  }
  if (from < line.length || spans.length === 0) spans.push({ text: visible(line.slice(from)), ...style })
  return spans
}

/** The line as it reads, without colours: what search looks through and what is copied. */
export const plainText = (line: string): string => visible(line.replace(sgr, ''))

/** Control characters as their pictures (␛ for escape), others that cannot be seen as <U+202E>. */
function visible(text: string): string {
  return text.replace(unseen, (char) => {
    const code = char.charCodeAt(0)
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
  })
}

function applyCodes(before: Style, text: string): Style {
  const codes = text === '' ? [0] : text.split(/[;:]/).map(Number)
  let style = { ...before }
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? 0
    if (code === 0) style = { ...plain }
    else if (code === 1) style.isBold = true
    else if (code === 2) style.isDim = true
    else if (code === 3) style.isItalic = true
    else if (code === 4) style.isUnderlined = true
    else if (code === 22) style = { ...style, isBold: false, isDim: false }
    else if (code === 23) style.isItalic = false
    else if (code === 24) style.isUnderlined = false
    else if (code >= 30 && code <= 37) style.color = code - 30
    else if (code >= 90 && code <= 97) style.color = code - 90 + 8
    else if (code === 39) style.color = null
    else if (code === 38 || code === 48) {
      const [color, used] = extendedColor(codes.slice(i + 1))
      if (code === 38) style.color = color
      i += used
    }
  }
  return style
}

/** What follows 38 or 48: `5;n` or `2;r;g;b`. Returns the palette colour and how many codes it took. */
function extendedColor(codes: number[]): [color: number | null, used: number] {
  const [mode, a = 0, b = 0, c = 0] = codes
  if (mode === 5) return [a < 16 ? a : nearest(rgbOf256(a)), 2]
  if (mode === 2) return [nearest([a, b, c]), 4]
  return [null, 1]
}

type Rgb = [number, number, number]

function rgbOf256(n: number): Rgb {
  if (n >= 232) {
    const grey = 8 + (n - 232) * 10
    return [grey, grey, grey]
  }
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40)
  const cube = n - 16
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)]
}

const palette: Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
]

function nearest([r, g, b]: Rgb): number {
  let best = 0
  let bestDistance = Infinity
  for (const [index, [pr, pg, pb]] of palette.entries()) {
    const distance = (r - pr) ** 2 + (g - pg) ** 2 + (b - pb) ** 2
    if (distance < bestDistance) [best, bestDistance] = [index, distance]
  }
  return best
}
