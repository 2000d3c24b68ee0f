import { styleText } from 'node:util'

export type Colour = Parameters<typeof styleText>[0]
export type Cell = string | { text: string; colour: Colour }

/** Prints a value as one piece of JSON: for a person in lines, for a program in one. */
export function printJson(value: unknown): void {
  process.stdout.write(JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0) + '\n')
}

/** Prints one line, as it is. */
export function printLine(text: string): void {
  process.stdout.write(text + '\n')
}

/** Prints columns as wide as their widest cell; the last one is not padded. Numbers belong into `rightAligned` columns. */
export function printTable(headers: string[], rows: Cell[][], rightAligned: number[] = []): void {
  const texts = [headers, ...rows.map((row) => row.map((cell) => inertLine(textOf(cell))))]
  const widths = headers.map((_header, column) => Math.max(...texts.map((row) => columnsOf(row[column] ?? ''))))
  for (const [index, row] of texts.entries()) {
    const cells = row.map((text, column) => {
      const width = column === headers.length - 1 && !rightAligned.includes(column) ? 0 : (widths[column] ?? 0)
      const padding = ' '.repeat(Math.max(0, width - columnsOf(text)))
      const padded = rightAligned.includes(column) ? padding + text : text + padding
      const cell = index === 0 ? undefined : rows[index - 1]?.[column]
      if (index === 0) return styled('dim', padded)
      return typeof cell === 'object' ? styled(cell.colour, padded) : padded
    })
    printLine(cells.join('  ').trimEnd())
  }
}

/** Prints `name  value` lines, values aligned; each value is one line. */
export function printFacts(facts: [name: string, value: string][]): void {
  const width = Math.max(...facts.map(([name]) => name.length))
  for (const [name, value] of facts) printLine(`${styled('dim', name.padEnd(width))}  ${inertLine(value)}`)
}

/** Writes and waits until the reader takes more, so that following a long log does not fill the memory. */
export async function writeFully(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (stream.write(text) || !stream.writable) return
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.once('drain', resolve).once('close', resolve)
  await promise
  stream.off('drain', resolve).off('close', resolve)
}

const controls = '\\p{Cc}|[\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]'
const escapeOrColour = new RegExp(`(\\t|\\u001b\\[[\\d;]*m)|${controls}`, 'gu')
const everyControl = new RegExp(`()(?:${controls})`, 'gu')

/**
 * A line as it may appear on a terminal: tabs and colours (SGR) stay, every other control character is shown as a picture
 * of itself, so that a log can neither move the cursor nor forge lines. A file or a pipe gets the text as it is.
 */
export function inertOn(stream: NodeJS.WriteStream, line: string): string {
  return stream.isTTY ? inert(line, escapeOrColour) : line
}

/** A cell is one line, whatever a name or an error message carries. */
const inertLine = (text: string) => inert(text, everyControl)

const inert = (text: string, pattern: RegExp) =>
  text.replace(pattern, (found, kept: string | undefined) => (kept ? found : pictureOf(found)))

function pictureOf(control: string): string {
  const code = control.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const wide =
  /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303e\uff01-\uff60]/u

/** How many columns of a terminal a text takes: letters of East Asian scripts and emoji take two. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  return [...graphemes.segment(text)].reduce((sum, { segment }) => sum + (wide.test(segment) ? 2 : 1), 0)
}

const textOf = (cell: Cell) => (typeof cell === 'string' ? cell : cell.text)

/** No colour when stdout is not a terminal or NO_COLOR is set: `styleText` looks. */
const styled = (colour: Colour, text: string) => styleText(colour, text, { stream: process.stdout })
