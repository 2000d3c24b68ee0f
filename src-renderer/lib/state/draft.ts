/** A job as it stands in the form: every field is the text a person typed. `readDraft` makes the definition of it. */
import type { Definition, Example, ExecutorChoice, JobRow, Json, Submit } from '../../../src-preload/contract.ts'
import type { ConditionTexts } from './condition-text.ts'
import { conditionTexts, noConditions, readConditions } from './condition-text.ts'
import { durationText, parseDuration } from './duration.ts'
import { noRetries, readRetry, retryTexts } from './retry-text.ts'
import type { RetryTexts } from './retry-text.ts'
import { noRequest, readRequest, requestTexts } from './request-text.ts'
import type { RequestTexts } from './request-text.ts'
import { readSecrets, secretsText } from './secret-text.ts'
import { limitTexts, noLimits, readLimits } from './limit-text.ts'
import type { LimitTexts } from './limit-text.ts'
import { concurrencyDraft, readConcurrency, readSemaphores, semaphoresText } from './gate-text.ts'

export type Draft = RetryTexts &
  ConditionTexts &
  LimitTexts &
  RequestTexts & {
    kind: Definition['kind']
    /** Where a script's code is: typed here, or in a file that is read anew at every attempt. */
    code: { from: 'text'; name: string; text: string } | { from: 'file'; path: string }
    executor: ExecutorChoice
    commandAs: 'shell' | 'argv'
    line: string
    /** One argument a line. */
    argv: string
    stdin: string
    successCodes: string
    /** Where a script finds its packages. */
    project: string
    cwd: string
    /** NAME=value a line. */
    env: string
    timeout: string
    queueTimeout: string
    idleTimeout: string
    totalTimeout: string
    onInterrupted: Definition['onInterrupted']
    grace: string
    /** NAME or NAME:AMOUNT, with commas between. */
    semaphores: string
    /** LIMIT or KEY=LIMIT. */
    concurrency: string
    /** A span. */
    expectSuccess: string
    description: string
    priority: string
    /** NAME or VARIABLE=NAME, with commas between. */
    secrets: string
    /** Of the next run, not of the job. */
    input: string
    start: 'now' | 'delay' | 'at'
    delay: string
    at: string
  }

export type DraftField = Exclude<
  keyof Draft,
  | 'kind'
  | 'executor'
  | 'onInterrupted'
  | 'commandAs'
  | 'start'
  | 'acPower'
  | 'network'
  | 'onOutput'
  | 'redirects'
  | 'oversize'
>
export type DraftFaults = Partial<Record<DraftField, string>>
export type DraftReading = { definition: Definition | null; faults: DraftFaults }
type When = Pick<Submit, 'priority' | 'delayMs' | 'at'>

const sampleScript = `import { log, progress, sleep } from 'signalbox'

export default async function (input: { steps: number }) {
  for (let step = 1; step <= input.steps; step += 1) {
    await sleep('400ms')
    log.info(\`step \${step} of \${input.steps}\`)
    progress(step, input.steps, 'working')
  }
  return { steps: input.steps, done: new Date().toISOString() }
}
`
const emptyScript = `import { log } from 'signalbox'

export default async function (input: unknown) {
  log.info('started')
  return input
}
`

const blank: Draft = {
  kind: 'script',
  code: { from: 'text', name: 'script.ts', text: emptyScript },
  executor: 'process',
  commandAs: 'shell',
  line: '',
  argv: '',
  stdin: '',
  successCodes: '0',
  project: '',
  cwd: '',
  env: '',
  timeout: '',
  queueTimeout: '',
  idleTimeout: '',
  totalTimeout: '',
  ...noRetries,
  ...noLimits,
  ...noRequest,
  onInterrupted: 'requeue',
  grace: '5s',
  semaphores: '',
  concurrency: '',
  secrets: '',
  ...noConditions,
  expectSuccess: '',
  description: '',
  priority: '0',
  input: 'null',
  start: 'now',
  delay: '',
  at: '',
}

export const newScript = (): Draft => ({ ...blank })
export const newCommand = (): Draft => ({ ...blank, kind: 'command' })
export const newRequest = (): Draft => ({ ...blank, kind: 'http', executor: 'async' })
/** Whether its runs share a process with others. */
export const isShared = ({ kind, executor }: Draft): boolean => kind !== 'command' && executor !== 'process'
/** What a first start offers: counts with pauses, logs and reports progress. */
export const newSample = (): Draft => ({
  ...blank,
  code: { from: 'text', name: 'sample.ts', text: sampleScript },
  input: '{ "steps": 8 }',
})

