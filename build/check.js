/**
 * `npm run check`: everything that can be said of the code without running it. No tool needs another one's answer, so as many
 * as there are cores run at a time; each says its words when it has ended, and one that finds something fails the whole.
 */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const env = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) }

const oxlint = 'oxlint --type-aware --deny-warnings --report-unused-disable-directives-severity=error'

/** The longest first, so that nothing is left to wait for at the end. */
const waiting = [
  'eslint .',
  'prettier --check .',
  'svelte-check --tsconfig tsconfig.renderer.json',
  // Finds also what the compiler would, but for modules of the window: what a component exports only svelte-check can see.
  `${oxlint} --type-check --ignore-pattern src-renderer --ignore-pattern tests/components`,
  'knip',
  `${oxlint} src-renderer tests/components`,
  'tsc -p tsconfig.preload.json',
]

/** Resolves to whether nothing was found. */
function run(command) {
  const begun = performance.now()
  const { promise, resolve } = Promise.withResolvers()
  const child = spawn(command, { cwd: root, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = []
  child.stdout.on('data', (chunk) => said.push(chunk))
  child.stderr.on('data', (chunk) => said.push(chunk))
  child.once('close', (code, signal) => {
    const end = code === 0 ? 'ok' : `failed (${signal ?? `exit code ${code}`})`
    const seconds = Math.round((performance.now() - begun) / 1_000)
    process.stdout.write(Buffer.concat([...said, Buffer.from(`${command}: ${end}, ${seconds} s\n`)]))
    resolve(code === 0)
  })
  return promise
}

async function runNext() {
  for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
    if (!(await run(command))) process.exitCode = 1
  }
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, runNext))
