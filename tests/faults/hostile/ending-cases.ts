import { childProcess, failed, forever, fs, script, succeeded, timedOut, timeoutMs } from './hostile-case.ts'
import type { HostileCase } from './hostile-case.ts'

export const exits: HostileCase[] = [
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
  {
    name: 'a late rejection after the return',
    definition: script(`setTimeout(() => void Promise.reject(new Error('late')), 1); return 1`),
    expected: succeeded,
  },
  {
    name: 'signals to its supervisor, short of SIGKILL',
    definition: script(
      `for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(process.ppid, s); await new Promise((resolve) => setTimeout(resolve, 300)); return 1`,
    ),
    expected: succeeded,
  },
]

export const memory: HostileCase[] = [
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
  { name: 'a result of 100 MB', definition: script(`return 'x'.repeat(1e8)`), expected: failed(/may return/) },
  {
    name: 'a result of a million rows',
    definition: script(`return Array.from({ length: 1e6 }, (_, i) => ({ id: i, name: 'row ' + i }))`),
    expected: failed(/may return/),
  },
  // Longer than a text can be: nobody could write it as JSON.
  {
    name: 'a result of 1 GB',
    definition: script(`return Array(10).fill('x'.repeat(1e8))`),
    expected: failed(/cannot be written as JSON: .*Invalid string length/),
  },
  {
    name: 'a result of ten million rows',
    definition: script(`return Array.from({ length: 1e7 }, (_, i) => ({ id: i }))`),
    expected: failed(/may return|Limit|memory|SIGABRT/),
  },
  { name: 'an error of 100 MB', definition: script(`throw new Error('x'.repeat(1e8))`), expected: failed(/x/) },
  {
    name: 'a log line of 8 MB',
    definition: script(`fs.writeSync(1, 'x'.repeat(8e6)); return 1`, { imports: fs }),
    expected: succeeded,
  },
  {
    name: '10,000 sockets',
    definition: script(
      `const server = net.createServer().listen(0, '127.0.0.1'); await once(server, 'listening'); const { port } = server.address() as net.AddressInfo
      const open = () => new Promise((resolve) => { const socket = net.connect(port, '127.0.0.1'); socket.once('connect', () => resolve('opened')).once('error', () => resolve('refused')) })
      return (await Promise.all(Array.from({ length: 5_000 }, open))).length`,
      { imports: `import net from 'node:net'\nimport { once } from 'node:events'` },
    ),
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