/** The form of a saved job. */
export function draftOfJob(job: Pick<JobRow, 'definition' | 'description' | 'priority'>): Draft {
  const { definition } = job
  const shared: Draft = {
    ...blank,
    kind: definition.kind,
    cwd: definition.cwd ?? '',
    env: Object.entries(definition.env)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    timeout: definition.timeoutMs === null ? '' : durationText(definition.timeoutMs),
    queueTimeout: definition.queueTimeoutMs === null ? '' : durationText(definition.queueTimeoutMs),
    idleTimeout: definition.idleTimeoutMs === null ? '' : durationText(definition.idleTimeoutMs),
    totalTimeout: definition.totalTimeoutMs === null ? '' : durationText(definition.totalTimeoutMs),
    ...(definition.retry === null ? noRetries : retryTexts(definition.retry)),
    ...limitTexts(definition.limits),
    onInterrupted: definition.onInterrupted,
    grace: durationText(definition.graceMs),
    semaphores: semaphoresText(definition.semaphores),
    concurrency: definition.concurrency === null ? '' : concurrencyDraft(definition.concurrency),
    secrets: secretsText(definition.secrets),
    ...conditionTexts(definition.conditions),
    expectSuccess: definition.expectSuccessEveryMs === null ? '' : durationText(definition.expectSuccessEveryMs),
    description: job.description ?? '',
    priority: String(job.priority),
  }
  if (definition.kind === 'script') {
    const { project = '', ...code } = definition.code
    return { ...shared, code, project, executor: definition.executor }
  }
  if (definition.kind === 'http') return { ...shared, ...requestTexts(definition), executor: definition.executor }
  const { command } = definition
  return {
    ...shared,
    commandAs: command.as,
    line: command.as === 'shell' ? command.line : '',
    argv: command.as === 'argv' ? command.argv.join('\n') : '',
    stdin: definition.stdin ?? '',
    successCodes: definition.successCodes.join(', '),
  }
}

/** A sample as something new that nobody has saved yet. */
export const draftOfExample = ({ definition, description, input }: Example): Draft => ({
  ...draftOfJob({ definition, description, priority: 0 }),
  input: JSON.stringify(input, null, 2),
})

/** Whether what would be saved differs; input and start time belong to a run and do not count. */
export function isChanged(draft: Draft, saved: Draft): boolean {
  const savedPart = ({ input: _input, start: _start, delay: _delay, at: _at, ...rest }: Draft) => JSON.stringify(rest)
  return savedPart(draft) !== savedPart(saved)
}

/** The definition a draft describes, or what is wrong with which field. */
export function readDraft(draft: Draft): DraftReading {
  const faults: DraftFaults = {}
  const policy = {
    timeoutMs: readSpan(draft, 'timeout', faults),
    queueTimeoutMs: readSpan(draft, 'queueTimeout', faults),
    totalTimeoutMs: readSpan(draft, 'totalTimeout', faults),
    idleTimeoutMs: readSpan(draft, 'idleTimeout', faults),
    retry: readRetry(draft, faults),
    onInterrupted: draft.onInterrupted,
    graceMs: readSpan(draft, 'grace', faults) ?? 5_000,
    semaphores: readField(readSemaphores, draft, 'semaphores', faults) ?? [],
    concurrency: readField(readConcurrency, draft, 'concurrency', faults),
    limits: readLimits(draft, isShared(draft), faults),
    secrets: readField(readSecrets, draft, 'secrets', faults) ?? [],
    conditions: readConditions(draft, faults),
    expectSuccessEveryMs: readSpan(draft, 'expectSuccess', faults),
    cwd: draft.cwd.trim() === '' ? null : draft.cwd.trim(),
    env: readEnv(draft.env, faults),
  }
  const definition = readKind(draft, policy, faults)
  return { definition: Object.keys(faults).length === 0 ? definition : null, faults }
}

