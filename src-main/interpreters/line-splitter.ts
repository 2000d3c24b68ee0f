import { StringDecoder } from 'node:string_decoder'
import { LINE_BYTES } from './log-budget.ts'

/** Leaves room for the note, so that the budget does not cut the note away again. */
const KEPT_UNITS = LINE_BYTES - 64

/**
 * Cuts a stream of output into lines: characters that a chunk halves are joined again, `\r\n` ends a line as `\n` does, and of
 * a line that was overwritten with bare `\r` (a progress bar) the last state is kept. An unfinished line takes at most
 * KEPT_UNITS of memory; the rest of it is counted and said in the line.
 */
export class LineSplitter {
  #decoder: StringDecoder | null = null
  #rest = ''
  #droppedUnits = 0

  push(chunk: Buffer | string): string[] {
    const text = typeof chunk === 'string' ? chunk : (this.#decoder ??= new StringDecoder('utf8')).write(chunk)
    const lines = text.split('\n')
    const last = lines.pop() ?? ''
    if (lines.length > 0) {
      this.#keep(lines[0] ?? '')
      lines[0] = this.#rest + this.#droppedNote()
      this.#rest = ''
      for (let i = 0; i < lines.length; i++) lines[i] = lastState(lines[i] ?? '')
    }
    this.#keep(last)
    return lines
  }

  /** The unfinished last line; empty when the output ended with a line end. */
  end(): string[] {
    const text = this.#rest + (this.#decoder?.end() ?? '') + this.#droppedNote()
    this.#rest = ''
    return text === '' ? [] : [lastState(text)]
  }

  #keep(part: string): void {
    const room = KEPT_UNITS - this.#rest.length
    this.#rest += part.length <= room ? part : part.slice(0, room)
    this.#droppedUnits += Math.max(0, part.length - room)
  }

  #droppedNote(): string {
    if (this.#droppedUnits === 0) return ''
    const note = ` … ${this.#droppedUnits} characters cut …`
    this.#droppedUnits = 0
    return note
  }
}

function lastState(line: string): string {
  if (!line.includes('\r')) return line
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  return text.slice(text.lastIndexOf('\r') + 1)
}
