import { homedir } from 'node:os'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { command, shareSupervisor } from '../../support/supervised.ts'

const supervisor = shareSupervisor()

const exited = (code: number) => ({ how: 'exited', code, signal: null })

test('a shell line gets its input, its stdin and the home folder, and its exit code is told', async () => {
  const { start, endingOf, said } = supervisor()
  const line = 'pwd; cat; echo "$SIGNALBOX_INPUT"; echo "$GIVEN" >&2; printf unfinished; exit 3'
  const run = start(command(line, { stdin: 'from stdin\n', env: { GIVEN: 'given' } }), { a: 'ü' })
  expect(await endingOf(run)).toEqual(exited(3))
  expect(said(run).filter((text) => text.startsWith('out'))).toEqual([
    `out ${homedir()}`,
    'out from stdin',
    'out {"a":"ü"}',
    'out unfinished',
  ])
  expect(said(run)).toContain('err given')
})

test('an argument list is started as it is, without a shell', async () => {
  const { start, endingOf, said } = supervisor()
  const argv = ['printf', '%s|', 'a b', '$HOME', '; exit 1']
  const run = start(command('', { command: { as: 'argv', argv } }))
  expect(await endingOf(run)).toEqual(exited(0))
  expect(said(run)).toEqual(['out a b|$HOME|; exit 1|'])
})

test('without stdin a command reads an empty one, and one that ignores its stdin ends in peace', async () => {
  const { start, endingOf } = supervisor()
  expect(await endingOf(start(command('cat')))).toEqual(exited(0))
  expect(await endingOf(start(command('true', { stdin: 'x'.repeat(400_000) })))).toEqual(exited(0))
})

test('what cannot be started says why', async () => {
  const { start, endingOf, scriptsFolder } = supervisor()
  const plain = join(scriptsFolder, 'plain.txt')
  writeFileSync(plain, 'not a program', { mode: 0o644 })
  const argv = (...list: string[]) => command('', { command: { as: 'argv', argv: list } })
  const cases = [
    [argv('no-such-program'), 'There is no program "no-such-program".'],
    [argv(plain), `"${plain}" may not be executed.`],
    [argv('echo', 'x'.repeat(200_000)), 'The arguments and the environment are too long for this system.'],
    [command('true', { cwd: '/no/such/folder' }), 'There is no folder /no/such/folder.'],
  ] as const
  for (const [definition, message] of cases) {
    expect(await endingOf(start(definition))).toMatchObject({ how: 'unstartable', error: { message } })
  }
  expect(await endingOf(start(command('true'), 'x'.repeat(130_000)))).toMatchObject({
    how: 'unstartable',
    error: { message: 'The input of a command is larger than 122880 bytes.' },
  })
})

test('output beyond the budget is cut in the middle, with a mark', async () => {
  const { start, endingOf, lines } = supervisor()
  const wide = 'x'.repeat(1_000)
  const run = start(command(`i=0; yes ${wide} | head -n 60000; echo the end`))
  expect(await endingOf(run, 40_000)).toEqual(exited(0))
  const marks = lines(run).filter(([, level]) => level === 'mark')
  expect(marks.map(([, , text]) => text)).toEqual([expect.stringMatching(/^… \d+ lines \(\d+ bytes\) cut …$/)])
  const cut = Number(/\d+/.exec(marks[0]![2])?.[0])
  expect(lines(run)).toHaveLength(60_001 - cut + 1)
  expect(lines(run).at(-1)?.[2]).toBe('the end')
})

test('zeros are shown, and a line of them has the size of any other', async () => {
  const { start, endingOf, said } = supervisor()
  const run = start(command(`printf 'a\\0b\\n'; head -c 1000000 /dev/zero; echo`))
  expect(await endingOf(run)).toEqual(exited(0))
  const [short, long = ''] = said(run)
  expect(short).toBe('out a␀b')
  expect(Buffer.byteLength(long)).toBeLessThan(1024 * 1024 + 100)
})
