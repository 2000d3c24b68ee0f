import type { Command } from 'commander'
import type { Client, Example } from '../../src-preload/contract.ts'
import { problem } from '../../src-preload/problem.ts'
import { UseError } from './failure.ts'
import { printJson, printLine, printTable } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { asWord } from './words.ts'

type AddOptions = { all?: boolean; replace?: boolean }

/** `example`: the samples that come with the program, each of which can become a job. */
export function addExample(program: Command): void {
  const example = program.command('example').description('list the samples and make jobs of them')

  example
    .command('ls')
    .description('list the samples')
    .action(async (_options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const examples = await client.examples.list()
        if (json) printJson(examples)
        else
          printTable(
            ['NAME', 'EXECUTOR', 'SHOWS'],
            examples.map((row) => [row.name, row.executor, row.description]),
          )
      })
    })

  example
    .command('add')
    .description('save samples as jobs')
    .argument('[names...]', 'names of samples')
    .option('--all', 'every sample')
    .option('--replace', 'replace jobs of the same names')
    .action(async (names: string[], { all = false, replace = false }: AddOptions, command: Command) => {
      if (all === names.length > 0) throw new UseError('Say which samples: their names, or --all.')
      const { home, json } = circumstancesOf(command)
      await withHost(home, async (client) => {
        const examples = await client.examples.list()
        const chosen = all ? examples : [...new Set(names)].map((name) => exampleNamed(examples, name))
        if (!replace) await refuseTaken(client, chosen)
        const jobs = []
        for (const { name, definition, description } of chosen)
          jobs.push(await client.jobs.save({ name, definition, description, replace }))
        if (json) printJson(jobs)
        else for (const row of chosen) printLine(`job "${row.name}" is saved; run it with: ${submitLine(row)}`)
      })
    })
}

function exampleNamed(examples: Example[], name: string): Example {
  const found = examples.find((example) => example.name === name)
  if (found !== undefined) return found
  const near = nearest(
    name,
    examples.map((example) => example.name),
  )
  const meant = near.length === 0 ? '' : ` Near it: ${near.join(', ')}.`
  throw new UseError(`There is no example named "${name}".${meant} See all with: signalbox example ls`)
}

/** All or none: a list of which the half was saved could be repeated only with --replace. */
async function refuseTaken(client: Client, chosen: Example[]): Promise<void> {
  const taken = new Set((await client.jobs.list()).map((job) => job.name))
  const clash = chosen.find(({ name }) => taken.has(name))
  if (clash !== undefined) throw problem('JOB_EXISTS', { name: clash.name })
}

/** With the input where the sample cannot do without one. */
const submitLine = ({ name, input }: Example): string =>
  `signalbox submit ${asWord(name)}${input === null ? '' : ` --input '${JSON.stringify(input)}'`}`

/** At most three names that share a good part of their pairs of letters with `name`, the nearest first. */
export function nearest(name: string, names: string[]): string[] {
  const own = pairsOf(name)
  const likeness = (other: string) => {
    const pairs = pairsOf(other)
    return (2 * [...pairs].filter((pair) => own.has(pair)).length) / Math.max(1, own.size + pairs.size)
  }
  return names
    .map((other) => ({ other, like: likeness(other) }))
    .filter(({ like }) => like >= 0.3)
    .sort((a, b) => b.like - a.like)
    .slice(0, 3)
    .map(({ other }) => other)
}

const pairsOf = (text: string): Set<string> =>
  new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => text.slice(at, at + 2).toLowerCase()))
