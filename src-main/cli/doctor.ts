import type { Command } from 'commander'
import { exitCodes } from './failure.ts'
import type { Finding } from './doctor/finding.ts'
import { printJson, printLine, printTable } from './output.ts'
import type { Colour } from './output.ts'
import { circumstancesOf } from './verb.ts'

const colours: Record<Finding['verdict'], Colour> = { ok: 'green', warning: 'yellow', problem: 'red' }

/** `doctor`: looks at everything a host depends on, with a host or without, and changes nothing. Exit code 1 for a problem. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('look whether everything is in order, and say what to do where it is not')
    .option('--full', 'read every index and every page of the store as well; takes longer')
    .action(async ({ full }: { full?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const { examine } = await import('./doctor/examine.ts')
      const findings = await examine(home, { isFull: full === true, now: Date.now() })
      const problems = findings.filter(({ verdict }) => verdict === 'problem').length
      if (problems > 0) process.exitCode = exitCodes.failed
      if (json) return printJson(findings)
      printTable(
        ['', 'WHAT', 'FOUND'],
        findings.map(({ verdict, what, found }) => [{ text: verdict, colour: colours[verdict] }, what, found]),
      )
      const advice = findings.filter(({ todo }) => todo !== null)
      if (advice.length > 0) printLine('')
      for (const { what, todo } of advice) printLine(`${what}: ${todo}`)
    })
}
