import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { chooseHome } from '../../src-main/home.ts'

test('the data folder is the one asked for, else that of the environment, else that of the platform', () => {
  expect(chooseHome('asked', { SIGNALBOX_HOME: '/preset' })).toBe(resolve('asked'))
  expect(chooseHome(undefined, { SIGNALBOX_HOME: '/preset' })).toBe(resolve('/preset'))
  expect(chooseHome(undefined, {})).toContain(homedir())
})

test('an empty name never means the current folder', () => {
  expect(chooseHome(undefined, { SIGNALBOX_HOME: '' })).toBe(chooseHome(undefined, {}))
  expect(() => chooseHome('', {})).toThrow('--home is empty')
})
