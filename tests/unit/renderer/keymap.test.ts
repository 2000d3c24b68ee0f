import { expect, test } from 'vitest'
import { factsOf, shortcutIds } from '../../../src-renderer/lib/state/key-catalogue.ts'
import {
  addPress,
  ariaKeys,
  faultOfKeys,
  keyCaps,
  keysOf,
  keyText,
  parseRebound,
  pressOf,
  rebind,
} from '../../../src-renderer/lib/state/keymap.ts'

const press = (key: string, more: Partial<Parameters<typeof pressOf>[0]> = {}) =>
  pressOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more })

test('no two usual keys that can meet are the same, and none begins with another', () => {
  expect(shortcutIds.flatMap((id) => faultOfKeys({}, id, factsOf(id).keys) ?? [])).toEqual([])
})

test('keys are printed as they are pressed', () => {
  expect(['$mod+k', 'g o', 'Shift+?', 'Shift++', '+', 'ArrowLeft'].map((keys) => keyCaps(keys).join(' '))).toEqual([
    'Ctrl K',
    'G O',
    '?',
    'Shift +',
    '+',
    '←',
  ])
  expect([keyText('$mod+b'), keyText('g o'), ariaKeys('$mod+k'), ariaKeys('g o')]).toEqual([
    'Ctrl+B',
    'G O',
    'Control+K',
    undefined,
  ])
})

test('a press is read as a shortcut names it; what the field or the person needs is none', () => {
  expect(press('k', { ctrlKey: true })).toBe('$mod+k')
  expect(press('E', { shiftKey: true })).toBe('Shift+e')
  expect(press('?', { shiftKey: true })).toBe('Shift+?')
  expect(press('ArrowUp')).toBe('ArrowUp')
  for (const key of ['Tab', 'Enter', 'Escape', 'Backspace', 'Shift', 'Dead', ' ']) expect(press(key)).toBe(null)
  expect(press('a', { altKey: true })).toBe(null)
  expect([addPress('', 'g'), addPress('g', 'o'), addPress('g o', 'x')]).toEqual(['g', 'g o', 'x'])
})

test('keys that another shortcut has are refused by its name, where both can be in view', () => {
  expect(faultOfKeys({}, 'pause', 'n')).toBe('N is “New run” (Everywhere) already.')
  expect(faultOfKeys({}, 'run.cancel', 'e')).toBe('E is “Next warning or error” (Log) already.')
  expect(faultOfKeys({}, 'pause', 'g')).toMatch(/^G begins G O, which is “Overview” \(Go to\)\.$/)
  expect(faultOfKeys({}, 'pause', 'n w')).toBe('N is “New run” (Everywhere) already, so nothing can begin with it.')
  // Those of other pages are not there at the same time.
  expect(faultOfKeys({}, 'queue.put', 'r')).toBeUndefined()
  // What was given away is free.
  expect(faultOfKeys({ new: 'y' }, 'pause', 'n')).toBeUndefined()
  expect(faultOfKeys({ new: 'y' }, 'pause', 'y')).toBe('Y is “New run” (Everywhere) already.')
})

test('what was chosen is kept, and its usual keys are not', () => {
  const rebound = rebind({}, 'pause', 'q')
  expect([keysOf(rebound, 'pause'), keysOf(rebound, 'new')]).toEqual(['q', 'n'])
  expect(rebind(rebound, 'pause', 'p')).toEqual({})
  expect(parseRebound(JSON.stringify(rebound))).toEqual(rebound)
})

test('what cannot be is not taken from what was kept', () => {
  const kept = { pause: 'n', new: 7, gone: 'z', 'history.close': 'z', stops: 'a b c', keys: '', rail: '$mod+y' }
  expect(parseRebound(JSON.stringify(kept))).toEqual({ rail: '$mod+y' })
  for (const text of [null, '', '[]', 'null', '{', '"x"']) expect(parseRebound(text)).toEqual({})
})
