import { childProcess, command, failed, forever, script, succeeded, timedOut, timeoutMs } from './hostile-case.ts'
import type { HostileCase } from './hostile-case.ts'

const BOMB_MB = 200

/** May take so much memory with all that it starts. */
const bomb =
  (definition: HostileCase['definition']): HostileCase['definition'] =>
  (mark) => ({ ...definition(mark), limits: { memoryBytes: BOMB_MB * 1024 * 1024 } })
const kept = (piece: string) => bomb(script(`const kept: unknown[] = []; for (;;) kept.push(${piece})`))
/** Each dies of its limit, and alone. */
const full = failed(/MemoryLimitError/)

export const bombs: HostileCase[] = [
  { name: 'a bomb of objects', definition: kept(`{ n: kept.length, text: 'x' + kept.length }`), expected: full },
  {
    name: 'a bomb of strings',
    definition: kept(`String(Math.random()).repeat(500).split('').join('-')`),
    expected: full,
  },
  { name: 'a bomb of large arrays', definition: kept('new Array(5e7).fill(0)'), expected: full },
  { name: 'a bomb of array buffers', definition: kept('new Uint8Array(2e7).fill(1)'), expected: full },
  {
    name: 'a bomb of shared buffers',
    definition: kept('new Uint8Array(new SharedArrayBuffer(2e7)).fill(1)'),
    expected: full,
  },
  {
    name: 'a bomb of WebAssembly memory',
    definition: bomb(
      script(
        `const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); for (;;) { const at = memory.grow(256); new Uint8Array(memory.buffer, at * 65536).fill(1) }`,
      ),
    ),
    expected: full,
  },
  {
    name: 'a bomb of threads',
    definition: bomb(
      script(
        `for (;;) { new Worker('new Uint8Array(1e7).fill(1); setInterval(() => undefined, 1e3)', { eval: true }); await new Promise((next) => setTimeout(next, 20)) }`,
        { imports: `import { Worker } from 'node:worker_threads'` },
      ),
    ),
    expected: full,
  },
  {
    name: 'a bomb in a child that has left the group, with an empty environment',
    definition: bomb(
      script(`spawn('setsid', ['env', '-i', 'sh', '-c', 'head -c 2000000000 /dev/zero | tail', 'MARK']); ${forever}`, {
        imports: childProcess,
        timeoutMs: 20_000,
      }),
    ),
    expected: full,
  },
  {
    name: 'a bomb of promises',
    definition: kept('new Promise(() => kept).then(() => kept.length)'),
    expected: full,
  },
  {
    name: 'modules without an end',
    definition: bomb(
      script(
        "for (let n = 0; ; n++) await import('data:text/javascript,export default new Uint8Array(1e6).fill(' + n + ')')",
      ),
    ),
    expected: full,
  },
  {
    name: 'short programs without an end',
    definition: command('while :; do /bin/true; done', { timeoutMs }),
    expected: timedOut,
  },
  {
    name: 'a result that is nested 100,000 levels deep',
    definition: script('let value: unknown = 1; for (let n = 0; n < 1e5; n++) value = [value]; return value'),
    expected: { outcomes: ['failed'] },
  },
  {
    name: 'a result that is a promise of itself',
    definition: script('return { then(resolve: (value: unknown) => void) { setTimeout(() => resolve(this), 1) } }', {
      timeoutMs,
    }),
    expected: timedOut,
  },
  {
    name: 'causes in a ring, and a million of them',
    definition: script(
      `let error = new Error('last'); const ring = error; for (let n = 0; n < 1e6; n++) error = new Error('x', { cause: error }); ring.cause = error; throw error`,
    ),
    expected: { outcomes: ['failed'] },
  },
  {
    name: 'a million empty lines, and lines of control characters only',
    definition: command(
      `yes '' | head -n 1000000; head -c 3000000 /dev/zero; yes "$(printf '\\033[2J\\007')" | head -n 200000`,
    ),
    expected: succeeded,
  },
]
