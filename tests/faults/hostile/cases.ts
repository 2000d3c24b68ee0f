import { tmpdir } from 'node:os'
import type { RunDetail, SubmitDefinition } from './hostile-host.ts'

/**
 * Scripts and commands that behave as badly as we can think of, and what each must come to. `mark` is a number that no other
 * process of this machine has in its command line: whoever sleeps for that many seconds is of this case.
 */
export type HostileCase = {
  name: string
  definition: (mark: string) => SubmitDefinition
  /** Cancelled as soon as its log has this line. */
  cancelAt?: string
  expected: Expected
}

export type Expected = {
  /** Left out: it may come to different ends, all of them its own. */
  outcomes?: RunDetail['outcome'][]
  /** In the error's name and message. */
  says?: RegExp
}

const graceMs = 300
const timeoutMs = 1_500

/** A script that must be stopped by its time limit. */
const endless = (body: string, imports = ''): HostileCase['definition'] => script(body, { imports, timeoutMs })

export function script(
  body: string,
  { imports = '', timeoutMs }: { imports?: string; timeoutMs?: number } = {},
): HostileCase['definition'] {
  return (mark) => ({
    kind: 'script',
    graceMs,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    code: {
      from: 'text',
      name: 'hostile.ts',
      text: `${imports}\nexport default async (input: never, ctx: any): Promise<unknown> => {\n${body}\n}`.replaceAll(
        'MARK',
        mark,
      ),
    },
  })
}

const command =
  (line: string, more: { timeoutMs?: number } = {}): HostileCase['definition'] =>
  (mark) => ({
    kind: 'command',
    graceMs,
    cwd: tmpdir(),
    command: { as: 'shell', line: line.replaceAll('MARK', mark) },
    ...more,
  })

const childProcess = `import { execSync, spawn, spawnSync } from 'node:child_process'`
const fs = `import fs from 'node:fs'`
const forever = `await new Promise(() => setInterval(() => undefined, 1_000))`

const timedOut: Expected = { outcomes: ['timed_out'] }
const cancelled: Expected = { outcomes: ['cancelled'] }
const succeeded: Expected = { outcomes: ['succeeded'] }
const failed = (says: RegExp): Expected => ({ outcomes: ['failed'], says })

/** `(module (func (export "f") (loop br 0)))` */
const wasmLoop = `new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11])))`

const standstill: HostileCase[] = [
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
]

const exits: HostileCase[] = [
  { name: 'process.exit(0)', definition: script('process.exit(0)'), expected: failed(/exited with code 0/) },
  {
    name: 'process.reallyExit(0)',
    definition: script('(process as any).reallyExit(0)'),
    expected: failed(/exited with code 0/),
  },
  { name: 'process.abort()', definition: script('process.abort()'), expected: failed(/SIGABRT/) },
  {
    name: 'SIGSEGV to itself',
    definition: script(`process.kill(process.pid, 'SIGSEGV'); ${forever}`),
    expected: failed(/SIGSEGV/),
  },
  {
    name: 'SIGKILL to its own group',
    definition: script(`spawn('sleep', ['MARK']); process.kill(0, 'SIGKILL'); ${forever}`, { imports: childProcess }),
    expected: failed(/SIGKILL/),
  },
  {
    name: 'an exit handler that loops',
    definition: script(`process.on('exit', () => { for (;;); }); return 1`),
    expected: succeeded,
  },
  {
    name: 'an exit handler that waits for a child',
    definition: script(`process.on('exit', () => { execSync('sleep MARK') }); return 1`, { imports: childProcess }),
    expected: succeeded,
  },
  {
    name: 'process.exit that does nothing',
    definition: script(
      'process.exit = (() => undefined) as never; (process as any).reallyExit = () => undefined; setInterval(() => undefined, 1e3); return 1',
    ),
    expected: succeeded,
  },
  {
    name: 'process.emit that throws',
    definition: script(`process.emit = () => { throw new Error('no') }; setInterval(() => undefined, 1e3); return 1`),
    expected: succeeded,
  },
  {
    name: 'beforeExit that goes on for ever',
    definition: script(
      `process.on('beforeExit', () => setTimeout(() => undefined, 10)); await new Promise(() => undefined)`,
      { timeoutMs },
    ),
    expected: timedOut,
  },
  {
    name: 'timers that keep nobody alive',
    definition: script('setTimeout(() => undefined, 1e6).unref(); await new Promise(() => undefined)'),
    expected: failed(/exited with code/),
  },
  {
    name: 'a handler that swallows what is uncaught',
    definition: script(
      `process.on('uncaughtException', () => undefined); setTimeout(() => { throw new Error('lost') }); ${forever}`,
    ),
    expected: failed(/lost/),
  },
  {
    name: 'no handler left for what is uncaught',
    definition: script(
      `process.removeAllListeners('uncaughtException'); process.removeAllListeners('unhandledRejection'); setTimeout(() => { throw new Error('lost') }); ${forever}`,
    ),
    expected: failed(/exited with code/),
  },
  {
    name: 'an unhandled rejection',
    definition: script(`void Promise.reject(new Error('forgotten')); ${forever}`),
    expected: failed(/forgotten/),
  },
  { name: 'a throw of undefined', definition: script('throw undefined'), expected: failed(/undefined/) },
  {
    name: 'a throw of a revoked proxy',
    definition: script('const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy'),
    expected: { outcomes: ['failed'] },
  },
  {
    name: 'an endless recursion',
    definition: script('const f = (): number => f() + 1; return f()'),
    expected: failed(/call stack/),
  },
  {
    name: 'an endless recursion in a getter of the result',
    definition: script('return { get a(): unknown { return { ...this } } }'),
    expected: { outcomes: ['failed'] },
  },
  {
    name: 'a late throw after the return',
    definition: script(`setTimeout(() => { throw new Error('late') }, 1); return 1`),
    expected: succeeded,
  },
]

