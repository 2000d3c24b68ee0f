import {
  cancelled,
  childProcess,
  command,
  endless,
  failed,
  forever,
  fs,
  script,
  succeeded,
  timedOut,
  timeoutMs,
} from './hostile-case.ts'
import type { HostileCase } from './hostile-case.ts'

export const floods: HostileCase[] = [
  {
    name: 'stdout without an end',
    definition: command('yes "$(head -c 80 /dev/zero | tr "\\0" x)"', { timeoutMs }),
    expected: timedOut,
  },
  {
    name: 'stderr without an end and without a line',
    definition: command('cat /dev/zero >&2', { timeoutMs }),
    expected: timedOut,
  },
  {
    name: 'a script that writes to its descriptor without an end',
    definition: endless(`const chunk = 'y'.repeat(1e5) + '\\n'; for (;;) fs.writeSync(1, chunk)`, fs),
    expected: timedOut,
  },
  {
    name: 'console.log without an end',
    definition: endless(`for (;;) console.log('z'.repeat(100))`),
    expected: timedOut,
  },
  {
    name: 'a child that floods while its parent is cancelled',
    definition: script(
      `spawn('sh', ['-c', 'trap "" TERM; echo up; yes MARK'], { stdio: 'inherit', detached: true }); ${forever}`,
      { imports: childProcess },
    ),
    cancelAt: 'up',
    expected: cancelled,
  },
  {
    name: 'progress without an end',
    definition: endless(
      'for (let i = 0; ; i++) { ctx.progress(i); if (i % 1e3 === 0) await new Promise(setImmediate) }',
    ),
    expected: timedOut,
  },
  {
    name: 'calls without an end',
    definition: endless(`const e = event('hostile-MARK'); for (;;) void e.set()`, `import { event } from 'signalbox'`),
    expected: timedOut,
  },
  {
    name: 'tasks without an end',
    definition: endless(
      `for (;;) { spawn(() => sleep('1h')); await new Promise(setImmediate) }`,
      `import { sleep, spawn } from 'signalbox'`,
    ),
    expected: timedOut,
  },
]

export const channel: HostileCase[] = [
  {
    name: 'all descriptors closed',
    definition: script(`for (let fd = 0; fd < 60; fd++) try { fs.closeSync(fd) } catch {} ; ${forever}`, {
      imports: fs,
    }),
    expected: { outcomes: ['failed'] },
  },
  {
    name: 'the channel closed',
    definition: script(`fs.closeSync(3); fs.closeSync(4); ${forever}`, { imports: fs }),
    expected: { outcomes: ['failed'] },
  },
  {
    name: 'standard output closed',
    definition: script(`fs.closeSync(1); fs.closeSync(2); console.log('into nothing'); return 1`, { imports: fs }),
    expected: succeeded,
  },
  {
    name: 'process.stdout destroyed',
    definition: script(`process.stdout.destroy(); console.log('into nothing'); return 1`),
    expected: succeeded,
  },
  {
    name: 'half a frame, and then nothing',
    definition: script(`fs.writeSync(3, Buffer.from([0, 0, 1])); ${forever}`, { imports: fs, timeoutMs }),
    expected: timedOut,
  },
  {
    name: 'a frame of 4 GB',
    definition: script(`fs.writeSync(3, Buffer.alloc(64, 255)); ${forever}`, { imports: fs }),
    expected: failed(/descriptor 3/),
  },
  {
    name: 'frames of noise without an end',
    definition: script(`const noise = Buffer.alloc(65_536, 7); for (;;) fs.writeSync(3, noise)`, { imports: fs }),
    expected: failed(/descriptor 3/),
  },
  {
    name: 'empty frames without an end',
    definition: script(
      `const empty = Buffer.alloc(9 * 4_096); for (let at = 0; at < empty.length; at += 9) { empty[at + 3] = 0; empty[at + 4] = 1 } for (;;) fs.writeSync(3, empty)`,
      { imports: fs },
    ),
    expected: failed(/descriptor 3/),
  },
  {
    name: 'the other end of its channel read dry',
    definition: endless(`for (;;) try { fs.readSync(4, Buffer.alloc(64)) } catch {}`, fs),
    expected: timedOut,
  },
  {
    name: 'SIGSTOP for whoever reads its output',
    definition: command(`sleep MARK | { kill -STOP 0; cat; }`, { timeoutMs }),
    expected: timedOut,
  },
]

export const pollution: HostileCase[] = [
  {
    name: 'poisoned prototypes',
    definition: script(
      `for (const p of [Array.prototype, Object.prototype, Map.prototype, Promise.prototype] as any[]) for (const key of ['push', 'then', 'get', 'set', 'forEach', 'map', 'toString']) if (key in p) p[key] = () => { throw new Error('poisoned') }; return 1`,
      { timeoutMs },
    ),
    expected: {},
  },
  {
    name: 'frozen and replaced builtins',
    definition: script(
      `JSON.parse = () => ({}) as never; JSON.stringify = () => 'no'; Date.now = () => 0; Object.freeze(Object.prototype); Object.freeze(Array.prototype); globalThis.setTimeout = (() => 1) as never; return 1`,
    ),
    expected: succeeded,
  },
  {
    name: 'a setter on Object.prototype for every name of a report',
    definition: script(
      `for (const key of ['type', 'run', 'attempt', 'ending', 'how', 'result']) Object.defineProperty(Object.prototype, key, { set() {}, get() { return 'forged' } }); return 1`,
      { timeoutMs },
    ),
    expected: {},
  },
  {
    name: 'a Buffer that lies',
    definition: script(
      `Buffer.byteLength = () => 0; Buffer.allocUnsafe = () => { throw new Error('no memory') }; return 1`,
      { timeoutMs },
    ),
    expected: {},
  },
  {
    name: 'fs that throws',
    definition: script(
      `for (const key of Object.keys(fs)) try { (fs as any)[key] = () => { throw new Error('no files') } } catch {} ; return 1`,
      { imports: fs },
    ),
    expected: succeeded,
  },
  {
    name: 'another title, arguments and environment',
    definition: script(
      `process.title = 'x'.repeat(500); process.argv[1] = 'init'; for (const key of Object.keys(process.env)) delete process.env[key]; spawn('/bin/sleep', ['MARK'], { detached: true, stdio: 'ignore' }).unref(); ${forever}`,
      { imports: childProcess, timeoutMs },
    ),
    expected: timedOut,
  },
  {
    name: 'an inspector that is opened',
    definition: script(`inspector.open(0, '127.0.0.1'); return inspector.url() !== undefined`, {
      imports: `import inspector from 'node:inspector'`,
    }),
    expected: succeeded,
  },
  {
    name: 'a look at what others are told',
    definition: script(
      `let seen = 0; for (const pid of fs.readdirSync('/proc')) try { if (fs.readFileSync('/proc/' + pid + '/environ', 'latin1').includes('SIGNALBOX_')) seen++ } catch {} ; return seen > 0`,
      { imports: fs },
    ),
    expected: succeeded,
  },
]
