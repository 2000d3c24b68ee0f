import { describe, expect, test } from 'vitest'
import { freeNames } from '../../../../src-main/interpreters/named/free-names.ts'
import { withTopLevelAwait } from '../../../../src-main/interpreters/named/top-level-await.ts'
import { functionOf, NotShareable, runCode } from '../../../../src-main/interpreters/named/user-code.ts'

const origin = { folder: '/nowhere', name: 'test' }

describe('the names that a function uses and does not declare', () => {
  test.each([
    ['() => a + b.c', ['a', 'b']],
    ['(a, { b, c: [d] }, ...e) => a + b + d + e.length', []],
    ['(a = outside) => a', ['outside']],
    ['function own(n) { return n ? own(n - 1) : arguments.length }', []],
    ['() => { for (const x of xs) { let y = x; try { y() } catch (e) { e } } }', ['xs']],
    ['() => { label: for (;;) break label }', []],
    ['() => typeof maybe', []],
    ['() => ({ key: 1, [computed]: short, method() { return this } })', ['computed', 'short']],
    ['() => { class A extends Base { #p = field; static m() {} } return new A() }', ['Base', 'field']],
    ['() => { var { a, ...rest } = source; return [a, rest] }', ['source']],
    ['async () => (await import("x")).y?.z', []],
    ['() => (counter += 1)', ['counter']],
    ['function () { return new.target }', []],
  ])('%s: %j', (source, names) => {
    expect(freeNames(`(${source})`)).toEqual(names)
  })
})

describe('code with await at its top level', () => {
  /** What code leaves behind in a scope of its own. */
  const play = async (code: string) => runCode(code, origin)

  test('keeps what it declares, line by line, and gives its last value', async () => {
    const code = [
      'const { tlaA, ...tlaRest } = await Promise.resolve({ tlaA: 1, b: 2 })',
      'let tlaB = 2, tlaC',
      'function tlaF() { return tlaA + tlaB }',
      'class TlaK { static n = 3 }',
      'tlaF() + TlaK.n',
    ].join('\n')
    expect(withTopLevelAwait(code).split('\n')).toHaveLength(6)
    expect(await play(code)).toBe(6)
    expect(await play('[tlaA, tlaRest.b, tlaB, tlaC, tlaF(), TlaK.n]')).toEqual([1, 2, 2, undefined, 3, 3])
    expect(await play('const tlaA = await 5; tlaA')).toBe(5)
  })

  test('imports of all kinds become variables', () => {
    const code = `import a, { b as c, default as d } from 'x'\nimport * as n from 'y'\nimport 'z'\nimport e, * as m from 'w'`
    expect(withTopLevelAwait(code)).toBe(
      `var a, c, d, n, e, m; (async () => { ({ default: a, b: c, default: d } = await import("x"));\n` +
        `n = await import("y");\nawait import("z");\n({ default: e, ...m } = await import("w"));\n})()`,
    )
  })

  test('an export is refused with what to do', () => {
    expect(() => withTopLevelAwait('export const a = await 1')).toThrow('leave `export` out')
  })

  test('TypeScript runs, and a fault is said in the words of the engine', async () => {
    expect(await play('const typed: number = 3; typed as unknown')).toBe(3)
    await expect(play('let = = 1')).rejects.toThrow(SyntaxError)
    await expect(play('await (')).rejects.toThrow(SyntaxError)
  })
})

describe('a function that was handed over', () => {
  const fn = (text: string) => functionOf({ by: 'text', text }, origin)

  test('is a function here: arrows, functions, methods, and the name of one that is here', async () => {
    await runCode('var handedOver = (n) => n * 3', origin)
    const made = [
      await fn('(n) => n * 3'),
      await fn('async function x(n) { return n * 3 }'),
      await fn('times(n) { return n * 3 }'),
    ]
    expect(await Promise.all([...made, await fn('handedOver')].map((each) => each(2)))).toEqual([6, 6, 6, 6])
  })

  test.each([
    ['() => notHere + alsoNot', 'the function uses notHere, alsoNot, which are not there'],
    ['function () { [native code] }', 'it is no function of JavaScript whose text could be handed over'],
    ['7', 'it is no function'],
    ['} {', 'it is no function of JavaScript whose text could be handed over'],
  ])('%s is refused: %s', async (text, words) => {
    const refusal = fn(text)
    await expect(refusal).rejects.toBeInstanceOf(NotShareable)
    await expect(refusal).rejects.toThrow(words)
  })
})