const memory: HostileCase[] = [
  {
    name: 'objects until the heap is full',
    definition: script(
      `v8.setFlagsFromString('--max-old-space-size=48'); const all: unknown[] = []; for (;;) all.push({ n: all.length, text: 'x'.repeat(9) + all.length })`,
      { imports: `import v8 from 'node:v8'`, timeoutMs: 5_000 },
    ),
    expected: {},
  },
  {
    name: 'large arrays that are kept',
    definition: script(
      `const all: unknown[] = []; for (let i = 0; i < 3; i++) all.push(new Array(5e6).fill(i)); ${forever}`,
      { timeoutMs },
    ),
    expected: timedOut,
  },
  {
    name: 'hundreds of megabytes outside the heap',
    definition: script(
      `const all = Array.from({ length: 6 }, () => new Uint8Array(50e6).fill(1)); ${forever}; return all`,
      { timeoutMs },
    ),
    expected: timedOut,
  },
  { name: 'a result of 100 MB', definition: script(`return 'x'.repeat(1e8)`), expected: failed(/result/) },
  {
    name: 'a result of a million rows',
    definition: script(`return Array.from({ length: 1e6 }, (_, i) => ({ id: i, name: 'row ' + i }))`),
    expected: failed(/result/),
  },
  { name: 'an error of 100 MB', definition: script(`throw new Error('x'.repeat(1e8))`), expected: failed(/x/) },
  {
    name: 'a log line of 8 MB',
    definition: script(`fs.writeSync(1, 'x'.repeat(8e6)); return 1`, { imports: fs }),
    expected: succeeded,
  },
  {
    name: '3,000 open files',
    definition: script(
      `const all = []; try { for (let i = 0; i < 3e3; i++) all.push(fs.openSync('/dev/null')) } catch { return 'refused' } return 'opened'`,
      { imports: fs },
    ),
    expected: succeeded,
  },
]

