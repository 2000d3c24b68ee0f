import type { Command } from 'commander'
import { problem } from '../../src-preload/problem.ts'
import { limits, secretNamePattern } from '../../src-preload/limits.ts'
import type { Definition } from '../../src-preload/contract.ts'
import type { SecretRow } from '../../src-preload/secrets.ts'
import { readText } from './arguments.ts'
import { askToGoOn } from './ask.ts'
import { UseError } from './failure.ts'
import { printJson, printLine, printTable } from './output.ts'
import type { Cell } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { timeInWords } from './words.ts'

/** `secret`: values that jobs are given without anybody seeing them. They are never an argument, which others could read. */
export function addSecret(program: Command): void {
  const secret = program.command('secret').description('set, list and remove the secrets that jobs are given')
  secret
    .command('set')
    .description('set a secret; its value is asked for, or read from standard input')
    .argument('<name>', 'what jobs call it: API_KEY')
    .action(async (name: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      assertSecretName('secret set', name)
      await withHost(home, async (client) => {
        const row = await client.secrets.set({ name, value: await readValue(name) })
        if (json) printJson(row)
        else printLine(`secret "${name}" is set; give it to a job with: --secret ${name}`)
      })
    })

  secret
    .command('ls')
    .description('list the secrets and the jobs that need them; values are never shown')
    .action(async (_options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const rows = await client.secrets.list()
        if (json) return printJson(rows)
        if (rows.length === 0) return printLine('There are no secrets. Set one with: signalbox secret set NAME')
        printTable(
          ['NAME', 'CHANGED', 'STATE', 'JOBS'],
          rows.map(({ name, updatedAt, problem, jobs }): Cell[] => [
            name,
            timeInWords(updatedAt),
            problem === null ? 'set' : { text: 'cannot be used', colour: 'red' },
            jobs.join(', '),
          ]),
        )
        for (const line of problemsIn(rows)) printLine(line)
      })
    })

  secret
    .command('rm')
    .description('remove a secret that no job needs')
    .argument('<name>', 'name of the secret')
    .action(async (name: string, _options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const answer = await client.secrets.remove({ name })
        if (json) printJson({ name, ...answer })
        else printLine(`secret "${name}" is removed`)
      })
    })
  addReset(secret)
}

function addReset(secret: Command): void {
  secret
    .command('reset')
    .description('give up all secrets, when their key is lost for good; they have to be set anew')
    .option('--yes', 'do not ask')
    .action(async ({ yes }: { yes?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const before = await client.secrets.list()
        const names = before.map(({ name }) => name)
        // What can be opened is refused by the host, without a question.
        if (yes !== true && before.some(({ problem }) => problem !== null)) await agreeToLose(before)
        const rows = await client.secrets.reset({ names })
        if (json) return printJson(rows)
        printLine(`${rows.length === 1 ? '1 secret is' : `${rows.length} secrets are`} given up. Set each anew:`)
        for (const row of rows) printLine(`  signalbox secret set ${row.name}${neededInWords(row)}`)
        printLine('What needs secrets waits until the last one is set, or removed (secret rm).')
      })
    })
}

function agreeToLose(rows: SecretRow[]): Promise<void> {
  for (const line of problemsIn(rows)) process.stderr.write(`${line}\n`)
  const all = rows.map((row) => `${row.name}${neededInWords(row)}`).join(', ')
  const what = `give up the values of ${all}; a key that is damaged is kept beside the new one.`
  return askToGoOn({ what: `This will ${what}`, alone: `This would ${what}` }, String(rows.length))
}

const neededInWords = ({ jobs }: SecretRow): string => (jobs.length === 0 ? '' : `  (for ${jobs.join(', ')})`)

/** Each reason once, with what to do about it. */
const problemsIn = (rows: SecretRow[]): string[] => [
  ...new Set(rows.flatMap(({ problem }) => (problem === null ? [] : [`${problem.message} ${problem.hint}`]))),
]

type Needed = Definition['secrets'][number]

/** `--secret NAME`, or `VARIABLE=NAME` where the attempt knows it by another name. */
export function addSecretOption(given: string, before: Needed[]): Needed[] {
  const [first = '', second] = given.split(/=(.*)/s)
  const name = second ?? first
  assertSecretName('--secret', name)
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(first))
    throw new UseError(`--secret: "${first}" is not the name of a variable. Write for example API_KEY=${name}.`)
  if (before.some(({ env }) => env === first)) throw new UseError(`--secret: "${first}" is given twice.`)
  return [...before, { env: first, name }]
}

/** As `--secret` takes it. */
export const secretInWords = ({ env, name }: Needed): string => (env === name ? name : `${env}=${name}`)

function assertSecretName(option: string, name: string): void {
  if (secretNamePattern.test(name) && name.length <= limits.name) return
  throw new UseError(`${option}: the name of a secret has letters, digits, _ . and -, and begins with a letter or _.`)
}

/** One line end is what `echo` and editors put behind a value. */
async function readValue(name: string): Promise<string> {
  const text = process.stdin.isTTY
    ? await askSilently(`value of ${name} (not shown): `)
    : await readText('secret set', '-')
  const value = text.replace(/\r?\n$/, '')
  const [least, most] = limits.secretUnits
  if (value.length < least)
    throw new UseError(`secret set: the value is too short. It has ${least} characters at least.`)
  if (value.length > most) throw problem('TOO_LARGE', { what: 'The value of a secret', limitBytes: most })
  return value
}

const ENTER = new Set(['\r', '\n'])
const END = '\u0004'
const CTRL_C = '\u0003'
const BACKSPACE = new Set(['\u007f', '\b'])

function askSilently(question: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(question)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8').resume()
  return new Promise((resolve, reject) => {
    let typed = ''
    const listen = (chunk: string) => {
      // Pasted text comes in one piece, its line end included.
      for (const letter of chunk) {
        if (letter === CTRL_C) return done(() => reject(new UseError('secret set: nothing was set.')))
        if (ENTER.has(letter) || letter === END) return done(() => resolve(typed))
        typed = BACKSPACE.has(letter) ? typed.slice(0, -1) : typed + letter
      }
    }
    const done = (settle: () => void) => {
      stdin.off('data', listen)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      settle()
    }
    stdin.on('data', listen)
  })
}
