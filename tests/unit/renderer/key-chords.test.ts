import { expect, test } from 'vitest'
import { KeyChords } from '../../../src-renderer/lib/state/key-chords.ts'
import type { KeyPress } from '../../../src-renderer/lib/state/key-chords.ts'

const press = (key: string, timeStamp: number): KeyPress => ({
  key,
  code: '',
  timeStamp,
  getModifierState: (name) => key === 'Shift' && name === key,
})

test('a chord goes on while other keys come and go between its presses', () => {
  const chords = new KeyChords()
  expect(chords.press(press('g', 0), ['g r', 'r'])).toEqual([])
  expect(chords.press(press('r', 900), ['j', 'g r'])).toEqual(['g r'])
  expect(chords.press(press('r', 950), ['j', 'g r'])).toEqual([])
})

test('a chord is given up by another key, and by time', () => {
  const chords = new KeyChords()
  chords.press(press('g', 0), ['g r'])
  chords.press(press('x', 10), ['g r'])
  expect(chords.press(press('r', 20), ['g r'])).toEqual([])
  chords.press(press('g', 100), ['g r'])
  expect(chords.press(press('r', 1_200), ['g r'])).toEqual([])
})

test('a modifier on its own gives nothing up', () => {
  const chords = new KeyChords()
  chords.press(press('g', 0), ['g r'])
  expect(chords.press(press('Shift', 10), ['g r'])).toEqual([])
  expect(chords.press(press('r', 20), ['g r'])).toEqual(['g r'])
})

test('the last key of a chord is not also a key on its own', () => {
  const chords = new KeyChords()
  expect(chords.press(press('r', 0), ['r', 'g r'])).toEqual(['r'])
  chords.press(press('g', 10), ['r', 'g r'])
  expect(chords.press(press('r', 20), ['r', 'g r'])).toEqual(['g r'])
})
