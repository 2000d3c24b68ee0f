/** Entry of the command line: finds the verb, and turns whatever ends it into one line and an exit code. */
import { Command, CommanderError } from 'commander'
import { surviveLostOutput } from '../lost-output.ts'
import { version } from '../version.ts'
import { addBackup, addRestore } from './backup.ts'
import { addBarrier } from './barrier.ts'
import { addBulk } from './bulk.ts'
import { addCancel } from './cancel.ts'
import { addCondition } from './condition.ts'
import { addDoctor } from './doctor.ts'
import { addEvent } from './event.ts'
import { addExample } from './example.ts'
import { describeFailure, exitCodes } from './failure.ts'
import { addFuture } from './future.ts'
import { addInterpreter } from './interpreter.ts'
import { addJob } from './job.ts'
import { addKill } from './kill.ts'
import { addLogs } from './logs.ts'
import { addLookedAt } from './looked-at.ts'
import { addLs } from './ls.ts'
import { addPs } from './ps.ts'
import { addQueue } from './queue.ts'
import { addPrune, addRetention } from './retention.ts'
import { addRetry } from './retry.ts'
import { addRun } from './run.ts'
import { addSchedule } from './schedule.ts'
import { addSecret } from './secret.ts'
import { addSemaphore } from './semaphore.ts'
import { addServe } from './serve.ts'
import { addShow } from './show.ts'
import { addSlots } from './slots.ts'
import { addSubmit } from './submit.ts'
import { addTypes } from './types.ts'

const verbs = [
  addServe,
  addRun,
  addSubmit,
  addJob,
  addLs,
  addShow,
  addLogs,
  addCancel,
  addKill,
  addRetry,
  addLookedAt,
  addPs,
  addBulk,
  addSlots,
  addRetention,
  addPrune,
  addBackup,
  addRestore,
  addDoctor,
  addSchedule,
  addSecret,
  addQueue,
  addSemaphore,
  addFuture,
  addEvent,
  addBarrier,
  addCondition,
  addInterpreter,
  addExample,
  addTypes,
]

function createProgram(): Command {
  const program = new Command('signalbox')
    .description('Runs scripts and commands on this machine: now, later, or from a queue.')
    .version(version)
    .option('--home <folder>', 'the data folder (default: SIGNALBOX_HOME, else the folder of your platform)')
    .option('--json', 'print one JSON value')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeErr: () => undefined })
    .exitOverride()
  for (const add of verbs) add(program)
  return program
}

/** What commander says about wrong use, as one line that tells where to look. */
function describeWrongUse(error: CommanderError): string {
  // A verb was left out: commander would print the whole help, which is more than one line of error.
  if (error.code === 'commander.help') return 'Say what to do. See: signalbox --help'
  const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')
  return `${message}${/[.?!)]$/.test(message) ? '' : '.'} See: signalbox --help`
}

surviveLostOutput()
try {
  await createProgram().parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) {
    const { line, exitCode } = describeFailure(error)
    console.error(`signalbox: ${line}`)
    process.exitCode = exitCode
  } else if (error.exitCode !== 0) {
    console.error(`signalbox: ${describeWrongUse(error)}`)
    process.exitCode = exitCodes.wrongUse
  }
}