/** Input, priority and start of the next run; `now` decides whether an instant has passed. */
export function readWhen(draft: Draft): { input: Json; when: When; faults: DraftFaults } {
  const faults: DraftFaults = {}
  const when: When = {}
  const priority = Number(draft.priority)
  if (!Number.isInteger(priority) || Math.abs(priority) > 1_000 || draft.priority.trim() === '')
    faults.priority = 'A whole number from -1000 to 1000.'
  else if (priority !== 0) when.priority = priority
  if (draft.start === 'delay') {
    const delayMs = parseDuration(draft.delay)
    if (delayMs === null) faults.delay = 'A span such as 30s, 5m or 1h 30m.'
    else when.delayMs = delayMs
  }
  if (draft.start === 'at') {
    const at = Date.parse(draft.at)
    if (Number.isNaN(at)) faults.at = 'Choose a date and a time.'
    else when.at = at
  }
  const parsed = readJson(draft.input)
  if (parsed.fault !== null) faults.input = parsed.fault
  return { input: parsed.value, when, faults }
}

/** JSON as typed; empty text is null. */
export function readJson(text: string): { value: Json; fault: string | null } {
  if (text.trim() === '') return { value: null, fault: null }
  try {
    return { value: JSON.parse(text) as Json, fault: null }
  } catch (error) {
    return { value: null, fault: `Not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

type Policy = Pick<
  Definition,
  | 'timeoutMs'
  | 'queueTimeoutMs'
  | 'totalTimeoutMs'
  | 'idleTimeoutMs'
  | 'retry'
  | 'onInterrupted'
  | 'graceMs'
  | 'semaphores'
  | 'concurrency'
  | 'limits'
  | 'secrets'
  | 'conditions'
  | 'expectSuccessEveryMs'
  | 'cwd'
  | 'env'
>

function readKind(draft: Draft, policy: Policy, faults: DraftFaults): Definition {
  switch (draft.kind) {
    case 'script':
      return readScript(draft, policy, faults)
    case 'command':
      return readCommand(draft, policy, faults)
    case 'http': {
      const executor = draft.executor === 'auto' ? 'async' : draft.executor
      return { kind: 'http', ...readRequest(draft, faults), executor, ...policy }
    }
    default:
      return draft.kind satisfies never
  }
}

function readScript(draft: Draft, policy: Policy, faults: DraftFaults): Definition {
  if (draft.code.from === 'text' && !/^[\w.-]+\.(ts|mts|js|mjs)$/.test(draft.code.name)) {
    faults.code = 'A file name of letters, digits and . _ - that ends in .ts, .mts, .js or .mjs.'
  }
  const project = draft.project.trim()
  const code = project === '' ? draft.code : { ...draft.code, project }
  return { kind: 'script', code, executor: draft.executor, ...policy }
}

function readCommand(draft: Draft, policy: Policy, faults: DraftFaults): Definition {
  const argv = draft.argv.split('\n').filter((argument) => argument !== '')
  if (draft.commandAs === 'shell' && draft.line.trim() === '') faults.line = 'Write the command line.'
  if (draft.commandAs === 'argv' && argv.length === 0) faults.argv = 'Write the program and its arguments, one a line.'
  const successCodes = draft.successCodes
    .split(/[\s,]+/)
    .filter((code) => code !== '')
    .map(Number)
  if (successCodes.length === 0 || successCodes.some((code) => !Number.isInteger(code) || code < 0 || code > 255)) {
    faults.successCodes = 'Whole numbers from 0 to 255, such as 0 or 0, 3.'
  }
  return {
    kind: 'command',
    command: draft.commandAs === 'shell' ? { as: 'shell', line: draft.line.trim() } : { as: 'argv', argv },
    stdin: draft.stdin === '' ? null : draft.stdin,
    successCodes,
    ...policy,
  }
}

type SpanField = 'timeout' | 'expectSuccess' | 'queueTimeout' | 'idleTimeout' | 'totalTimeout' | 'grace'

function readSpan(draft: Draft, field: SpanField, faults: DraftFaults): number | null {
  if (draft[field].trim() === '') return null
  const ms = parseDuration(draft[field])
  if (ms === null) faults[field] = 'A span such as 30s, 5m or 1h 30m.'
  return ms
}

function readField<T>(
  read: (text: string) => { value: T } | { fault: string },
  draft: Draft,
  field: 'semaphores' | 'concurrency' | 'secrets',
  faults: DraftFaults,
): T | null {
  if (draft[field].trim() === '') return null
  const reading = read(draft[field])
  if ('value' in reading) return reading.value
  faults[field] = reading.fault
  return null
}

function readEnv(text: string, faults: DraftFaults): Record<string, string> {
  const env: Record<string, string> = {}
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const at = line.indexOf('=')
    const name = line.slice(0, at).trim()
    if (at < 0 || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) faults.env = `"${line}" is not NAME=value.`
    else env[name] = line.slice(at + 1)
  }
  return env
}
