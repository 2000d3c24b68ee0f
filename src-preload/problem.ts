/**
 * What can go wrong for a caller, in words: what is wrong, and what to do. One catalogue for the window, the
 * command line and the log; a `Problem` crosses threads and transports as `{ code, message, hint }`.
 */
const catalogue = {
  JOB_NOT_FOUND: (p: { name: string }) => [
    `There is no job named "${p.name}".`,
    'See the names with: signalbox job ls',
  ],
  JOB_EXISTS: (p: { name: string }) => [
    `A job named "${p.name}" exists already.`,
    'Choose another name, or replace it on purpose (--replace).',
  ],
  VERSION_NOT_FOUND: (p: { name: string; number: number }) => [
    `The job "${p.name}" has no version ${p.number}.`,
    'The oldest versions are forgotten; look at the list again.',
  ],
  JOB_BUSY: (p: { name: string; unfinished: number }) => [
    `The job "${p.name}" has ${p.unfinished} unfinished ${p.unfinished === 1 ? 'run' : 'runs'}.`,
    'Cancel them or let them finish, then remove the job.',
  ],
  JOB_SCHEDULED: (p: { name: string; schedules: string[] }) => [
    `The job "${p.name}" is run by ${p.schedules.map((schedule) => `"${schedule}"`).join(', ')}.`,
    'Remove its schedules first: signalbox schedule rm',
  ],
  SCHEDULE_NOT_FOUND: (p: { name: string }) => [
    `There is no schedule named "${p.name}".`,
    'See the names with: signalbox schedule ls',
  ],
  SCHEDULE_EXISTS: (p: { name: string }) => [
    `A schedule named "${p.name}" exists already.`,
    'Choose another name, or replace it on purpose (--replace).',
  ],
  /** `details`: whole sentences, with what to write. */
  BAD_SCHEDULE: (p: { details: string }) => [p.details, 'See what a schedule means with: signalbox schedule preview'],
  CONDITION_UNKNOWN: (p: { what: string; how: string }) => [
    `This host cannot wait for ${p.what}: it does not see that.`,
    p.how,
  ],
  RUN_NOT_FOUND: (p: { id: number }) => [`There is no run ${p.id}.`, 'See the last ones with: signalbox ls'],
  RUN_FINISHED: (p: { id: number; outcome: string }) => [
    `Run ${p.id} has already finished (${p.outcome}).`,
    'To run it again: signalbox retry ' + p.id,
  ],
  RUN_NOT_STOPPING: (p: { id: number }) => [
    `Run ${p.id} is not being stopped.`,
    `Ask it to stop first: signalbox cancel ${p.id}`,
  ],
  RUN_UNFINISHED: (p: { id: number; lifecycle: string }) => [
    `Run ${p.id} is still ${p.lifecycle}.`,
    'Cancel it or let it finish first.',
  ],
  BULK_NOT_FOUND: (p: { id: number }) => [`There is no action ${p.id}.`, 'See the last ones with: signalbox bulk ls'],
  BULK_CHANGED: (p: { expected: number; found: number }) => [
    `The filter fits ${p.found} ${p.found === 1 ? 'run' : 'runs'} by now, not ${p.expected}.`,
    'Look at them again, then repeat it with the new number.',
  ],
  BULK_UNNARROWED: (p: { total: number }) => [
    `Without a condition this would be all ${p.total} runs.`,
    'Narrow it by state, job, text or time, or confirm the number.',
  ],
  BULK_ENDED: (p: { id: number }) => [`Action ${p.id} has ended already.`, 'See what it did with: signalbox bulk ls'],
  BULK_CANNOT_UNDO: (p: { id: number; action: string }) => [
    `Action ${p.id} (${p.action}) cannot be undone.`,
    'Only what a retry has made can be cancelled again, once.',
  ],
  FAMILY_TOO_DEEP: (p: { limit: number }) => [
    `A run has at most ${p.limit} ancestors, and this child would have more.`,
    'Spawn it from a run further up, or end the recursion earlier.',
  ],
  TOO_MANY_CHILDREN: (p: { run: number; limit: number }) => [
    `Run ${p.run} has ${p.limit} unfinished children, and no more are taken.`,
    'Wait for some of them to finish, then spawn the next.',
  ],
  GROUP_NOT_OURS: (p: { group: number; run: number }) => [
    `Run ${p.run} has not opened a group ${p.group}.`,
    'Spawn into a group from the run that opened it.',
  ],
  GROUP_ABORTED: (p: { group: number; why: string }) => [
    `The group ${p.group} takes no more runs: ${p.why}.`,
    'Open another group.',
  ],
  TOO_MANY_OBJECTS: (p: { kind: string; limit: number }) => [
    `There are ${p.limit} ${p.kind}s already, and no more are made.`,
    'Use a name again, or remove those that nobody needs.',
  ],
  SEMAPHORE_NOT_FOUND: (p: { kind: string; name: string }) => [
    `There is no ${p.kind} named "${p.name}".`,
    p.kind === 'lock'
      ? 'See the names with: signalbox semaphore ls. A lock is made by the first script that uses it.'
      : 'See the names with: signalbox semaphore ls, and say --lock for a lock. A script makes it, or semaphore set --create.',
  ],
  SECRET_NOT_FOUND: (p: { name: string }) => [
    `There is no secret named "${p.name}".`,
    'Set it with: signalbox secret set NAME',
  ],
  SECRET_IN_USE: (p: { name: string; jobs: string[] }) => [
    `The secret "${p.name}" is needed by ${p.jobs.map((job) => `"${job}"`).join(', ')}.`,
    'Remove or change these jobs first.',
  ],
  /** `todo`: a whole sentence. */
  SECRETS_LOCKED: (p: { why: string; todo: string }) => [`The secrets cannot be used: ${p.why}.`, p.todo],
  SECRETS_OPEN: () => [
    'The secrets can be opened, so none of them has to be given up.',
    'To change one: signalbox secret set NAME',
  ],
  SECRETS_CHANGED: (p: { names: string[] }) => [
    `The secrets are others by now: ${p.names.join(', ') || 'there are none'}.`,
    'Look at them again (secret ls), then repeat it.',
  ],
  FUTURE_NOT_FOUND: (p: { name: string }) => [
    `There is no future named "${p.name}".`,
    'See the names with: signalbox future ls',
  ],
  FUTURE_SETTLED: (p: { name: string; state: string; by: string }) => [
    `The future "${p.name}" is settled already: ${p.state}, by ${p.by}.`,
    'A future is settled once. Use another name, or remove this one (future rm).',
  ],
  EVENT_NOT_FOUND: (p: { name: string }) => [
    `There is no event named "${p.name}".`,
    'See the names with: signalbox event ls',
  ],
  BARRIER_NOT_FOUND: (p: { name: string }) => [
    `There is no barrier named "${p.name}".`,
    'See the names with: signalbox barrier ls',
  ],
  QUEUE_NOT_FOUND: (p: { name: string }) => [
    `There is no queue named "${p.name}".`,
    'See the names with: signalbox queue ls. A queue is made by the first script that uses it, or by queue put --create.',
  ],
  QUEUE_FULL: (p: { name: string; ready: number; maxsize: number; putting: number }) => [
    `The queue "${p.name}" is full: ${p.ready} of ${p.maxsize} places are taken, and ${p.putting} ${p.putting === 1 ? 'task waits' : 'tasks wait'} to put.`,
    'Try again when some of its items were taken.',
  ],
  QUEUE_SHUT_DOWN: (p: { name: string }) => [
    `The queue "${p.name}" was shut down and takes nothing more.`,
    'Use another name, or remove it (queue rm) and begin anew.',
  ],
  QUEUE_NOT_EMPTY: (p: { name: string; ready: number; dead: number }) => [
    `The queue "${p.name}" holds ${p.ready} ${p.ready === 1 ? 'item' : 'items'} that nobody has taken and ${p.dead} dead ${p.dead === 1 ? 'letter' : 'letters'}.`,
    'Let them be taken, or remove the queue with all that it holds (--drop-items).',
  ],
  /** `wanted`: the item and what it should be, as in "dead letter 12". */
  ITEM_NOT_FOUND: (p: { queue: string; wanted: string }) => [
    `The queue "${p.queue}" has no ${p.wanted}.`,
    'See what it holds with: signalbox queue show',
  ],
  OBJECT_IN_USE: (p: { what: string; by: string }) => [
    `The ${p.what} is in use: ${p.by}.`,
    'Let them finish, or cancel the runs; show names them.',
  ],
  /** `why` completes "it …"; null: not known. */
  INTERPRETER_NOT_FOUND: (p: { which: number | string; why: string | null }) => [
    `There is no interpreter ${typeof p.which === 'number' ? p.which : `named "${p.which}"`}${p.why === null ? '' : `: it ${p.why}`}.`,
    'See them with: signalbox interpreter ls. They end with the run that made them, unless it keeps them, and with the host.',
  ],
  INTERPRETER_NOT_SHARED: (p: { which: string }) => [
    `There is no shared interpreter "${p.which}" that takes runs.`,
    'Runs of the executors async and thread share one each; it is there from their first run on, until it is recycled.',
  ],
  INTERPRETER_BUSY: (p: { name: string; by: string }) => [
    `The interpreter "${p.name}" is running: ${p.by}.`,
    'Wait for its end (isRunning says it), or close it by force.',
  ],
  INTERPRETER_UNFIT: (p: { name: string; doing: string; why: string }) => [
    `The interpreter "${p.name}" does not take ${p.doing} from here: ${p.why}.`,
    'Make another one: interpreters.create().',
  ],
  TOO_MANY_INTERPRETERS: (p: { limit: number }) => [
    `There are ${p.limit} named interpreters already, and no more are made.`,
    'Close those that nobody needs: signalbox interpreter close',
  ],
  /** `message` is a sentence. */
  INTERPRETER_LOST: (p: { message: string }) => [p.message, 'What it had in its globals is lost. Make another one.'],
  INTERPRETER_QUEUE_NOT_FOUND: (p: { id: number }) => [
    `There is no queue ${p.id} between interpreters.`,
    'It ends with the run that made it, and with the host.',
  ],
  FILE_NOT_FOUND: (p: { path: string }) => [`There is no file ${p.path}.`, 'Check the path.'],
  FILE_UNREADABLE: (p: { path: string; why: string }) => [
    `The file ${p.path} cannot be read: ${p.why}.`,
    'Check the path, and the permissions of the file and the folders above it.',
  ],
  FOLDER_NOT_FOUND: (p: { path: string; of?: 'project' }) => [
    `There is no folder ${p.path}.`,
    p.of === 'project'
      ? 'Check the project: the folder with the package.json that the script belongs to.'
      : 'Check the working folder.',
  ],
  SCRIPT_SYNTAX: (p: { place: string; message: string }) => [
    `The script does not parse: ${p.message} (${p.place}).`,
    'Mend the line and try again.',
  ],
  BAD_INPUT: (p: { details: string }) => [`The request is not valid: ${p.details}.`, 'Mend it and send it again.'],
  TOO_LARGE: (p: { what: string; limitBytes: number }) => [
    `${p.what} is larger than ${p.limitBytes} bytes.`,
    'Keep the content in a file and hand over its path.',
  ],
  DRAINING: () => ['The host is stopping and takes nothing new.', 'Start it again, then repeat the request.'],
  NO_HOST: (p: { home: string }) => [`No Signalbox host runs on ${p.home}.`, 'Start the app, or: signalbox serve'],
  HOME_IN_USE: (p: { home: string; by: string }) => [
    `Another Signalbox host owns ${p.home} (${p.by}).`,
    'Use that one, stop it, or choose another folder with --home.',
  ],
  HOME_UNUSABLE: (p: { home: string; why: string }) => [
    `The data folder ${p.home} cannot be used: ${p.why}.`,
    'Choose another with --home or SIGNALBOX_HOME.',
  ],
  PORT_IN_USE: (p: { port: number }) => [
    `Port ${p.port} is in use.`,
    'Choose another with --port, or leave it out to get a free one.',
  ],
  STORE_NOT_OURS: (p: { path: string; why: string }) => [
    `${p.path} is not a Signalbox database: ${p.why}.`,
    'It was left untouched. Move it away, choose another folder with --home, or restore a backup: signalbox restore latest',
  ],
  STORE_LOST: (p: { path: string; runs: number }) => [
    `${p.path} is missing or empty, but this folder held ${p.runs} ${p.runs === 1 ? 'run' : 'runs'}.`,
    'Put it back, or restore a backup: signalbox restore latest. To begin anew on purpose, remove last-good.json beside it.',
  ],
  STORE_DAMAGED: (p: { path: string; why: string }) => [
    `${p.path} is damaged: ${p.why}.`,
    'It was left untouched. Restore a backup: signalbox restore latest',
  ],
  STORE_SWAPPED: (p: { path: string; why: string }) => [
    `${p.path} is not the database that was in use here last: ${p.why}.`,
    `It was left untouched. Put the right files back, or restore a backup: signalbox restore latest. To go on with this one, without its write-ahead log: signalbox restore ${p.path}`,
  ],
  DISK_FULL: (p: { freeBytes: number }) => [
    `The disk of the data folder is full: ${Math.floor(p.freeBytes / 1e6)} MB are free.`,
    'Make room; what is queued then goes on by itself.',
  ],
  BACKUP_NOT_FOUND: (p: { asked: string; folder: string }) => [
    p.asked === 'latest' ? `There is no backup in ${p.folder}.` : `There is no backup "${p.asked}".`,
    'See what there is with: signalbox backup ls',
  ],
  BACKUP_UNUSABLE: (p: { path: string; why: string }) => [
    `${p.path} cannot be restored: ${p.why}.`,
    'Nothing was changed. Choose another: signalbox backup ls',
  ],
  BACKUP_FAILED: (p: { folder: string; why: string }) => [
    `No backup was made in ${p.folder}: ${p.why}.`,
    'Mend that and try again; it is tried once an hour by itself.',
  ],
  STORE_NEWER: (p: { path: string; found: number; known: number }) => [
    `${p.path} was written by a newer Signalbox (schema ${p.found}, this one knows ${p.known}).`,
    'It was left untouched. Update Signalbox.',
  ],
  ENGINE_LOST: () => [
    'The engine stopped while it was answering.',
    'It restarts by itself; look at the run before repeating the request.',
  ],
  /** `run`: the one that was being followed, if any. */
  HOST_LOST: (p: { run: number | null }) =>
    p.run === null
      ? [
          'The host stopped while it was answering.',
          'Start it again (signalbox serve) and look at the run before repeating the request.',
        ]
      : [`The host stopped before run ${p.run} had finished.`, `Look at it with: signalbox show ${p.run}`],
  INTERNAL: (p: { message: string }) => [
    `Something went wrong inside Signalbox: ${p.message}.`,
    'Nothing accepted is lost. Please report this.',
  ],
} satisfies Record<string, (p: never) => [string, string] | string[]>

export type ProblemCode = keyof typeof catalogue
type Details<C extends ProblemCode> = Parameters<(typeof catalogue)[C]>

/** An expected refusal. `message` says what is wrong, `hint` what to do; each is one line. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly hint: string

  constructor(code: ProblemCode, message: string, hint: string) {
    super(message)
    this.name = 'Problem'
    this.code = code
    this.hint = hint
  }
}

/** Builds the catalogue's entry `code` with its details filled in. */
export function problem<C extends ProblemCode>(code: C, ...details: Details<C>): Problem {
  const entry = catalogue[code] as (details?: unknown) => string[]
  const [message, hint] = entry(details[0])
  return new Problem(code, message ?? code, hint ?? '')
}

export const isProblemCode = (code: unknown): code is ProblemCode => typeof code === 'string' && code in catalogue
