import { command, failed, forever, fs, script, succeeded, timedOut, timeoutMs } from './hostile-case.ts'
import type { HostileCase } from './hostile-case.ts'

/** May have so much in its folder for temporary files. */
const within =
  (megabytes: number, definition: HostileCase['definition']): HostileCase['definition'] =>
  (mark) => ({ ...definition(mark), limits: { tempBytes: megabytes * 1024 * 1024 } })
const full = failed(/TempLimitError: wrote .* of temporary files/)
const temp = `${fs}\nimport { tmpdir } from 'node:os'`

export const disks: HostileCase[] = [
  {
    name: 'a temporary folder that is filled with one file',
    definition: within(
      64,
      script(
        `const fd = fs.openSync(tmpdir() + '/large', 'w'), piece = Buffer.alloc(1e6, 1); for (;;) fs.writeSync(fd, piece)`,
        {
          imports: temp,
        },
      ),
    ),
    expected: full,
  },
  {
    name: 'a temporary folder that is filled with small files in small folders',
    definition: within(
      8,
      script(
        `for (let i = 0; ; i++) { const folder = tmpdir() + '/' + (i >> 6); if ((i & 63) === 0) fs.mkdirSync(folder); fs.writeFileSync(folder + '/' + i, 'x'.repeat(5e3)) }`,
        { imports: temp },
      ),
    ),
    expected: full,
  },
  {
    name: 'a temporary folder that a child of a command fills, in a session of its own',
    definition: within(64, command('setsid sh -c \'cat /dev/zero > "$TMPDIR/large"\' & sleep MARK')),
    expected: full,
  },
  {
    name: 'temporary folders in each other, deeper than a path can be',
    definition: script(
      `process.chdir(tmpdir()); for (let i = 0; i < 3e3; i++) { fs.mkdirSync('deeper'); process.chdir('deeper') } fs.writeFileSync('a', 'b'); return 1`,
      { imports: temp },
    ),
    expected: succeeded,
  },
  {
    name: 'a temporary file that has no name any more',
    definition: script(
      `const fd = fs.openSync(tmpdir() + '/none', 'w'); fs.unlinkSync(tmpdir() + '/none'); for (let i = 0; i < 300; i++) fs.writeSync(fd, Buffer.alloc(1e6, 1)); ${forever}`,
      { imports: temp, timeoutMs },
    ),
    expected: timedOut,
  },
  {
    name: 'a link to the root of all files for a temporary folder',
    definition: command('rmdir "$TMPDIR" && ln -s / "$TMPDIR"; ln -s /proc "$TMPDIR-proc"; exit 0'),
    expected: succeeded,
  },
  {
    name: 'a temporary folder that is removed by whoever has it',
    definition: script(`fs.rmSync(tmpdir(), { recursive: true }); return fs.existsSync(tmpdir())`, { imports: temp }),
    expected: succeeded,
  },
]
