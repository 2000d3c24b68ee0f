import { expect, test } from 'vitest'
import { openSupervisor, script } from '../../support/supervised.ts'

/** A frame as the interpreter writes it: length, type 1, channel 0, JSON. */
const forge = (payload: string) => `
import fs from 'node:fs'
const payload = Buffer.from(${JSON.stringify(payload)})
const head = Buffer.alloc(9)
head.writeUInt32BE(payload.length, 0)
head.writeUInt8(1, 4)
export default () => {
  fs.writeSync(3, Buffer.concat([head, payload]))
  return new Promise(() => setInterval(() => undefined, 1_000))
}
`
const report = (message: object) => forge(JSON.stringify([message]))

const forgeries = {
  'a frame that says it is 4 GB long': `import fs from 'node:fs'
    export default () => { fs.writeSync(3, Buffer.alloc(64, 255)); return new Promise(() => setInterval(() => undefined, 1_000)) }`,
  'a frame that is not JSON': forge('no json'),
  'a report of no known kind': report({ type: 'promotion', run: 1, attempt: 1 }),
  'a log without lines': report({ type: 'log', run: 1, attempt: 1, lines: 7 }),
  'that its attempt does not count': report({
    type: 'ended',
    run: 2,
    attempt: 1,
    ending: { how: 'interrupted', why: 'so that it is run again for ever' },
    cpuMs: null,
  }),
  'an ending of no known kind': report({ type: 'ended', run: 1, attempt: 1, ending: { how: 'won' }, cpuMs: null }),
}

test.each(Object.entries(forgeries))('a script that writes %s into its channel fails alone', async (_, text) => {
  const { start, endingOf } = openSupervisor()
  const neighbour = start(script(`import { sleep } from 'signalbox'; export default () => sleep('1s', 'well')`))
  const forger = start(script(text))
  expect(await endingOf(forger)).toMatchObject({ how: 'threw', error: { name: 'ChannelError' } })
  expect(await endingOf(neighbour)).toEqual({ how: 'returned', result: '"well"' })
})

test('a script cannot speak for another run', async () => {
  const { start, endingOf, ended } = openSupervisor()
  const victim = start(script(`import { sleep } from 'signalbox'; export default () => sleep('500ms', 'mine')`))
  const forged = { type: 'ended', run: victim, attempt: 1, ending: { how: 'returned', result: '"forged"' }, cpuMs: 1 }
  const forger = start(
    script(report(forged).replace('new Promise(() => setInterval(() => undefined, 1_000))', '"done"')),
  )
  expect(await endingOf(forger)).toEqual({ how: 'returned', result: '"done"' })
  expect(await endingOf(victim)).toEqual({ how: 'returned', result: '"mine"' })
  expect(ended(victim)).toHaveLength(1)
})
