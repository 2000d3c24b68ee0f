import { childProcess, command, endless, forever, fs, graceMs, timedOut, timeoutMs } from './hostile-case.ts'
import type { HostileCase } from './hostile-case.ts'

/** `(module (func (export "f") (loop br 0)))` */
const wasmLoop = `new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11])))`

export const standstill: HostileCase[] = [
  { name: 'a busy loop', definition: endless('for (;;);'), expected: timedOut },
  {
    name: 'a catastrophic regular expression',
    definition: endless(`/^(a+)+$/.test('a'.repeat(60) + 'b')`),
    expected: timedOut,
  },
  {
    name: 'a wait for shared memory',
    definition: endless('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'),
    expected: timedOut,
  },
  { name: 'a WebAssembly loop', definition: endless(`(${wasmLoop}.exports as any).f()`), expected: timedOut },
  {
    name: 'a native call that takes minutes',
    definition: endless(`pbkdf2Sync('a', 'b', 1e9, 64, 'sha512')`, `import { pbkdf2Sync } from 'node:crypto'`),
    expected: timedOut,
  },
  {
    name: 'a sort of millions',
    definition: endless(`for (;;) Array.from({ length: 4e6 }, () => Math.random()).sort()`),
    expected: timedOut,
  },
  {
    name: 'a read of a pipe that nobody writes',
    definition: endless(`execSync('mkfifo fifo-MARK'); fs.readFileSync('fifo-MARK')`, `${childProcess}\n${fs}`),
    expected: timedOut,
  },
  { name: 'a promise that never settles, and a timer', definition: endless(forever), expected: timedOut },
  {
    name: 'endless microtasks',
    definition: endless('const again = (): Promise<void> => Promise.resolve().then(again); await again()'),
    expected: timedOut,
  },
  {
    name: 'endless ticks',
    definition: endless('const again = () => process.nextTick(again); again(); await new Promise(() => undefined)'),
    expected: timedOut,
  },
  {
    name: 'endless immediates that ignore every signal',
    definition: endless(`for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(s, () => undefined)
      ctx.signal.addEventListener('abort', () => undefined); for (;;) await new Promise(setImmediate)`),
    expected: timedOut,
  },
  {
    name: 'handlers of signals that are set again and again, and throw',
    definition:
      endless(`const hold = () => { for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) { process.removeAllListeners(s); process.on(s, () => { hold(); throw new Error('no') }) } }
      process.on('uncaughtException', () => undefined); ctx.signal.addEventListener('abort', () => { hold(); throw new Error('no') })
      for (;;) { hold(); await new Promise(setImmediate) }`),
    expected: timedOut,
  },
  {
    name: 'a child that is waited for, synchronously',
    definition: endless(`execSync('sleep MARK')`, childProcess),
    expected: timedOut,
  },
  {
    name: 'a process that stops itself',
    definition: endless(`process.kill(process.pid, 'SIGSTOP'); ${forever}`),
    expected: timedOut,
  },
  {
    name: 'a process that stops its whole group',
    definition: endless(`spawn('sleep', ['MARK']); process.kill(0, 'SIGSTOP'); ${forever}`, childProcess),
    expected: timedOut,
  },
  {
    name: 'a nested worker that loops, under a thread that waits',
    definition: endless(
      `new Worker('for (;;);', { eval: true }); ${forever}`,
      `import { Worker } from 'node:worker_threads'`,
    ),
    expected: timedOut,
  },
  {
    name: 'an import that never ends',
    definition: (mark) => ({
      kind: 'script',
      graceMs,
      timeoutMs,
      code: {
        from: 'text',
        name: 'hostile.ts',
        text: `await new Promise(() => setInterval(() => undefined, ${mark}))\nexport default () => 1`,
      },
    }),
    expected: timedOut,
  },
  {
    name: 'a result that loops while it is written as JSON',
    definition: endless('return { toJSON() { for (;;); } }'),
    expected: timedOut,
  },
  {
    name: 'an error that loops when it is looked at',
    definition: endless(`throw { get message() { for (;;); }, get name() { for (;;); } }`),
    expected: {},
  },
  {
    name: 'a command that ignores SIGTERM and does not sleep',
    definition: command(`trap '' TERM INT HUP; while :; do :; done`, { timeoutMs }),
    expected: {},
  },
  {
    name: 'a command that stops itself',
    definition: command('kill -STOP $$; sleep MARK', { timeoutMs }),
    expected: timedOut,
  },
  {
    name: 'timers without end',
    definition: endless(
      'for (;;) { for (let i = 0; i < 1e3; i++) setInterval(() => undefined, 1); await new Promise(setImmediate) }',
    ),
    expected: timedOut,
  },
]
