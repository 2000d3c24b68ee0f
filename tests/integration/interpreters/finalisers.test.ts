import { expect, onTestFinished, test } from 'vitest'
import { startPages } from '../../support/real-work.ts'
import { openSupervisor, script } from '../../support/supervised.ts'

const text = `import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { signal } from 'signalbox'

export default async (base) => {
  const signals = [() => signal, () => AbortSignal.any([signal]), () => new Request(base, { signal }).signal]
  for (const make of signals) {
    for (let n = 1; n <= 10; n += 1) await (await fetch(base + '/page/' + n, { signal: make() })).text()
  }
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  for (let n = 0; n < 5; n += 1) {
    collect()
    await turn()
  }
  return 'well'
}`

test.each(['process', 'thread', 'async'] as const)(
  '%s: a run outlives the requests that had its signal, when they are collected',
  async (executor) => {
    const { start, endingOf } = openSupervisor()
    const pages = await startPages()
    onTestFinished(() => pages.close())
    expect(await endingOf(start(script(text, executor), pages.base))).toEqual({ how: 'returned', result: '"well"' })
  },
)
