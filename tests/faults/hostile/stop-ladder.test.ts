import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHostileHost, PATIENCE_MS, withMark } from './hostile-host.ts'
import type { HostileHost, SubmitDefinition } from './hostile-host.ts'

const gate = 'the-gate'
const graceMs = 300

let host: HostileHost
beforeAll(async () => {
  host = await openHostileHost('process=2,thread=2')
}, PATIENCE_MS)
afterAll(() => host.close())

const script = (text: string, imports = '', ownGraceMs = graceMs): SubmitDefinition => ({
  kind: 'script',
  graceMs: ownGraceMs,
  semaphores: [{ name: gate, amount: 1 }],
  code: {
    from: 'text',
    name: 'stopped.ts',
    text: `${imports}\nexport default async () => { console.log('up'); ${text} }`,
  },
})
const command = (line: string): SubmitDefinition => ({
  kind: 'command',
  graceMs,
  cwd: tmpdir(),
  semaphores: [{ name: gate, amount: 1 }],
  command: { as: 'shell', line: `echo up; ${line}` },
})

/** Each needs the one permit, so none begins before the one before it was seen dead. */
test.each<[name: string, definition: (mark: string) => SubmitDefinition, isKilled: boolean]>([
  ['a busy loop', () => script('for (;;);'), true],
  [
    'a native call',
    () => script(`pbkdf2Sync('a', 'b', 1e9, 64, 'sha512')`, `import { pbkdf2Sync } from 'node:crypto'`),
    true,
  ],
  ['an ignored SIGTERM', (mark) => command(`trap '' TERM; sleep ${mark} & while :; do sleep ${mark}; done`), true],
  [
    'a double fork with setsid and an empty environment',
    (mark) => command(`trap '' TERM; env -i setsid sh -c 'setsid sleep ${mark} > /dev/null 2>&1 &'; sleep ${mark}`),
    true,
  ],
  ['a child that floods stdout', (mark) => command(`trap '' TERM; sh -c 'trap "" TERM; yes ${mark}'`), true],
  [
    'a script that cooperates',
    () => script(`await sleep('1h')`, `import { sleep } from 'signalbox'`, PATIENCE_MS),
    false,
  ],
])(
  '%s: nothing is alive and no permit held when it says cancelled',
  async (name, definition, isKilled) => {
    const mark = String(900_000_000 + process.pid * 10 + name.length)
    const id = await host.submit(definition(mark))
    await host.untilSaid(id, 'up')
    expect(await holders()).toEqual([id])
    await host.client.runs.cancel({ id })
    const run = await host.ended(id)
    const survivors = withMark(mark)
    expect({ outcome: run.outcome, survivors, holders: await holders() }).toEqual({
      outcome: 'cancelled',
      survivors: [],
      holders: [],
    })
    const { requestedAt, signalledAt, reactedAt, terminatedAt, killedAt } = run.stop!
    const after = (at: number | null | undefined) =>
      at === null || at === undefined ? 'never' : `${at - requestedAt} ms`
    console.log(
      `${name}: signal after ${after(signalledAt)}, taken notice of ${after(reactedAt)}, SIGTERM ${after(terminatedAt)}, SIGKILL ${after(killedAt)}, seen dead ${after(run.finishedAt)}`,
    )
    expect(signalledAt).toBeGreaterThanOrEqual(requestedAt)
    expect((terminatedAt ?? killedAt) !== undefined).toBe(isKilled)
    expect(reactedAt !== undefined).toBe(!isKilled)
  },
  PATIENCE_MS,
)

async function holders(): Promise<number[]> {
  const { holders: all } = await host.client.semaphores.get({ name: gate })
  return all.map(({ run }) => run)
}
