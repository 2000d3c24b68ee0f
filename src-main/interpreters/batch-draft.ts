import { keyOfCode } from './interpreter-protocol.ts'
import type { Batch, Code } from './interpreter-protocol.ts'
import type { AttemptStart } from './interpreters.ts'
import { scriptStart } from './process-attempts.ts'

/** A batch being filled; a script that many of its runs share travels once. */
export class BatchDraft {
  readonly batch: Batch = { codes: [], starts: [] }
  units = 0
  readonly #placeOfCode = new Map<Code, number>()
  readonly #placeOfKey = new Map<string, number>()

  get runs(): number {
    return this.batch.starts.length
  }

  add(start: AttemptStart): void {
    if (start.definition.kind !== 'script') throw new TypeError(`run ${start.run} is not a script`)
    this.batch.starts.push({ ...scriptStart(start), code: this.#place(start.definition.code) })
    this.units += start.input.length
  }

  #place(code: Code): number {
    // The engine keeps one definition for many runs: the text itself is compared only where it did not.
    let place = this.#placeOfCode.get(code)
    if (place !== undefined) return place
    const key = keyOfCode(code)
    place = this.#placeOfKey.get(key)
    if (place === undefined) {
      place = this.batch.codes.push(code) - 1
      this.#placeOfKey.set(key, place)
      this.units += key.length
    }
    this.#placeOfCode.set(code, place)
    return place
  }
}
