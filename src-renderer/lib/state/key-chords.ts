import { matchKeyBindingPress, parseKeybinding } from 'tinykeys'

/** So long after a key the next one of a chord may come. */
const chordMs = 1_000

/** What is asked of a keyboard event. */
export type KeyPress = { key: string; code: string; timeStamp: number; getModifierState: (name: string) => boolean }

/**
 * Which keys have been pressed of chords such as `g r`. It knows nothing of where they lead, so that a page that comes
 * between two keys, and changes what keys there are, does not make the first one forgotten.
 */
export class KeyChords {
  #done = new Map<string, number>()
  #pressedAt = -Infinity

  /** Those of `chords`, in tinykeys' grammar, which are complete with this key: `g r` and not also `r`. */
  press(event: KeyPress, chords: readonly string[]): string[] {
    // By the event's own clock: on a busy machine a key may be heard long after it was pressed.
    if (event.timeStamp - this.#pressedAt > chordMs) this.#done.clear()
    this.#pressedAt = event.timeStamp
    const complete = chords.filter((chord) => this.#advance(chord, event))
    const longest = Math.max(...complete.map(pressCount))
    return complete.filter((chord) => pressCount(chord) === longest)
  }

  #advance(chord: string, event: KeyPress): boolean {
    const presses = parseKeybinding(chord)
    const done = this.#done.get(chord) ?? 0
    const wanted = presses[done]
    // It asks for a whole event, and looks at no more than this.
    if (wanted === undefined || !matchKeyBindingPress(event as never, wanted)) {
      if (!event.getModifierState(event.key)) this.#done.delete(chord)
      return false
    }
    const isComplete = done + 1 === presses.length
    if (isComplete) this.#done.delete(chord)
    else this.#done.set(chord, done + 1)
    return isComplete
  }
}

const pressCount = (chord: string): number => chord.split(' ').length
