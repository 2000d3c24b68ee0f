/** What stands where a value was. */
const MARK = '***'
/** Shorter pieces are found in every text. */
const SHORTEST_PIECE = 6
/** Where tools break lines of base64: MIME, PEM. */
const BASE64_LINES = [76, 64]

/**
 * Takes the values of secrets out of texts: as they are, as JSON and URLs write them, in hex, and in base64, also within
 * something larger that was encoded with it (`user:secret`). A text that a script takes apart on purpose is not recognised.
 */
export class Redactor {
  readonly #pattern: RegExp

  constructor(values: readonly string[]) {
    const pieces = [...new Set(values.flatMap(forms))].filter((piece) => piece !== '')
    // A longer one first, so that what holds another one goes as a whole.
    pieces.sort((a, b) => b.length - a.length)
    this.#pattern = new RegExp(pieces.map(escaped).join('|'), 'g')
  }

  hides(text: string): boolean {
    this.#pattern.lastIndex = 0
    return this.#pattern.test(text)
  }

  clean(text: string): string {
    return text.replace(this.#pattern, MARK)
  }

  /** The same value with every text in it cleaned, the names of fields included. */
  cleanAll<T>(value: T): T {
    return this.#cleanAny(value) as T
  }

  #cleanAny(value: unknown): unknown {
    if (typeof value === 'string') return this.clean(value)
    if (Array.isArray(value)) return value.map((item) => this.#cleanAny(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [this.clean(name), this.#cleanAny(item)]))
  }
}

function forms(value: string): string[] {
  // A log has one line at a time, so a value of many is looked for line by line.
  const lines = value.split(/\r?\n/).filter((line) => line.trim().length >= SHORTEST_PIECE)
  const texts = [...new Set([value, value.trim(), ...lines])]
  return texts.flatMap((text) => [
    text,
    inJson(text),
    inJson(inJson(text)),
    ...inUrls(text),
    ...inHex(text),
    ...[text, `${text}\n`].flatMap(inBase64),
  ])
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)

function inUrls(text: string): string[] {
  // Half of a pair of UTF-16 units has no form in a URL.
  if (!text.isWellFormed()) return []
  const encoded = encodeURIComponent(text)
  const strict = encoded.replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
  const all = [encoded, strict, encodeURI(text)]
  return [...all, ...all.map((form) => form.replaceAll('%20', '+'))].flatMap((form) => [
    form,
    form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ])
}

function inHex(text: string): string[] {
  const hex = Buffer.from(text).toString('hex')
  return [hex, hex.toUpperCase()]
}

/** Base64 writes three bytes as four letters, so a value has three forms, by where in the whole it begins. */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text)
  const stable = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    // Letters at both ends hold bits of what stands beside the value.
    const isWhole = (offset + bytes.length) % 3 === 0
    return encoded.slice(Math.ceil((offset * 8) / 6), isWhole ? undefined : -1)
  })
  const whole = bytes.toString('base64')
  const broken = BASE64_LINES.flatMap((width) => whole.match(new RegExp(`.{1,${width}}`, 'g')) ?? [])
  return [...stable, ...broken]
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
    .filter((form) => form.length >= SHORTEST_PIECE)
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