const floods: HostileCase[] = [
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
      `spawn('sh', ['-c', 'trap "" TERM; yes MARK'], { stdio: 'inherit', detached: true }); console.log('up'); ${forever}`,
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

const channel: HostileCase[] = [
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

const pollution: HostileCase[] = [
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

/** Everybody who sleeps for MARK seconds must be dead when the run has ended, however that comes. */
const trees: HostileCase[] = [
  {
    name: 'grandchildren in the background',
    definition: command('sleep MARK & (sleep MARK & sleep MARK & wait) & exit 0'),
    expected: succeeded,
  },
  { name: 'nohup and disown', definition: command('nohup sleep MARK > /dev/null 2>&1 & exit 0'), expected: succeeded },
  {
    name: 'setsid with its output closed',
    definition: command('setsid sleep MARK > /dev/null 2>&1 & sleep 0.1; exit 0'),
    expected: succeeded,
  },
  {
    name: 'a double fork with setsid',
    definition: command(`setsid sh -c 'setsid sleep MARK > /dev/null 2>&1 &' ; exit 3`),
    expected: failed(/code 3/),
  },
  {
    name: 'a daemon with a new session and an empty environment',
    definition: command('setsid env -i sleep MARK > /dev/null 2>&1 < /dev/null & sleep 0.1; exit 0'),
    expected: succeeded,
  },
  {
    name: 'a double fork with an empty environment',
    definition: command(`env -i setsid sh -c 'setsid sleep MARK > /dev/null 2>&1 < /dev/null &' ; exit 0`),
    expected: succeeded,
  },
  {
    name: 'daemons of a script that returns',
    definition: script(
      `for (let i = 0; i < 5; i++) spawn('setsid', ['sh', '-c', 'sleep MARK & exec sleep MARK'], { detached: true, stdio: 'ignore', env: {} }).unref(); return 1`,
      { imports: childProcess },
    ),
    expected: succeeded,
  },
  {
    name: 'a daemon of a command that is cancelled',
    definition: command(
      `trap '' TERM; setsid env -i sh -c 'trap "" TERM; sleep MARK & sleep MARK' > /dev/null 2>&1 & echo up; sleep MARK`,
    ),
    cancelAt: 'up',
    expected: cancelled,
  },
  {
    name: 'a daemon of a script that is cancelled',
    definition: script(
      `spawn('setsid', ['sh', '-c', 'setsid sleep MARK & exit'], { detached: true, stdio: 'ignore', env: {} }).unref(); console.log('up'); for (;;);`,
      { imports: childProcess },
    ),
    cancelAt: 'up',
    expected: cancelled,
  },
  {
    name: 'a hundred daemons',
    definition: command('i=0; while [ $i -lt 100 ]; do setsid sleep MARK > /dev/null 2>&1 & i=$((i+1)); done; exit 0'),
    expected: succeeded,
  },
  {
    name: 'a process that forks and leaves, again and again',
    definition: command(
      `cat > hare-MARK.sh <<'END'\nsetsid sh "$0" MARK > /dev/null 2>&1 &\nEND\nsetsid sh hare-MARK.sh MARK > /dev/null 2>&1 & echo up; sleep MARK`,
    ),
    cancelAt: 'up',
    expected: cancelled,
  },
  {
    name: 'a fork bomb of 150',
    definition: command(
      `bomb() { if [ $1 -gt 0 ]; then bomb $(($1 - 1)) & bomb $(($1 - 1)) & fi; sleep MARK; }; bomb 6; wait`,
      { timeoutMs },
    ),
    expected: timedOut,
  },
  {
    name: 'zombies that nobody collects',
    definition: command(`for i in 1 2 3 4 5; do sh -c 'true & exec sleep MARK' & done; echo up; wait`),
    cancelAt: 'up',
    expected: cancelled,
  },
  {
    name: 'a leader that leaves its group',
    definition: command(
      `exec perl -e 'use POSIX; if (fork) { sleep 1; exit } setpgid(0, 0); POSIX::setsid(); exec "sleep", "MARK"'`,
    ),
    expected: succeeded,
  },
  {
    name: 'another tag in its environment',
    definition: command('SIGNALBOX_TAG=nobody/knows/1.1 setsid sleep MARK > /dev/null 2>&1 & sleep 0.1; exit 0'),
    expected: succeeded,
  },
  {
    name: 'a native child whose effect would come late',
    definition: script(`console.log('up'); execSync('sleep 3; echo late > late-MARK; sleep MARK')`, {
      imports: childProcess,
    }),
    cancelAt: 'up',
    expected: cancelled,
  },
]

const all: HostileCase[] = [...standstill, ...exits, ...memory, ...floods, ...channel, ...pollution, ...trees]

/** At every commit: one of each kind. */
const smoke = new Set([
  'a busy loop',
  'a native call that takes minutes',
  'process.abort()',
  'a result of 100 MB',
  'stdout without an end',
  'the channel closed',
  'poisoned prototypes',
  'a daemon with a new session and an empty environment',
  'a daemon of a command that is cancelled',
  'a process that forks and leaves, again and again',
])

/** `HOSTILE=all` runs all of them, another value those with it in their names; without it a few are run. */
const chosen = process.env['HOSTILE']
export const hostileCases = all.filter(({ name }) =>
  chosen === undefined ? smoke.has(name) : chosen === 'all' || new RegExp(chosen).test(name),
)
